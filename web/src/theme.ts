import type { ThemeConfig } from 'antd';
import { accent, font, ground, ink, line, status } from './tokens';

/** antd with our tokens: borders instead of shadows, radius 6, controls 32 high. */
export const theme: ThemeConfig = {
  token: {
    colorPrimary: accent.main,
    colorLink: accent.main,
    colorText: ink.strong,
    colorTextSecondary: ink.mid,
    colorTextTertiary: ink.soft,
    colorTextDescription: ink.soft,
    colorTextPlaceholder: ink.soft,
    colorBorder: '#D3DADF',
    colorBorderSecondary: line.strong,
    colorBgLayout: ground.page,
    colorError: status.danger.ink,
    colorWarning: status.warn.ink,
    colorSuccess: status.done.ink,
    fontFamily: font,
    fontSize: 14,
    lineHeight: 22 / 14,
    borderRadius: 6,
    borderRadiusSM: 4,
    controlHeight: 32,
    controlHeightSM: 28,
    colorBgMask: 'rgba(23,33,43,0.16)',
    boxShadow: 'none',
    boxShadowSecondary: '0 0 0 1px #E1E6E9, 0 4px 16px rgba(23,33,43,0.08)',
    motionDurationMid: '0.12s',
    motionDurationSlow: '0.16s',
  },
  components: {
    Button: { primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none', fontWeight: 400 },
    Slider: { trackBg: accent.main, trackHoverBg: accent.main, railBg: '#DDE3E7', railHoverBg: '#DDE3E7', handleColor: accent.main },
    Segmented: { trackBg: '#EEF1F3' },
  },
};
