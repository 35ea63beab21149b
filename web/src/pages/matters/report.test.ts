import { describe, expect, it } from 'vitest';
import { bodyOf, missingOf, nothingYet, pointOf, startable, startOf, type Report } from './report';
import type { KindView, Need, StartDef } from './types';

const field = (id: string) => ({ id, name: id, type: 'text' });
const need = (n: Partial<Need>): Need => ({ fields: [], optional: [], evidence: [], opinion: false, ...n });
const start = (id: string, n: Partial<Need>, assigns = ''): StartDef => ({ id, name: id, need: need(n), assigns });
const kinds = [
  { id: 'grid', starts: [start('report', { evidence: [{ kind: 'photo', min: 1 }] })] },
  { id: 'complaint', starts: [start('receive', { optional: ['person', 'phone', 'channel'].map(field) }), start('register', { optional: [field('person')] })] },
  { id: 'section', starts: [start('raise', { fields: [field('value')], optional: [field('limit')] })] },
  { id: 'signal', starts: [] },
] as unknown as KindView[];
const v = (part: Partial<Report>): Report => ({ ...nothingYet, kind: 'grid', ...part });

describe('a new matter', () => {
  it('begins only in ways that the reporter’s posts have', () => {
    expect(startable(kinds).map((k) => k.id)).toEqual(['grid', 'complaint', 'section']);
    expect(startOf(kinds, { kind: 'complaint', start: '' })?.id).toBe('receive');
    expect(startOf(kinds, { kind: 'complaint', start: 'register' })?.id).toBe('register');
    expect(startOf(kinds, { kind: 'signal', start: '' })).toBeUndefined();
  });
  it('a section needs its value', () => {
    const s = startOf(kinds, { kind: 'section', start: '' });
    expect(missingOf(v({ kind: 'section', category: 'cod' }), s, [])).toEqual(['fields.value']);
    expect(missingOf(v({ kind: 'section', category: 'cod', fields: { value: '1.62' } }), s, [])).toEqual([]);
    expect(bodyOf(v({ kind: 'section', category: 'cod', fields: { value: ' 1.62 ', limit: '' } }), s, '410700000000', [], 'c', false)).toMatchObject({ transition: 'raise', fields: { value: '1.62' }, region: '410700000000' });
  });
  it('a complaint carries who complained, the telephone, the channel, the number and the unit', () => {
    const s = startOf(kinds, { kind: 'complaint', start: '' });
    const body = bodyOf(v({ kind: 'complaint', category: 'dust', fields: { person: '张某', phone: '13800000000', channel: '12345', left: 'of another kind' }, source: '12345', sourceNumber: ' GD-1 ', subject: '9', foundAt: '2026-08-28T07:30' }), s, undefined, ['4'], 'c', true);
    expect(body).toMatchObject({ fields: { person: '张某', phone: '13800000000', channel: '12345' }, source: '12345', sourceNumber: 'GD-1', subject: '9', foundAt: '2026-08-28T07:30:00+08:00', evidence: ['4'], acknowledgeDuplicates: true });
    expect(body.fields).not.toHaveProperty('left');
  });
  it('what is left empty is not sent', () => {
    const body = JSON.parse(JSON.stringify(bodyOf(v({ category: 'dust' }), startOf(kinds, v({})), undefined, [], 'c', false))) as object;
    expect(Object.keys(body).sort()).toEqual(['acknowledgeDuplicates', 'category', 'clientId', 'evidence', 'fields', 'kind', 'transition']);
  });
  it('says what is missing', () => {
    expect(missingOf(v({ lnglat: 'north' }), startOf(kinds, v({})), [])).toEqual(['category', 'lnglat', 'evidence.photo']);
    expect(missingOf(v({ category: 'dust' }), startOf(kinds, v({})), [{ kind: 'photo' }])).toEqual([]);
    expect(missingOf(v({ category: 'x' }), start('s', { opinion: true }, 'owner'), [])).toEqual(['opinion', 'assign']);
  });
  it('reads places', () => {
    expect(pointOf('114.32,35.04')).toEqual({ lng: 114.32, lat: 35.04 });
    expect(pointOf('114.32，35.04')).toEqual({ lng: 114.32, lat: 35.04 });
    expect(pointOf('north')).toBeNull();
  });
});
