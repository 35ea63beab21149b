import { describe, expect, it } from 'vitest';
import { addDays, bytes, civil, clock, count, day, duration, hour, hourOnly, hoursBetween, isoDay, minute, plain, rfc3339, signed, stamp, weekday } from './format';

describe('civil time is Asia/Shanghai whatever the zone of the machine', () => {
  it.each([
    ['2026-08-28T07:00:00+08:00', 28, 7],
    ['2026-08-27T23:00:00Z', 28, 7],
    ['2026-08-28T00:00:00+08:00', 28, 0],
    ['2026-08-27T16:00:00Z', 28, 0],
  ])('%s is day %i hour %i', (text, d, h) => {
    expect(civil(text)).toMatchObject({ year: 2026, month: 8, day: d, hour: h });
  });
  it('a civil day has no zone shift', () => expect(civil('2026-01-01')).toMatchObject({ year: 2026, month: 1, day: 1, hour: 0 }));
  it('nonsense and nothing are null', () => {
    expect(civil('tomorrow')).toBeNull();
    expect(civil('')).toBeNull();
    expect(civil(null)).toBeNull();
  });
});

describe('dates as officials write them', () => {
  it.each([
    [day('2026-08-28', 'zh'), '8月28日'],
    [day('2026-08-28', 'en'), '28 Aug'],
    [day('2025-12-31', 'zh', 2026), '2025年12月31日'],
    [hour('2026-08-28T14:00:00+08:00', 'zh'), '8月28日 14时'],
    [hour('2026-08-28T14:00:00+08:00', 'en'), '28 Aug 14:00'],
    [hourOnly('2026-08-28T07:00:00+08:00', 'zh'), '7时'],
    [hour('2026-08-28T00:00:00+08:00', 'zh'), '8月27日 24时'],
    [hour('2026-01-01T00:00:00+08:00', 'en'), '31 Dec 24:00'],
    [hourOnly('2026-08-28T00:00:00+08:00', 'zh'), '24时'],
    [String(hoursBetween('2026-08-27T00:00:00+08:00', '2026-08-27T08:05:00+08:00')), '8'],
    [String(hoursBetween('', '2026-08-27T08:05:00+08:00')), '0'],
    [minute('2026-08-28T07:05:00+08:00', 'zh'), '8月28日 07:05'],
    [clock(Date.parse('2026-08-28T08:00:00+08:00'), 'zh'), '8月28日 星期五 08:00'],
    [clock(Date.parse('2026-08-28T08:00:00+08:00'), 'en'), '28 Aug Fri 08:00'],
    [weekday('2026-08-29', 'zh'), '星期六'],
    [stamp('2026-08-27T23:00:05Z'), '2026-08-28 07:00:05'],
    [isoDay(Date.parse('2026-08-27T16:30:00Z')), '2026-08-28'],
    [rfc3339(Date.parse('2026-08-28T00:00:00Z')), '2026-08-28T08:00:00+08:00'],
    [addDays('2028-02-28', 1), '2028-02-29'],
    [addDays('2026-01-01', -1), '2025-12-31'],
  ])('%s', (got, want) => expect(got).toBe(want));
});

describe('numbers', () => {
  it.each([
    [signed('1.8'), '+1.8'],
    [signed('+1.8'), '+1.8'],
    [signed('-6.1'), '−6.1'],
    [signed(0), '0'],
    [signed('0.0'), '0.0'],
    [signed(''), ''],
    [signed(null), ''],
    [plain('-1'), '−1'],
    [plain('47.8'), '47.8'],
    [plain('5.10'), '5.10'],
    [count(1234567), '1,234,567'],
    [count(0), '0'],
    [count(-1200), '-1,200'],
    [bytes(0), '0 B'],
    [bytes(1536), '1.5 KB'],
    [bytes(18234567), '17.4 MB'],
    [duration(0, 'zh'), '0 分'],
    [duration(545, 'zh'), '9 小时 5 分'],
    [duration(3000, 'zh'), '2 天 2 小时'],
    [duration(61, 'en'), '1 h 1 min'],
  ])('%s', (got, want) => expect(got).toBe(want));
});
