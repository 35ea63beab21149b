import 'fake-indexeddb/auto';
import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../api/client';
import type { Door, UploadMeta } from './door';
import { move, report } from './fixture';
import { step } from './machine';
import { Sender } from './sender';
import { Store } from './store';
import type { FileState, Happening, Item, Matter, MoveBody } from './types';

const no = (status: number, code = '', detail = '') => new Problem(status, '', detail, code, 'rid');
const hash = (b: Uint8Array) => createHash('sha256').update(b).digest('hex');

/** The phone dies: nothing after this point runs. */
class Killed extends Error {}

type Fate = '' | 'lostBefore' | 'lostAfter' | 'killBefore' | 'killAfter';

/** The server's side of the contract in memory: idempotent reports, resumable uploads, versions. */
class City implements Door {
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

const CHUNK = 1000;
let n = 0;
let name = '';
let store: Store;
let city: City;
let now = 0;
let account = '7';

const make = () => new Sender({ store, door: city, account: () => account, now: () => now, spread: () => 0, changed: () => undefined, stamp: () => '2026-08-28T08:30:00+08:00', chunk: CHUNK });

beforeEach(async () => {
  name = `t${n++}`;
  store = await Store.open(name);
  city = new City();
  city.matters.set('7', { version: 3, events: [] });
  now = 0;
  account = '7';
});

/** The phone is switched off and on: a new database handle, a new sender. */
async function reboot() {
  store.close();
  store = await Store.open(name);
  return make();
}

async function file(item: Item, size: number): Promise<void> {
  const data = Uint8Array.from({ length: size }, (_, i) => (i * 7 + size) & 255);
  const f: FileState = { id: `${item.id}-${item.files.length}-${size}`, kind: 'photo', name: 'a.jpg', media: 'image/jpeg', size, sha256: hash(data), capturedAt: '', thumb: '', upload: '', sent: 0, evidence: '' };
  await store.addFile(item.id, f, data.buffer);
}

async function queue(item: Item, sizes: number[] = []): Promise<void> {
  await store.put(item);
  for (const s of sizes) await file(item, s);
  const order = await store.nextOrder();
  await store.change(item.id, (x) => step(x, { do: 'send', order }));
}

const state = async (id: string) => (await store.item(id))?.state;

/** Runs until all is done, switching the phone on again after each kill and waiting out each back-off. */
async function settle(limit = 60): Promise<void> {
  let s = make();
  for (let i = 0; i < limit; i++) {
    try {
      await s.run();
    } catch (e) {
      if (!(e instanceof Killed)) throw e;
      s = await reboot();
    }
    now += 400_000;
    if ((await store.items()).every((x) => x.state !== 'queued' && x.state !== 'sending')) return;
  }
  throw new Error('the queue did not settle');
}

describe('sending', () => {
  it('three reports in order, each with its photos, then the phone lets go of the bytes', async () => {
    for (const id of ['a', 'b', 'c']) await queue(report(id), [CHUNK + 5, 300]);
    const out = await make().run();
    expect(out).toEqual({ halt: '', sent: 3 });
    expect([...city.reports.keys()]).toEqual(['a', 'b', 'c']);
    expect(city.reports.get('b')!.evidence).toHaveLength(2);
    const done = (await store.item('a'))!;
    expect(done.receipt).toEqual({ id: '100', number: '网格-100', at: '2026-08-28T08:30:00+08:00', version: 1 });
    expect(await store.bytes(done.files[0]!.id)).toBeUndefined();
    expect(city.evidence.get(done.files[0]!.evidence)).toHaveLength(CHUNK + 5);
  });

  it('stops at the first silence and keeps everything', async () => {
    for (const id of ['a', 'b']) await queue(report(id), [300]);
    city.fate = () => 'lostBefore';
    expect(await make().run()).toEqual({ halt: 'offline', sent: 0 });
    expect(city.calls).toBe(1);
    expect([await state('a'), await state('b')]).toEqual(['queued', 'queued']);
  });

  it('a lost login keeps the queue and asks for it', async () => {
    await queue(report('a'), [300]);
    city.fate = () => no(401, 'login_required');
    expect(await make().run()).toEqual({ halt: 'login', sent: 0 });
    expect(await store.item('a')).toMatchObject({ state: 'queued', attempts: 0 });
    city.fate = () => '';
    expect((await make().run()).sent).toBe(1);
  });

  it("another account's things wait for that account", async () => {
    await queue({ ...report('a'), account: '8' });
    await queue(report('b'));
    await make().run();
    expect([await state('a'), await state('b')]).toEqual(['queued', 'done']);
    account = '8';
    await make().run();
    expect(await state('a')).toBe('done');
  });

  it('a server in trouble makes one wait, the others pass; a refusal stays with its reason', async () => {
    for (const id of ['a', 'b', 'c']) await queue(report(id));
    city.fate = (i) => (i === 0 ? no(500, 'internal') : i === 1 ? no(422, 'too_long', '地点不超过 200 个字') : '');
    await make().run();
    expect([await state('a'), await state('b'), await state('c')]).toEqual(['queued', 'refused', 'done']);
    expect((await store.item('b'))!.fault!.message).toBe('地点不超过 200 个字');
    expect(await make().nextAt()).toBe(2000);
    await make().run();
    expect(await state('a')).toBe('queued');
    now = 2000;
    await make().run();
    expect(await state('a')).toBe('done');
  });

  it('resumes an upload at the byte that the server has', async () => {
    await queue(report('a'), [3 * CHUNK]);
    city.fate = (_, what) => (what === 'append' && city.log.filter((x) => x === 'append').length === 2 ? 'lostBefore' : '');
    await make().run();
    expect((await store.item('a'))!.files[0]!.sent).toBe(2 * CHUNK);
    city.fate = () => '';
    await (await reboot()).run();
    expect(await state('a')).toBe('done');
    expect(city.log.filter((x) => x === 'append')).toHaveLength(3);
  });

  it('begins again when the server has tidied a half sent upload away', async () => {
    await queue(report('a'), [2 * CHUNK]);
    city.fate = (i) => (i === 2 ? 'lostBefore' : '');
    await make().run();
    city.uploads.clear();
    city.fate = () => '';
    await make().run();
    expect(await state('a')).toBe('done');
  });

  it('says so when the bytes are gone, and keeps the report', async () => {
    await queue(report('a'), [300]);
    await store.removeFile('a', 'none');
    const f = (await store.item('a'))!.files[0]!;
    await store.removeFile('a', f.id);
    await store.change('a', (x) => ({ ...x, files: [f] }));
    await make().run();
    expect(await store.item('a')).toMatchObject({ state: 'refused', fault: { code: 'bytes_lost' } });
  });

  it('sends once although called twice at the same time', async () => {
    await queue(report('a'), [300]);
    const s = make();
    await Promise.all([s.run(), s.run(), make().run()]);
    await settle();
    expect(city.reports.size).toBe(1);
    expect(await state('a')).toBe('done');
  });
});

describe('killed at every call, before and after the server acted', () => {
  const fates: Fate[] = ['killBefore', 'killAfter', 'lostBefore', 'lostAfter'];
  it.each(fates)('%s: three reports and a step arrive once each', async (fate) => {
    // As many runs as there are calls in a run without faults, and one fault further on in each.
    for (let at = 0; at < 22; at++) {
      store.close();
      name = `k${fate}${at}`;
      store = await Store.open(name);
      city = new City();
      city.matters.set('7', { version: 3, events: [] });
      now = 0;
      for (const id of ['a', 'b', 'c']) await queue(report(id), [CHUNK + 9, 200 + at]);
      await queue(move('m', '7'), [500]);
      city.fate = (i) => (i === at ? fate : '');
      await settle();
      expect((await store.items()).map((x) => x.state), `call ${at}`).toEqual(['done', 'done', 'done', 'done']);
      expect([...city.reports.keys()], `call ${at}`).toEqual(['a', 'b', 'c']);
      expect(city.matters.get('7')!.version, `call ${at}`).toBe(4);
      expect(city.evidence.size, `call ${at}`).toBe(7);
    }
  }, 60_000);

  it('arrives once each through a network that fails at every third call', async () => {
    for (const id of ['a', 'b', 'c', 'd']) await queue(report(id), [2 * CHUNK + 1]);
    await queue(move('m', '7'), [500]);
    city.fate = (i) => (i % 3 === 2 ? fates[(i / 3) % 4 | 0]! : '');
    await settle(200);
    expect(city.reports.size).toBe(4);
    expect(city.matters.get('7')!.version).toBe(4);
    expect(city.evidence.size).toBe(5);
  });
});

describe('two people at one matter', () => {
  it('the later one owns a conflict that says who changed what; nothing is overwritten or dropped', async () => {
    await queue(move('m', '7', { opinion: '已清运' }), [500]);
    city.happen('7', '李检', '退回整改', '照片看不清');
    await make().run();
    const item = (await store.item('m'))!;
    expect(item.state).toBe('conflict');
    expect(item.clash).toEqual({
      message: '县分局 已退回整改',
      state: '办理中',
      version: 4,
      changes: [{ who: '李检', at: '2026-08-28T09:12:00+08:00', name: '退回整改', to: '办理中', opinion: '照片看不清' }],
    });
    expect(city.matters.get('7')!.version).toBe(4);
    expect((item.body as MoveBody).opinion).toBe('已清运');
    expect(item.files[0]!.evidence).toBe('e1');
    expect(await store.bytes(item.files[0]!.id)).toBeDefined();
  });

  it('a step done again takes the photos along and goes through', async () => {
    await queue(move('m', '7'), [500]);
    city.happen('7', '李检', '退回整改');
    await make().run();
    const old = (await store.item('m'))!;
    const next: Item = { ...move('m2', '7', { version: 4, seq: 4 }), files: old.files };
    await store.replace(step(old, { do: 'drop' }), next);
    await store.change('m2', (x) => step(x, { do: 'send', order: 9 }));
    await make().run();
    expect([await state('m'), await state('m2')]).toEqual(['dropped', 'done']);
    expect(city.evidence.size).toBe(1);
    expect(city.matters.get('7')!.events.at(-1)!.evidence).toEqual([{ id: 'e1' }]);
  });

  it('a matter that moved out of sight is a conflict, not a loss', async () => {
    await queue(move('m', '99'));
    await make().run();
    expect(await store.item('m')).toMatchObject({ state: 'conflict' });
  });

  it('an answer that was lost is found in the record, even when the key is burnt', async () => {
    await queue(move('m', '7'), [500]);
    city.fate = (_, what) => (what === 'move' ? 'lostAfter' : '');
    await make().run();
    expect(city.matters.get('7')!.version).toBe(4);
    for (const k of city.keys.keys()) city.keys.set(k, 'burnt');
    city.fate = () => '';
    await make().run();
    expect(await state('m')).toBe('done');
    expect(city.matters.get('7')!.version).toBe(4);
  });

  it('a burnt key behind which nothing happened is replaced', async () => {
    await queue(move('m', '7'));
    city.keys.set('m.3.0', 'burnt');
    await make().run();
    expect(await store.item('m')).toMatchObject({ state: 'queued', turn: 1 });
    await settle();
    expect(await state('m')).toBe('done');
    expect(city.matters.get('7')!.version).toBe(4);
  });
});

describe('steps on steps, made without a network', () => {
  it('the second stands on the version the first one made', async () => {
    await queue(move('m1', '7', { transition: 'accept', name: '签收' }));
    await queue(move('m2', '7', { after: 'm1' }), [400]);
    await make().run();
    expect([await state('m1'), await state('m2')]).toEqual(['done', 'done']);
    expect(city.matters.get('7')!.events.map((e) => e.name)).toEqual(['签收', '报结']);
  });

  it('when the first one needs a decision, so does the second', async () => {
    await queue(move('m1', '7', { transition: 'accept', name: '签收' }));
    await queue(move('m2', '7', { after: 'm1' }), [400]);
    city.happen('7', '李检', '退回整改');
    await make().run();
    expect([await state('m1'), await state('m2')]).toEqual(['conflict', 'conflict']);
    expect(city.matters.get('7')!.version).toBe(4);
  });
});

describe('the store', () => {
  it('numbers go on after a restart', async () => {
    expect(await store.nextOrder()).toBe(1);
    await reboot();
    expect(await store.nextOrder()).toBe(2);
  });
  it('tidies what is finished and old, never what is not', async () => {
    for (const s of ['draft', 'queued', 'sending', 'done', 'conflict', 'refused', 'dropped'] as const) {
      await store.put({ ...report(s), state: s, madeAt: '2026-01-01T00:00:00+08:00' });
      await file({ ...report(s), state: s }, 10);
    }
    await store.put({ ...report('new'), state: 'done' });
    await store.tidy('2026-08-01T00:00:00+08:00');
    expect((await store.items()).map((x) => x.id).sort()).toEqual(['conflict', 'draft', 'new', 'queued', 'refused', 'sending']);
    expect(await store.bytes('queued-0-10')).toBeDefined();
    expect(await store.bytes('done-0-10')).toBeUndefined();
  });
});
