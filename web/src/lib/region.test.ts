import { describe, expect, it } from 'vitest';
import { parentOf, shortCode } from './region';

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
});
