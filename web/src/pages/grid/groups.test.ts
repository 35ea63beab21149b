import { describe, expect, it } from 'vitest';
import { daysOf, itemsOf, towns } from './groups';
import type { Fault, FaultKind } from './types';

let n = 0;
const fault = (kind: FaultKind, where: string, days = 1): Fault => ({ id: `${kind}-${++n}`, kind, name: '', situation: '', where, cell: '', cells: [], objects: [], area: 0, since: '', days, who: '', action: 'bind', actionText: '', lng: 114, lat: 35 });

describe('the list to mend', () => {
  it('numbers places singly and tells objects in one line', () => {
    const items = itemsOf([fault('gap', '甲'), fault('overlap', '乙'), fault('unbound', '甲', 3), fault('double', '丙', 12), fault('blind', '甲'), fault('blind', '乙')]);
    expect(items.map((x) => [x.number, x.kind, x.faults.length])).toEqual([[1, 'gap', 1], [2, 'overlap', 1], [3, 'unbound', 2], [4, 'blind', 2]]);
    expect(items.map((x) => x.spot)).toEqual([true, true, false, false]);
    expect(daysOf(items[2]!)).toBe(12);
    expect(towns(items[2]!)).toEqual(['甲', '丙']);
  });
  it('tells many vacancies by town', () => {
    const items = itemsOf(Array.from({ length: 9 }, (_, i) => fault('vacant', i < 5 ? '甲' : '乙')));
    expect(items.map((x) => x.faults.length)).toEqual([5, 4]);
    expect(itemsOf(Array.from({ length: 8 }, () => fault('vacant', '甲')))).toHaveLength(8);
  });
});
