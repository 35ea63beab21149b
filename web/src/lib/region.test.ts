import { describe, expect, it } from 'vitest';
import { fullCode, parentOf, shortCode, within } from './region';

describe('region codes', () => {
  it.each([
    ['410000000000', '41', ''],
    ['410700000000', '4107', '410000000000'],
    ['410720000000', '410720', '410700000000'],
    ['410727100000', '410727100', '410727000000'],
    ['410727100201', '410727100201', '410727100000'],
  ])('%s is %s under %s', (code, short, parent) => {
    expect(shortCode(code)).toBe(short);
    expect(parentOf(code)).toBe(parent);
  });
  it.each([
    ['4107', '410700000000'],
    ['410727', '410727000000'],
    ['410727100', '410727100000'],
    ['410727000000', '410727000000'],
    ['41070', ''],
    ['abc', ''],
    ['', ''],
  ])('%s written out is %s', (text, full) => expect(fullCode(text)).toBe(full));
  it('a county lies within its city, a neighbour does not', () => {
    expect(within('410727000000', '410700000000')).toBe(true);
    expect(within('410727100201', '410727000000')).toBe(true);
    expect(within('410726000000', '410727000000')).toBe(false);
    expect(within('410700000000', '410727000000')).toBe(false);
  });
});
