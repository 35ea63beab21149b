import { describe, expect, it } from 'vitest';
import { carry, patch } from './router';

describe('the address holds the state', () => {
  it('links carry scope, as-of and language, and nothing of the page', () => {
    expect(carry('/targets', '?asOf=2026-08-28T07:00:00%2B08:00&scope=410700000000&site=s1')).toBe('/targets?asOf=2026-08-28T07:00:00%2B08:00&scope=410700000000');
  });
  it('a link’s own parameter wins', () => expect(carry('/air?scope=4107', '?scope=4108')).toBe('/air?scope=4107'));
  it('the sign of the offset survives a round trip', () => {
    const q = patch('', { asOf: '2026-08-28T07:00:00+08:00' });
    expect(new URLSearchParams(q).get('asOf')).toBe('2026-08-28T07:00:00+08:00');
  });
  it('empty values leave, others stay', () => {
    expect(patch('?a=1&b=2', { a: null, c: '3' })).toBe('?b=2&c=3');
    expect(patch('?a=1', { a: '' })).toBe('');
  });
  it('the same state is the same address', () => expect(patch('?b=2', { a: '1' })).toBe(patch('?a=1', { b: '2' })));
});
