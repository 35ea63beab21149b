import { describe, expect, it } from 'vitest';
import { familySize, strangers } from './kin';
import { commonRegion, eldest, handsOf, mergeBar } from './picks';
import { deskAddress, deskQuery, dueAddress, withClosed } from './query';
import type { KindView, Row, StateType } from './types';

const row = (id: string, kind: string, state: string, type: StateType = 'open', openedAt = id): Row =>
  ({ id, number: `N-${id}`, kind: { id: kind, name: kind }, state: { id: state, name: state, type }, openedAt }) as Row;
const hand = (id: string, from: string[], plain = true, opinion = false) => ({ id, name: id, from, plain, opinion });
const kinds = [
  { id: 'grid', hands: [hand('assign', ['reported']), hand('reassign', ['working'], true, true)] },
  { id: 'complaint', hands: [hand('assign', ['filed'])] },
  { id: 'assignment', hands: [hand('assign', ['ready'], false)] },
] as KindView[];

describe('assigning many', () => {
  it('each goes by the step of its own kind and state', () => {
    const { hands, never, single } = handsOf([row('1', 'grid', 'reported'), row('2', 'complaint', 'filed'), row('3', 'grid', 'working'), row('4', 'assignment', 'ready'), row('5', 'grid', 'closed', 'closed'), row('6', 'unknown', 'x')], kinds);
    expect(hands.map((h) => [h.hand.id, h.hand.opinion, h.rows.map((r) => r.id)])).toEqual([['assign', false, ['1', '2']], ['reassign', true, ['3']]]);
    expect(single.map((r) => r.id)).toEqual(['4']);
    expect(never.map((r) => r.id)).toEqual(['5', '6']);
  });
  it.each([
    [['410727101000', '410727102000'], '410727000000'],
    [['410727101000', '410726000000'], '410700000000'],
    [['410727101000'], '410727101000'],
    [['410700000000', '410727000000'], '410700000000'],
    [['410700000000', '110100000000'], ''],
    [[], ''],
  ])('the posts are those of the smallest region that holds them: %o', (codes, want) => expect(commonRegion(codes)).toBe(want));
});

describe('merging', () => {
  it('wants two open ones of a kind', () => {
    const a = row('1', 'grid', 'reported');
    expect(mergeBar([a])).toBe('few');
    expect(mergeBar([a, row('2', 'complaint', 'filed')])).toBe('kinds');
    expect(mergeBar([a, row('2', 'grid', 'closed', 'closed')])).toBe('closed');
    expect(mergeBar([a, row('2', 'grid', 'working', 'working')])).toBe('');
  });
  it('the one reported first stays', () => expect(eldest([row('2', 'grid', 'x', 'open', '2026-08-28'), row('1', 'grid', 'x', 'open', '2026-08-02')])).toBe('1'));
});

describe('relatives', () => {
  const m = { id: '1', family: { parent: row('2', 'grid', 'x'), merged: [row('3', 'grid', 'x')], recurrenceOf: row('4', 'grid', 'x'), children: null } };
  it('are counted', () => expect(familySize(m)).toBe(3));
  it('are not offered again as likely duplicates, nor is the matter itself', () => expect(strangers(m, ['1', '2', '3', '4', '5'].map((id) => row(id, 'grid', 'x'))).map((x) => x.id)).toEqual(['5']));
});

describe('the question of the desk', () => {
  it('closed ones are asked for by type, in every view and saved with it', () => {
    expect(withClosed.split(',')).toContain('closed');
    expect(withClosed).not.toContain('void');
    const search = `?type=${encodeURIComponent(withClosed)}&view=calendar&scope=410700000000`;
    expect(deskQuery(search, '410700000000').type).toBe(withClosed);
    expect(new URLSearchParams(deskAddress(search)).get('type')).toBe(withClosed);
  });
  it('a day of the calendar leads to the same question with that end', () => {
    const p = new URLSearchParams(dueAddress('?kind=grid&view=calendar&q=abc', 'overdue').split('?')[1]);
    expect(Object.fromEntries(p)).toEqual({ kind: 'grid', q: 'abc', due: 'overdue' });
  });
});
