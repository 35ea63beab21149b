import { describe, expect, it } from 'vitest';
import { compare, nextSort, scrollFor, readFilters, readSort, sortRows, toggleFilter, windowOf, writeFilters, writeSort } from './table';

describe('sort', () => {
  it('printed numbers compare as numbers', () => expect(sortRows(['10', '9.5', '9'], (x) => x, false)).toEqual(['9', '9.5', '10']));
  it('missing is last in both directions', () => {
    expect(sortRows(['', '2', null, '1'], (x) => x, false)).toEqual(['1', '2', '', null]);
    expect(sortRows(['', '2', null, '1'], (x) => x, true)).toEqual(['2', '1', '', null]);
  });
  it('equal rows keep their order', () => {
    const rows = [{ k: 1, id: 'a' }, { k: 1, id: 'b' }, { k: 0, id: 'c' }];
    expect(sortRows(rows, (r) => r.k, true).map((r) => r.id)).toEqual(['a', 'b', 'c']);
  });
  it('names sort by sound', () => expect(compare('安阳', '郑州', false)).toBeLessThan(0));
  it('the head cycles: first way, other way, none', () => {
    const one = nextSort(null, 'pm25', true);
    const two = nextSort(one, 'pm25', true);
    expect([writeSort(one), writeSort(two), nextSort(two, 'pm25', true)]).toEqual(['-pm25', 'pm25', null]);
  });
  it('reads what it writes', () => expect(readSort('-rank')).toEqual({ key: 'rank', down: true }));
});

describe('filters', () => {
  it('read what they write, in a stable order', () => {
    const f = { status: ['late', 'silent'], kind: ['a:b,c'] };
    expect(readFilters(writeFilters(f))).toEqual(f);
    expect(writeFilters(f)).toBe(writeFilters({ kind: ['a:b,c'], status: ['late', 'silent'] }));
  });
  it('toggling twice changes nothing', () => expect(toggleFilter(toggleFilter({}, 'k', 'v'), 'k', 'v')).toEqual({}));
  it('nonsense is no filter', () => expect(readFilters(',:x,y')).toEqual({}));
});

describe('window of a long list', () => {
  it.each([0, 500, 4000, 12_168, 99_999])('at %i covers the view and adds up', (top) => {
    const w = windowOf(338, 36, top, 600);
    expect(w.before + (w.to - w.from) * 36 + w.after).toBe(338 * 36);
    expect(w.from).toBeLessThanOrEqual(Math.floor(Math.min(top, 337 * 36) / 36));
    expect(w.to).toBeGreaterThanOrEqual(Math.min(338, Math.ceil((top + 600) / 36)));
  });
});

describe('bringing a row into view', () => {
  it('shows the list from its first row when the row is on the first screen', () => expect(scrollFor(13, 36, 600)).toBe(0));
  it('else scrolls by whole rows', () => expect(scrollFor(40, 36, 600)).toBe(1152));
});
