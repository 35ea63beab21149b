import { describe, expect, it } from 'vitest';
import { say, type Vars, type Word } from '../../i18n';
import { askCall, askReady, nothingAsked, waysOf } from './ask';
import { pauseText, termText } from './clockWords';
import type { AskView } from './types';

const ask: AskView = { until: '2026-09-27', reviewBy: '2026-11-25', most: 5, unit: 'wd', mostText: '5 工作日', mostEn: '5 working days' };
const t = (k: Word, v?: Vars) => say('zh', k, v);

describe('asking about a clock', () => {
  it('offers only what the server allows', () => {
    expect(waysOf(ask)).toEqual(['until', 'condition', 'longer']);
    expect(waysOf({ ...ask, until: '', most: 0 })).toEqual(['condition']);
  });
  it('a pause names a civil day, not a moment', () => {
    const a = { ...nothingAsked, until: '2026-09-10', reason: ' 等待检测报告 ' };
    expect(askReady(a, ask)).toBe(true);
    expect(askCall(a, '7', 'wd')).toEqual({ path: 'pauses', body: { clock: '7', reason: '等待检测报告', until: '2026-09-10' } });
    expect(askCall(a, '7', 'wd').body.until!.length).toBeLessThanOrEqual(10);
  });
  it('a pause with a condition names the day of its review', () => {
    const a = { ...nothingAsked, how: 'condition' as const, until: '2026-09-10', condition: '设备到货', reviewBy: '2026-10-20', reason: '设备未到' };
    expect(askReady(a, ask)).toBe(true);
    expect(askCall(a, '7', 'wd')).toEqual({ path: 'pauses', body: { clock: '7', reason: '设备未到', condition: '设备到货', reviewBy: '2026-10-20' } });
  });
  it('more time is in the clock’s own unit', () => {
    expect(askCall({ ...nothingAsked, how: 'longer', more: '3', reason: 'x' }, '7', 'wd')).toEqual({ path: 'extensions', body: { clock: '7', reason: 'x', term: '3wd' } });
  });
  it.each([
    [{ until: '2026-09-10' }],
    [{ reason: 'x' }],
    [{ reason: 'x', until: '2026-09-28' }],
    [{ reason: 'x', how: 'condition' as const, reviewBy: '2026-10-20' }],
    [{ reason: 'x', how: 'condition' as const, condition: 'y', reviewBy: '2026-12-01' }],
    [{ reason: 'x', how: 'longer' as const, more: '6' }],
    [{ reason: 'x', how: 'longer' as const, more: '0' }],
    [{ reason: 'x', how: 'longer' as const, more: '1.5' }],
  ])('is not ready: %o', (part) => expect(askReady({ ...nothingAsked, ...part }, ask)).toBe(false));
});

describe('what was granted, in words', () => {
  it('terms', () => expect(['3wd', '24h', '30cd', 'soon'].map((x) => termText(x, t))).toEqual(['3 工作日', '24 小时', '30 天', 'soon']));
  it('a pause until a day, one that is over, and one with a condition', () => {
    const p = { from: '2026-08-28T09:00:00+08:00', to: '', until: '2026-09-10T00:00:00+08:00', condition: '', review: '' };
    expect(pauseText(p, t, 'zh')).toBe('8月28日 09:00 → 9月10日 00:00');
    expect(pauseText({ ...p, to: '2026-09-01T10:30:00+08:00' }, t, 'zh')).toBe('8月28日 09:00 → 9月1日 10:30');
    expect(pauseText({ ...p, until: '', condition: '设备到货', review: '2026-11-26T00:00:00+08:00' }, t, 'zh')).toBe('8月28日 09:00 → 设备到货（11月25日 前复核）');
  });
});
