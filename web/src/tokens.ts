/** Design tokens: the one place where a colour or a size of the interface is written. */
export const ink = { strong: '#17212B', mid: '#46525E', soft: '#66717D' } as const;
export const line = { strong: '#E1E6E9', weak: '#EEF1F3' } as const;
export const ground = { page: '#F6F7F8', card: '#FFFFFF' } as const;
export const accent = { main: '#0F766E', weak: '#E7F3F1', fan: 'rgba(15,118,110,0.14)' } as const;
export const status = {
  danger: { ink: '#B42318', ground: '#FDF1F0' },
  warn: { ink: '#8A4B08', ground: '#FBF4E8' },
  done: { ink: '#1B6B3A', ground: '#EAF4EE' },
} as const;
export const chart = {
  thisYear: accent.main,
  lastYear: '#A3AEB6',
  path: '#46525E',
  limit: '#B42318',
  compare: ['#46525E', '#8A4B08', '#6B4E9B'],
} as const;
/** The field face: a deeper accent where white text stands on it (7.3:1, read in the sun), and the dark strip. */
export const field = { deep: '#0B5F58', strip: '#22303A' } as const;
export const font =
  "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC',system-ui,sans-serif";

/** HJ 633 annex A: colour of each level (1…6) and the ink that reads on it at ≥ 4.5:1. Used for nothing else. */
export const aqiLevel = [
  { level: 1, zh: '优', en: 'Excellent', short: '优', shortEn: 'Exc.', hex: '#00E400', ink: '#17212B' },
  { level: 2, zh: '良', en: 'Good', short: '良', shortEn: 'Good', hex: '#FFFF00', ink: '#17212B' },
  { level: 3, zh: '轻度污染', en: 'Lightly polluted', short: '轻', shortEn: 'Light', hex: '#FF7E00', ink: '#17212B' },
  { level: 4, zh: '中度污染', en: 'Moderately polluted', short: '中', shortEn: 'Mod.', hex: '#FF0000', ink: '#000000' },
  { level: 5, zh: '重度污染', en: 'Heavily polluted', short: '重', shortEn: 'Heavy', hex: '#99004C', ink: '#FFFFFF' },
  { level: 6, zh: '严重污染', en: 'Severely polluted', short: '严重', shortEn: 'Severe', hex: '#7E0023', ink: '#FFFFFF' },
] as const;

export type AqiLevel = (typeof aqiLevel)[number];

/** The level's entry, or undefined when the level is 0 or unknown (no AQI). */
export function levelOf(level: number | null | undefined): AqiLevel | undefined {
  return level ? aqiLevel[level - 1] : undefined;
}
