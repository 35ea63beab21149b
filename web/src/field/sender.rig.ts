import 'fake-indexeddb/auto';
import { createHash } from 'node:crypto';
import { beforeEach } from 'vitest';
import { Problem } from '../api/client';
import type { Door, UploadMeta } from './door';
import { step } from './machine';
import { Sender } from './sender';
import { Store } from './store';
import type { FileState, Happening, Item, Matter, MoveBody } from './types';

export const no = (status: number, code = '', detail = '') => new Problem(status, '', detail, code, 'rid');
export const hash = (b: Uint8Array) => createHash('sha256').update(b).digest('hex');

/** The phone dies: nothing after this point runs. */
export class Killed extends Error {}

export type Fate = '' | 'lostBefore' | 'lostAfter' | 'killBefore' | 'killAfter';

/** The server's side of the contract in memory: idempotent reports, resumable uploads, versions. */
export class City implements Door {
  log: string[] = [];
  uploads = new Map<string, { meta: UploadMeta; data: Uint8Array; evidence: string }>();
  evidence = new Map<string, Uint8Array>();
  reports = new Map<string, { id: string; evidence: string[] }>();
  visits = new Map<string, string>();
  matters = new Map<string, { version: number; events: Happening[] }>();
  keys = new Map<string, unknown>();
  calls = 0;
  /** What happens at the n-th call. */
  fate: (n: number, name: string) => Fate | Problem = () => '';

  private async call<T>(name: string, f: () => T): Promise<T> {
    const fate = this.fate(this.calls++, name);
    if (fate instanceof Problem) throw fate;
    if (fate === 'lostBefore') throw no(0);
    if (fate === 'killBefore') throw new Killed();
    const out = f();
    this.log.push(name);
    if (fate === 'lostAfter') throw no(0);
    if (fate === 'killAfter') throw new Killed();
    return out;
  }

  begin = (meta: UploadMeta) =>
    this.call('begin', () => {
      const id = `u${this.uploads.size}`;
      const known = [...this.uploads.values()].find((u) => u.meta.clientId === meta.clientId && u.evidence);
      this.uploads.set(id, { meta, data: known ? known.data : new Uint8Array(0), evidence: known?.evidence ?? '' });
      return { id, offset: known ? meta.size : 0, evidence: known?.evidence };
    });
  state = (id: string) =>
    this.call('state', () => {
      const u = this.uploads.get(id);
      if (!u) throw no(404);
      return { id, offset: u.data.length, evidence: u.evidence || undefined };
    });
  append = (id: string, offset: number, data: ArrayBuffer) =>
    this.call('append', () => {
      const u = this.uploads.get(id);
      if (!u) throw no(404);
      if (u.evidence) return { id, offset: u.data.length, evidence: u.evidence };
      if (offset !== u.data.length) throw no(409, 'offset');
      u.data = Uint8Array.from([...u.data, ...new Uint8Array(data)]);
      if (u.data.length === u.meta.size) {
        if (hash(u.data) !== u.meta.sha256) throw no(422, 'hash');
        u.evidence = `e${this.evidence.size + 1}`;
        this.evidence.set(u.evidence, u.data);
      }
      return { id, offset: u.data.length, evidence: u.evidence || undefined };
    });
  report = (_: unknown, evidence: string[], clientId: string) =>
    this.call('report', () => {
      const old = this.reports.get(clientId);
      if (!old) this.reports.set(clientId, { id: String(100 + this.reports.size), evidence });
      const id = this.reports.get(clientId)!.id;
      return { id, number: `网格-${id}`, version: 1 } as never;
    });
  visit = (_: unknown, __: string[], clientId: string) =>
    this.call('visit', () => {
      if (!this.visits.has(clientId)) this.visits.set(clientId, `v${this.visits.size}`);
      return { id: this.visits.get(clientId)! };
    });
  move = (b: MoveBody, version: number, evidence: string[], key: string) =>
    this.call('move', () => {
      if (this.keys.has(key)) {
        const kept = this.keys.get(key);
        if (kept === 'burnt') throw no(409, 'outcome_unknown');
        return kept as never;
      }
      const m = this.matters.get(b.matter);
      if (!m) throw no(404);
      if (m.version !== version) throw no(409, 'stale', '县分局 已退回整改');
      this.happen(b.matter, '演示·网', b.name, b.opinion, evidence);
      const row = { id: b.matter, number: '网格-2026-0001', version: m.version };
      this.keys.set(key, row);
      return row as never;
    });
  matter = (id: string) =>
    this.call('matter', () => {
      const m = this.matters.get(id);
      if (!m) throw no(404);
      return { id, number: '网格-2026-0001', version: m.version, state: { id: 'x', name: '办理中', type: 'working' }, events: m.events } as unknown as Matter;
    });

  happen(matter: string, who: string, name: string, opinion = '', evidence: string[] = []) {
    const m = this.matters.get(matter)!;
    m.version++;
    m.events.push({ seq: m.version, at: '2026-08-28T09:12:00+08:00', act: name === '退回整改' ? 'return' : 'do', name, to: { id: 'working', name: '办理中' }, actor: { display: who }, opinion, evidence: evidence.map((id) => ({ id })) as never });
  }
}

export const CHUNK = 1000;
let n = 0;

/** One phone, the city it talks to, and the phone's own time. */
export const phone = { name: '', store: undefined as unknown as Store, city: undefined as unknown as City, now: 0, account: '7' };

export const make = () => new Sender({ store: phone.store, door: phone.city, account: () => phone.account, now: () => phone.now, spread: () => 0, changed: () => undefined, stamp: () => '2026-08-28T08:30:00+08:00', chunk: CHUNK });

/** An empty phone and a city that knows matter 7, before each test. */
export function onFreshPhone() {
  beforeEach(() => startAfresh(`t${n++}`));
}

export async function startAfresh(name: string) {
  phone.name = name;
  phone.store = await Store.open(name);
  phone.city = new City();
  phone.city.matters.set('7', { version: 3, events: [] });
  phone.now = 0;
  phone.account = '7';
}

/** The phone is switched off and on: a new database handle, a new sender. */
export async function reboot() {
  phone.store.close();
  phone.store = await Store.open(phone.name);
  return make();
}

export async function file(item: Item, size: number): Promise<void> {
  const data = Uint8Array.from({ length: size }, (_, i) => (i * 7 + size) & 255);
  const f: FileState = { id: `${item.id}-${item.files.length}-${size}`, kind: 'photo', name: 'a.jpg', media: 'image/jpeg', size, sha256: hash(data), capturedAt: '', thumb: '', upload: '', sent: 0, evidence: '' };
  await phone.store.addFile(item.id, f, data.buffer);
}

export async function queue(item: Item, sizes: number[] = []): Promise<void> {
  await phone.store.put(item);
  for (const s of sizes) await file(item, s);
  const order = await phone.store.nextOrder();
  await phone.store.change(item.id, (x) => step(x, { do: 'send', order }));
}

export const state = async (id: string) => (await phone.store.item(id))?.state;

/** Runs until all is done, switching the phone on again after each kill and waiting out each back-off. */
export async function settle(limit = 60): Promise<void> {
  let s = make();
  for (let i = 0; i < limit; i++) {
    try {
      await s.run();
    } catch (e) {
      if (!(e instanceof Killed)) throw e;
      s = await reboot();
    }
    phone.now += 400_000;
    if ((await phone.store.items()).every((x) => x.state !== 'queued' && x.state !== 'sending')) return;
  }
  throw new Error('the queue did not settle');
}
