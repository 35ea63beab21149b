import { describe, expect, it } from 'vitest';
import { backoff, IllegalStep, judge, may, ready, step, type Event } from './machine';
import { report, move } from './fixture';
import type { ItemState } from './types';

const fault = (status: number, code = '') => ({ status, code, message: '', requestId: '' });
const states: ItemState[] = ['draft', 'queued', 'sending', 'done', 'conflict', 'refused', 'dropped'];
const events: Event[] = [
  { do: 'send', order: 7 },
  { do: 'take' },
  { do: 'wake' },
  { do: 'deliver', receipt: { id: '1', number: 'n', at: '', version: 1 } },
  { do: 'fail', fault: fault(503), now: 1000, spread: 0 },
  { do: 'pause' },
  { do: 'refuse', fault: fault(422) },
  { do: 'clash', clash: { message: '', state: '', version: 2, changes: [] } },
  { do: 'retry' },
  { do: 'edit' },
  { do: 'drop' },
];

describe('the life of an item', () => {
  it('has exactly these steps', () => {
    const table = Object.fromEntries(states.map((s) => [s, events.filter((e) => may(s, e.do)).map((e) => `${e.do}→${step({ ...report(), state: s }, e).state}`)]));
    expect(table).toEqual({
      draft: ['send→queued', 'drop→dropped'],
      queued: ['take→sending', 'refuse→refused', 'clash→conflict', 'retry→queued', 'edit→draft', 'drop→dropped'],
      sending: ['wake→queued', 'deliver→done', 'fail→queued', 'pause→queued', 'refuse→refused', 'clash→conflict'],
      done: [],
      conflict: ['edit→draft', 'drop→dropped'],
      refused: ['retry→queued', 'edit→draft', 'drop→dropped'],
      dropped: [],
    });
  });
  it('refuses every other step by name', () => {
    for (const s of states) for (const e of events) if (!may(s, e.do)) expect(() => step({ ...report(), state: s }, e)).toThrow(IllegalStep);
  });
  it('leaves the item it was given', () => {
    const item = { ...report(), state: 'queued' as const };
    step(item, { do: 'take' });
    expect(item.state).toBe('queued');
  });
  it('waits longer after each failure, at most five minutes and a quarter', () => {
    expect([1, 2, 3, 8, 20].map((n) => backoff(n, 0))).toEqual([2000, 4000, 8000, 256_000, 300_000]);
    expect(backoff(20, 1)).toBe(375_000);
    const failed = step({ ...report(), state: 'sending', attempts: 2 }, { do: 'fail', fault: fault(503), now: 1000, spread: 0 });
    expect([failed.attempts, failed.nextAt]).toEqual([3, 9000]);
  });
});

describe('what may go now', () => {
  const q = (id: string, order: number, more = {}) => ({ ...report(id), state: 'queued' as const, order, ...more });
  const m = (id: string, matter: string, order: number, more = {}) => ({ ...move(id, matter), state: 'queued' as const, order, ...more });
  const ids = (items: Parameters<typeof ready>[0], now = 0) => ready(items, now).map((i) => i.id);
  it('is in the order of making', () => {
    expect(ids([q('c', 3), q('a', 1), q('b', 2)])).toEqual(['a', 'b', 'c']);
  });
  it('keeps the order of one matter, lets others pass', () => {
    expect(ids([m('a1', '7', 1, { nextAt: 99 }), m('a2', '7', 2), m('b', '8', 3), q('r', 4)])).toEqual(['b', 'r']);
    expect(ids([m('a1', '7', 1, { nextAt: 99 }), m('a2', '7', 2)], 99)).toEqual(['a1']);
  });
  it('does not let a step overtake one that is being sent', () => {
    expect(ids([{ ...m('a1', '7', 1), state: 'sending' as const }, m('a2', '7', 2)])).toEqual([]);
  });
  it('leaves drafts, conflicts and refusals where they are', () => {
    expect(ids(states.filter((s) => s !== 'queued').map((s, i) => q(s, i, { state: s })))).toEqual([]);
  });
});

describe('what an answer means', () => {
  it.each([
    [0, '', 'report', 'offline'],
    [401, 'login_required', 'report', 'login'],
    [429, 'throttled', 'move', 'retry'],
    [503, '', 'report', 'retry'],
    [502, '', 'visit', 'retry'],
    [409, 'already_open', 'report', 'retry'],
    [409, 'offset', 'move', 'retry'],
    [409, 'outcome_unknown', 'move', 'unknown'],
    [409, 'stale', 'move', 'clash'],
    [412, '', 'move', 'clash'],
    [404, '', 'move', 'clash'],
    [404, '', 'report', 'refused'],
    [403, 'not_yours', 'move', 'refused'],
    [422, 'too_long', 'report', 'refused'],
    [413, '', 'report', 'refused'],
  ] as const)('%i %s of a %s: %s', (status, code, type, want) => {
    expect(judge(fault(status, code), type)).toBe(want);
  });
});
