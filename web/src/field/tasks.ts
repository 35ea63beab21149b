/** What is to be done today, in one list: matters that this person holds, and places worth a look. */
import type { Item, KindView, Matter, Move, MoveBody, PatrolPlace, Start, Step } from './types';

export type Duty = { key: string; due: number; matter?: Matter; visit?: PatrolPlace };

/** Steps and visits of this phone that have not reached the server, by what they are about. */
export function stepsOf(items: Item[], matter: string): Item[] {
  return items.filter((i) => i.body.type === 'move' && i.body.matter === matter && i.state !== 'done' && i.state !== 'dropped').sort((a, b) => a.order - b.order);
}

export function visited(items: Item[], place: string, day: string): Item | undefined {
  return items.find((i) => i.body.type === 'visit' && i.body.visit === place && i.body.at.slice(0, 10) === day && i.state !== 'draft' && i.state !== 'dropped');
}

/** By what is left; what was already done on this phone is not to be done again. */
export function duties(start: Start, items: Item[], day: string): Duty[] {
  const matters = start.tasks
    .filter((m) => !stepsOf(items, m.id).some((i) => i.state === 'queued' || i.state === 'sending'))
    .map((m) => ({ key: `m${m.id}`, due: m.due ? Date.parse(m.due.at) : Infinity, matter: m }));
  // A place of today's list is for today: it stands behind what is due today.
  const end = Date.parse(`${day}T24:00:00+08:00`);
  const visits = start.patrol.filter((p) => !visited(items, p.id, day)).map((p) => ({ key: `v${p.id}`, due: end, visit: p }));
  return [...matters, ...visits].sort((a, b) => a.due - b.due);
}

/** Moves of a matter as the phone may offer them: the server's, or what follows a step that still waits here. */
export function movesOf(matter: Matter, items: Item[], kinds: KindView[]): { moves: Move[]; after: Item | null; state: string } {
  const waits = stepsOf(items, matter.id).filter((i) => i.state === 'queued' || i.state === 'sending');
  const last = waits.at(-1);
  if (!last) return { moves: matter.moves, after: null, state: matter.state.name };
  const kind = kinds.find((k) => k.id === matter.kind.id);
  const body = last.body as MoveBody;
  const taken = kind?.transitions.find((t) => t.id === body.transition);
  const state = kind?.states.find((s) => s.id === body.to);
  const moves = taken && kind ? kind.transitions.filter((t) => follows(taken, t, body.to)).map((t) => asMove(t, kind)) : [];
  return { moves, after: last, state: state?.name ?? body.to };
}

/** A step that whoever made the first may most likely make next: same relation, and not a check of own work. The server decides. */
function follows(taken: Step, next: Step, state: string): boolean {
  return next.from.includes(state) && next.act !== 'check' && next.act !== 'approve' && next.assigns === '' && next.by.some((r) => taken.by.includes(r));
}

function asMove(t: Step, kind: KindView): Move {
  const to = kind.states.find((s) => s.id === t.to);
  return { ...t, to: { id: t.to, name: to?.name ?? t.to }, allowed: true, refusal: null };
}

/** The check as people do it: one question with two ends, when both ends are open to this person. */
export function checkPair(moves: Move[]): { yes: Move; no: Move } | null {
  const open = moves.filter((m) => m.allowed && m.assigns === '');
  const yes = open.find((m) => m.act === 'check' || m.act === 'approve');
  const no = open.find((m) => m.act === 'return');
  return yes && no ? { yes, no } : null;
}

export function lastSeq(m: Matter): number {
  return m.events.reduce((n, e) => Math.max(n, e.seq), 0);
}

export function moveBody(m: Matter, move: Move, after: Item | null): MoveBody {
  return { type: 'move', matter: m.id, number: m.number, version: m.version, seq: lastSeq(m), state: m.state.name, transition: move.id, name: move.name, act: move.act, to: move.to.id, fields: {}, opinion: '', after: after?.id ?? '' };
}

/** What a move still lacks, as words for people; empty when it can go. */
export function lacking(move: Move, item: Item, say: { opinion: string; field: (name: string) => string; files: (name: string, n: number) => string }): string[] {
  const body = item.body as MoveBody;
  const out: string[] = [];
  for (const need of move.need.evidence) {
    const n = item.files.filter((f) => f.kind === need.kind).length;
    if (n < need.min) out.push(say.files(need.name, need.min - n));
  }
  for (const f of move.need.fields) if (!(body.fields[f.id] ?? '').trim()) out.push(say.field(f.name));
  if (move.need.opinion && !body.opinion.trim()) out.push(say.opinion);
  return out;
}
