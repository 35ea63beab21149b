import { describe, expect, it } from 'vitest';
import { move } from './fixture';
import { checkPair, lacking, movesOf, duties } from './tasks';
import type { KindView, Matter, Move, Start, Step } from './types';

const need = { fields: [], evidence: [], opinion: false };
const asMove = (id: string, act: string, more: Partial<Move> = {}): Move => ({ id, name: id, act, to: { id: 'x', name: 'x' }, allowed: true, refusal: null, need, assigns: '', consequence: '', ...more });
const matter = (id: string, due: string | null, moves: Move[] = []): Matter => ({ id, version: 3, kind: { id: 'grid', name: '' }, state: { id: 'assigned', name: '待签收', type: 'assigned' }, due: due ? { at: due } : null, events: [{ seq: 3 }], moves }) as unknown as Matter;
const step = (id: string, from: string[], to: string, by: string[], act: string): Step => ({ ...asMove(id, act), from, to, by });
const kind = {
  id: 'grid',
  name: '',
  categories: [],
  states: [{ id: 'working', name: '办理中', type: 'working' }],
  transitions: [
    step('accept', ['assigned'], 'working', ['owner'], 'accept'),
    step('submit', ['working'], 'submitted', ['owner'], 'do'),
    step('suspend', ['working'], 'suspended', ['county'], 'pause'),
    step('close', ['working', 'submitted'], 'closed', ['owner', 'county'], 'check'),
  ],
} as KindView;

describe('the list of the day', () => {
  it('is by time left, without what was already done here', () => {
    const start = { tasks: [matter('1', '2026-08-28T18:00:00+08:00'), matter('2', null), matter('3', '2026-08-28T12:00:00+08:00'), matter('4', '2026-08-28T09:00:00+08:00')], patrol: [{ id: 'p' }, { id: 'q' }] } as unknown as Start;
    const done = { ...move('x', '4'), state: 'queued' as const };
    const drafted = { ...move('y', '1'), state: 'draft' as const };
    const seen = { ...move('z'), state: 'done' as const, body: { type: 'visit', visit: 'q', at: '2026-08-28T07:00:00+08:00' } as never };
    expect(duties(start, [done, drafted, seen], '2026-08-28').map((x) => x.key)).toEqual(['m3', 'm1', 'vp', 'm2']);
  });
});

describe('moves', () => {
  it('are the server’s, until a step of this phone waits: then what its maker may do next', () => {
    const m = matter('7', null, [asMove('accept', 'accept')]);
    expect(movesOf(m, [], [kind]).moves.map((x) => x.id)).toEqual(['accept']);
    const waits = { ...move('a', '7', { transition: 'accept', to: 'working' }), state: 'queued' as const, order: 1 };
    const next = movesOf(m, [waits], [kind]);
    expect([next.moves.map((x) => x.id), next.after?.id, next.state]).toEqual([['submit'], 'a', '办理中']);
    expect(movesOf(m, [{ ...waits, state: 'refused' }], [kind]).after).toBeNull();
  });
  it('make one question of a check and its return', () => {
    expect(checkPair([asMove('close', 'check'), asMove('rework', 'return')])?.no.id).toBe('rework');
    expect(checkPair([asMove('close', 'check', { allowed: false }), asMove('rework', 'return')])).toBeNull();
    expect(checkPair([asMove('accept', 'accept'), asMove('decline', 'return')])).toBeNull();
  });
  it('say what they lack', () => {
    const words = { opinion: 'opinion', field: (n: string) => n, files: (n: string, k: number) => `${n}×${k}` };
    const submit = asMove('submit', 'do', { need: { fields: [{ id: 'result', name: '办理结果', type: 'longtext' }], evidence: [{ kind: 'photo', min: 2, name: '照片' }], opinion: true } });
    expect(lacking(submit, move(), words)).toEqual(['照片×2', '办理结果', 'opinion']);
    const full = move('m', '7', { fields: { result: '已清运' }, opinion: '属实' });
    expect(lacking(submit, { ...full, files: [{ kind: 'photo' }, { kind: 'photo' }] as never }, words)).toEqual([]);
  });
});
