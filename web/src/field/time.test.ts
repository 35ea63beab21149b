import { describe, expect, it } from 'vitest';
import { cellAt, inside } from './geo';
import { left, urgency, when } from './time';
import type { Cell, Ring } from './types';

const now = Date.parse('2026-08-28T08:12:00+08:00');

describe('times', () => {
  it('are said as people say them', () => {
    expect(when('2026-08-28T12:00:00+08:00', now, 'zh')).toBe('今天 12:00');
    expect(when('2026-08-29T00:00:00+08:00', now, 'zh')).toBe('明天 00:00');
    expect(when('2026-08-27T23:59:00+08:00', now, 'zh')).toBe('昨天 23:59');
    expect(when('2026-08-31T18:00:00+08:00', now, 'zh')).toBe('8月31日 18:00');
    expect(when('2026-08-28T12:00:00+08:00', now, 'en')).toBe('today 12:00');
  });
  it('say what is left within a day, and how late', () => {
    expect(left('2026-08-28T12:00:00+08:00', now, 'zh')).toBe('剩 3 小时 48 分');
    expect(left('2026-08-28T07:42:00+08:00', now, 'zh')).toBe('已超 30 分');
    expect(left('2026-08-30T12:00:00+08:00', now, 'zh')).toBe('');
    expect([urgency('2026-08-28T08:11:00+08:00', now), urgency('2026-08-28T12:00:00+08:00', now), urgency('2026-08-28T18:00:00+08:00', now)]).toEqual(['late', 'soon', 'later']);
  });
});

const square = (x: number, y: number, d: number): Ring => [[x, y], [x + d, y], [x + d, y + d], [x, y + d], [x, y]];
const cell = (id: string, tier: number, outline: Ring[]): Cell => ({ id, code: id, name: id, tier, region: { code: '', name: '' }, town: '', duty: '', mine: true, outline });

describe('cells', () => {
  it('hold a place, holes excepted; the finest wins', () => {
    const rings = [square(0, 0, 10), square(4, 4, 2)];
    expect(inside(rings, 1, 1)).toBe(true);
    expect(inside(rings, 5, 5)).toBe(false);
    expect(inside(rings, 11, 5)).toBe(false);
    const cells = [cell('town', 3, [square(0, 0, 10)]), cell('village', 4, [square(0, 0, 3)])];
    expect(cellAt(cells, { lng: 1, lat: 1, accuracy: 5 })?.id).toBe('village');
    expect(cellAt(cells, { lng: 7, lat: 7, accuracy: 5 })?.id).toBe('town');
    expect(cellAt(cells, { lng: 17, lat: 7, accuracy: 5 })).toBeUndefined();
    expect(cellAt(cells, null)).toBeUndefined();
  });
});
