/**
 * The life of one thing done on the phone: draft → queued → sending → done, or conflict, or refused.
 * Pure: every change of a state is here, and nothing else changes one. Nothing is ever dropped
 * except by its owner's own word.
 */
import type { Clash, Fault, Item, ItemState, Receipt } from './types';

export type Event =
  | { do: 'send'; order: number }
  | { do: 'take' }
  | { do: 'wake' }
  | { do: 'deliver'; receipt: Receipt }
  | { do: 'fail'; fault: Fault; now: number; spread: number }
  | { do: 'pause' }
  | { do: 'refuse'; fault: Fault }
  | { do: 'clash'; clash: Clash }
  | { do: 'retry' }
  | { do: 'edit' }
  | { do: 'drop' };

const from: Record<Event['do'], ItemState[]> = {
  send: ['draft'],
  take: ['queued'],
  wake: ['sending'],
  deliver: ['sending'],
  fail: ['sending'],
  pause: ['sending'],
  refuse: ['sending', 'queued'],
  clash: ['sending', 'queued'],
  retry: ['queued', 'refused'],
  edit: ['queued', 'refused', 'conflict'],
  drop: ['draft', 'queued', 'refused', 'conflict'],
};

export class IllegalStep extends Error {
  constructor(state: ItemState, step: string) {
    super(`an item that is ${state} cannot ${step}`);
    this.name = 'IllegalStep';
  }
}

export function may(state: ItemState, step: Event['do']): boolean {
  return from[step].includes(state);
}

/** The item after an event; the given one is left as it is. */
export function step(item: Item, e: Event): Item {
  if (!may(item.state, e.do)) throw new IllegalStep(item.state, e.do);
  switch (e.do) {
    case 'send':
      return { ...item, state: 'queued', order: e.order, attempts: 0, nextAt: 0, fault: null, clash: null };
    case 'take':
      return { ...item, state: 'sending' };
    case 'wake':
    case 'pause':
      return { ...item, state: 'queued' };
    case 'deliver':
      return { ...item, state: 'done', receipt: e.receipt, fault: null, clash: null };
    case 'fail':
      return { ...item, state: 'queued', attempts: item.attempts + 1, nextAt: e.now + backoff(item.attempts + 1, e.spread), fault: e.fault };
    case 'refuse':
      return { ...item, state: 'refused', fault: e.fault };
    case 'clash':
      return { ...item, state: 'conflict', clash: e.clash, fault: null };
    case 'retry':
      return { ...item, state: 'queued', attempts: 0, nextAt: 0, fault: null };
    case 'edit':
      return { ...item, state: 'draft', fault: null };
    case 'drop':
      return { ...item, state: 'dropped' };
  }
}

/** Milliseconds until the n-th attempt is repeated: 2 s, 4 s … 5 min, spread (0…1) by up to a quarter. */
export function backoff(attempts: number, spread: number): number {
  return Math.round(Math.min(300_000, 1000 * 2 ** Math.min(attempts, 12)) * (1 + spread / 4));
}

/** What stands in one line with what: steps of one matter keep their order, other things do not wait for each other. */
export function chain(item: Item): string {
  return item.body.type === 'move' ? `matter/${item.body.matter}` : item.id;
}

/** Unfinished work that will go up by itself. */
export function waiting(item: Item): boolean {
  return item.state === 'queued' || item.state === 'sending';
}

/** Needs its owner: a decision, or the rest of a draft. */
export function owed(item: Item): boolean {
  return item.state === 'draft' || item.state === 'conflict' || item.state === 'refused';
}

/**
 * The items that may go now, in the order they were made: one per chain, its eldest. An item whose
 * predecessor needs a decision waits; the sender tells it what became of that one.
 */
export function ready(items: Item[], now: number): Item[] {
  const first = new Map<string, Item>();
  for (const item of [...items].sort((a, b) => a.order - b.order)) {
    if (waiting(item) && !first.has(chain(item))) first.set(chain(item), item);
  }
  return [...first.values()].filter((item) => item.state === 'queued' && item.nextAt <= now);
}

export type Verdict = 'retry' | 'login' | 'clash' | 'unknown' | 'refused' | 'offline';

/** What an answer that is no success means for the item. */
export function judge(fault: Fault, type: Item['body']['type']): Verdict {
  const { status, code } = fault;
  if (status === 0) return 'offline';
  if (status === 401 || code === 'password_change_required' || code === 'must_change_password') return 'login';
  if (status === 408 || status === 425 || status === 429 || status >= 500) return 'retry';
  if (status === 409 && (code === 'outcome_unknown' || code === 'idempotency_key_reused')) return 'unknown';
  if (status === 409 && code === 'offset') return 'retry';
  if (status === 409 && type !== 'move') return 'retry'; // written by another attempt a moment ago: the next one gets its receipt
  if (status === 409 || status === 412 || status === 428) return 'clash';
  // The matter is gone from this person's sight: it moved on without them.
  if (status === 404 && type === 'move') return 'clash';
  return 'refused';
}
