import { describe, expect, it } from 'vitest';
import { hitAddress } from './hit';

describe('where a found thing opens', () => {
  it('a region becomes the scope, whatever scope was there', () => {
    expect(hitAddress({ kind: 'region', href: '/air?region=410726000000' }, '?scope=410727000000')).toBe('/air?scope=410726000000');
  });
  it('as-of and language go along', () => {
    expect(hitAddress({ kind: 'region', href: '/air?region=410726000000' }, '?asOf=2026-08-20T08:00:00%2B08:00&lang=en')).toBe('/air?asOf=2026-08-20T08:00:00%2B08:00&lang=en&scope=410726000000');
  });
  it('a station or city leaves the scope behind, a page keeps it', () => {
    expect(hitAddress({ kind: 'site', href: '/air?site=9718B' }, '?scope=410727000000')).toBe('/air?site=9718B');
    expect(hitAddress({ kind: 'city', href: '/ranking?find=410100000000&list=nation' }, '?scope=410727000000')).toBe('/ranking?find=410100000000&list=nation');
    expect(hitAddress({ kind: 'page', href: '/targets' }, '?scope=410727000000')).toBe('/targets?scope=410727000000');
  });
});
