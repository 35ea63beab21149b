import { describe, expect, it } from 'vitest';
import type { CalendarDay, Curve } from '../../api/types';
import { rangeOf, settled, spread } from './curve';
import { invalidDays } from './Ledger';
import { lostByMonth } from './MonthBars';

const days = Array.from({ length: 365 }, (_, i) => new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10));
const curve = (f: (i: number) => number, used: number): Curve => ({
  days,
  thisYear: days.map((_, i) => (i < used ? f(i) : null)),
  lastYear: days.map((_, i) => f(i) + 3),
  targetPath: days.map((_, i) => f(i) - 1),
  p10: days.map((_, i) => (i < used ? null : f(i) - 2)),
  p50: days.map((_, i) => (i < used ? null : f(i))),
  p90: days.map((_, i) => (i < used ? null : f(i) + 2)),
});

describe('the y range of a running mean', () => {
  const c = curve((i) => 46 + 50 * Math.exp(-i / 60), 239);
  const r = rangeOf(c, false, 46);
  it('holds the target and everything after April', () => {
    const seen = [c.thisYear, c.lastYear, c.targetPath, c.p10, c.p90].flatMap((l) => l.slice(119)).filter((v): v is number => v !== null);
    expect(r.lo).toBeLessThanOrEqual(Math.min(46, ...seen));
    expect(r.hi).toBeGreaterThanOrEqual(Math.max(46, ...seen));
  });
  it('says from which day the line is drawn', () => {
    expect(r.cutBefore).not.toBe('');
    const first = days.indexOf(r.cutBefore);
    expect(c.thisYear[first]).toBeLessThanOrEqual(r.hi);
    expect(c.thisYear[first - 1]).toBeGreaterThan(r.hi);
  });
  it('its ends are ticks', () => {
    expect((r.hi - r.lo) / r.step).toBeCloseTo(Math.round((r.hi - r.lo) / r.step));
  });
  it('works on 3 January', () => {
    const young = rangeOf(curve((i) => 90 - i, 3), false, 46);
    expect(young.hi).toBeGreaterThan(young.lo);
  });
});

describe('counts start at 0', () => {
  it('and hold the target', () => expect(rangeOf(curve((i) => i * 0.6, 239), true, 220)).toMatchObject({ lo: 0, cutBefore: '' }));
});

describe('labels at the right edge', () => {
  it('keep apart, keep their order, stay inside', () => {
    const ys = spread([100, 101, 99], 14, 10, 130);
    const sorted = [...ys].sort((a, b) => a - b);
    expect(sorted[1]! - sorted[0]!).toBeGreaterThanOrEqual(14);
    expect(sorted[2]! - sorted[1]!).toBeGreaterThanOrEqual(14);
    expect(ys[2]!).toBeLessThan(ys[0]!);
    expect(ys[0]!).toBeLessThan(ys[1]!);
    expect(sorted[2]!).toBeLessThanOrEqual(130);
  });
});

describe('days lost by month', () => {
  const at = (date: string, aqi: number | null, primary: string[], valid = true): CalendarDay => ({ date, aqi, level: 0, category: '', primary, valid, dust: false, explain: '' });
  it('counts ties for each, and neither good nor invalid days', () => {
    const got = lostByMonth({ calendar: [at('2026-01-01', 130, ['PM2.5', 'PM10']), at('2026-01-02', 100, ['PM2.5']), at('2026-06-03', 160, ['O3_8h']), at('2026-06-04', 160, ['O3_8h']), at('2026-06-05', 180, ['O3_8h'], false)] });
    expect(got.map((r) => [r.name, r.counts[0], r.counts[5]])).toEqual([
      ['O3_8h', 0, 2],
      ['PM2.5', 1, 0],
      ['PM10', 1, 0],
    ]);
  });
});

describe('settled', () => {
  it('leaves out everything up to the last value above the range', () => {
    expect(settled([20, 90, 50, 70, 60, null, 61], 65)).toEqual([null, null, null, null, 60, null, 61]);
  });
  it('keeps a line that never leaves the range', () => {
    expect(settled([10, null, 12], 65)).toEqual([10, null, 12]);
  });
});

describe('invalid days', () => {
  it('are those up to the last day with an AQI, so that good, lost and invalid add up', () =>
    expect(invalidDays([{ date: '2026-05-29', aqi: 60, valid: true }, { date: '2026-05-30', aqi: null, valid: false }, { date: '2026-05-31', aqi: 70, valid: true }, { date: '2026-06-01', aqi: null, valid: false }], '2026-05-31')).toBe(1));
});
