/**
 * Takes the queue to the server: in order, once each, as far as the network carries. A kill at any point
 * leaves the item where the next run can take it up: uploads resume at the byte the server has, a report
 * carries its own name, a step carries the version it was made on and a key.
 */
import { Problem } from '../api/client';
import type { Door } from './door';
import { judge, may, ready, step, waiting, type Event } from './machine';
import type { Store } from './store';
import type { Clash, Fault, FileState, Item, Matter, MoveBody, Receipt } from './types';

export const CHUNK = 256 * 1024;

export type Halt = '' | 'offline' | 'login';
export type Outcome = { halt: Halt; sent: number };

export type Parts = {
  store: Store;
  door: Door;
  account: () => string;
  now: () => number;
  /** 0…1, so that phones that come back together do not call together. */
  spread: () => number;
  changed: () => void;
  /** The server's time, for receipts. */
  stamp: () => string;
  /** Bytes that travel in one call. */
  chunk?: number;
};

class Stop extends Error {
  constructor(readonly halt: Halt) {
    super(halt);
  }
}

/** The bytes are neither here nor there: told to the owner, who may take the photo again. */
class Lost extends Error {}

export class Sender {
  private busy = false;

  constructor(private readonly p: Parts) {}

  /** What was being sent when the phone died goes back into the queue. */
  private async wake(): Promise<void> {
    for (const item of await this.own()) {
      if (item.state === 'sending') await this.apply(item.id, { do: 'wake' });
    }
  }

  /** Sends until nothing more can go. One run at a time. */
  async run(): Promise<Outcome> {
    const out: Outcome = { halt: '', sent: 0 };
    if (this.busy) return out;
    this.busy = true;
    try {
      await this.wake();
      for (;;) {
        const [item] = ready(await this.own(), this.p.now());
        if (!item) return out;
        if (await this.one(item)) out.sent++;
        this.p.changed();
      }
    } catch (e) {
      if (!(e instanceof Stop)) throw e;
      out.halt = e.halt;
      return out;
    } finally {
      this.busy = false;
      this.p.changed();
    }
  }

  /** When the next repeat is due (ms), or null when nothing waits for a time. */
  async nextAt(): Promise<number | null> {
    const times = (await this.own()).filter(waiting).map((i) => i.nextAt);
    return times.length > 0 ? Math.min(...times) : null;
  }

  /** Only what this account made: another person's things wait for that person. */
  private async own(): Promise<Item[]> {
    const account = this.p.account();
    return (await this.p.store.items()).filter((i) => i.account === account);
  }

  /**
   * Moves an item on where it can be moved; null where it cannot. A second window of the app may have taken
   * it up meanwhile: then that one goes on with it, and the server makes one of both.
   */
  private async apply(id: string, e: Event): Promise<Item | null> {
    let next: Item | null = null;
    await this.p.store.change(id, (item) => (next = may(item.state, e.do) ? step(item, e) : null));
    return next;
  }

  /** The server has it. That stands whatever state the item was put into meanwhile. */
  private async delivered(item: Item, receipt: Receipt): Promise<void> {
    const now = (await this.p.store.item(item.id)) ?? item;
    if (now.state !== 'done') await this.p.store.finish(step({ ...now, state: 'sending' }, { do: 'deliver', receipt }));
  }

  private async one(item: Item): Promise<boolean> {
    const body = await this.based(item);
    if (!body) return false;
    const taken = await this.apply(item.id, { do: 'take' });
    if (!taken) return false;
    this.p.changed();
    try {
      const receipt = await this.deliver(taken, body);
      await this.delivered(taken, receipt);
      return true;
    } catch (e) {
      await this.failed(item, body, e);
      return false;
    }
  }

  /** A step that follows another one of this phone stands on the version which that one made. */
  private async based(item: Item): Promise<Item['body'] | null> {
    if (item.body.type !== 'move' || !item.body.after) return item.body;
    const before = await this.p.store.item(item.body.after);
    if (before?.state === 'done' && before.receipt) return { ...item.body, version: before.receipt.version };
    const clash: Clash = { message: '前一步没有成功，这一步没有发出', state: '', version: 0, changes: [] };
    await this.apply(item.id, { do: 'clash', clash });
    return null;
  }

  private async deliver(item: Item, body: Item['body']): Promise<Receipt> {
    const evidence: string[] = [];
    for (const file of item.files) evidence.push(file.evidence || (await this.upload(item.id, file)));
    const at = this.p.stamp();
    if (body.type === 'report') {
      const row = await this.p.door.report(body, evidence, item.id);
      return { id: row.id, number: row.number, at, version: row.version };
    }
    if (body.type === 'visit') {
      const v = await this.p.door.visit(body, evidence, item.id);
      return { id: v.id, number: '', at, version: 0 };
    }
    const row = await this.p.door.move(body, body.version, evidence, `${item.id}.${body.version}.${item.turn}`);
    return { id: row.id, number: row.number, at, version: row.version };
  }

  /** Brings one file up, from where the server has it; the evidence id. */
  private async upload(id: string, file: FileState): Promise<string> {
    let at = file.upload ? await this.resume(file) : null;
    if (!at) {
      const { id: clientId, sha256, size, media, name, kind, capturedAt, lng, lat, accuracy } = file;
      at = await this.p.door.begin({ clientId, sha256, size, media, name, kind, capturedAt, lng, lat, accuracy });
      await this.note(id, file.id, { upload: at.id, sent: at.offset });
    }
    if (at.evidence) return this.landed(id, file.id, at.evidence);
    const data = await this.p.store.bytes(file.id);
    if (!data || data.byteLength !== file.size) throw new Lost();
    const chunk = this.p.chunk ?? CHUNK;
    let stuck = 0;
    while (!at.evidence) {
      const offset: number = at.offset;
      try {
        const next = await this.p.door.append(at.id, offset, data.slice(offset, Math.min(offset + chunk, data.byteLength)));
        at = { ...next, id: at.id };
      } catch (e) {
        // Another attempt's bytes arrived meanwhile: ask where the server is, and go on from there.
        if (!(e instanceof Problem) || e.status !== 409 || ++stuck > 3) throw e;
        at = { ...(await this.p.door.state(at.id)), id: at.id };
      }
      if (!at.evidence && at.offset === offset && ++stuck > 3) throw new Problem(503, '', '', 'no_progress', '');
      await this.note(id, file.id, { sent: at.offset });
      this.p.changed();
    }
    return this.landed(id, file.id, at.evidence);
  }

  private async resume(file: FileState) {
    try {
      return { ...(await this.p.door.state(file.upload)), id: file.upload };
    } catch (e) {
      if (e instanceof Problem && e.status === 404) return null; // tidied away at the server: from the beginning
      throw e;
    }
  }

  private async note(id: string, file: string, what: Partial<FileState>): Promise<void> {
    await this.p.store.change(id, (item) => ({ ...item, files: item.files.map((f) => (f.id === file ? { ...f, ...what } : f)) }));
  }

  private async landed(id: string, file: string, evidence: string): Promise<string> {
    await this.note(id, file, { evidence });
    return evidence;
  }

  private async failed(item: Item, body: Item['body'], e: unknown): Promise<void> {
    if (e instanceof Lost) {
      await this.apply(item.id, { do: 'refuse', fault: { status: 0, code: 'bytes_lost', message: '照片不在本机，请重拍', requestId: '' } });
      return;
    }
    if (!(e instanceof Problem)) {
      await this.apply(item.id, { do: 'pause' });
      throw e;
    }
    const fault = faultOf(e);
    let verdict = judge(fault, body.type);
    // A conflict that does not pass by itself is for its owner to see.
    if (verdict === 'retry' && fault.status === 409 && item.attempts >= 5) verdict = 'refused';
    switch (verdict) {
      case 'offline':
      case 'login':
        await this.apply(item.id, { do: 'pause' });
        throw new Stop(verdict);
      case 'retry':
        await this.apply(item.id, { do: 'fail', fault, now: this.p.now(), spread: this.p.spread() });
        return;
      case 'refused':
        await this.apply(item.id, { do: 'refuse', fault });
        return;
      default:
        await this.compare(item, body as MoveBody, fault, verdict === 'unknown');
    }
  }

  /**
   * The matter is not as this person saw it. Perhaps it is their own step that arrived while the answer
   * was lost; otherwise it becomes theirs to decide, with who changed what.
   */
  private async compare(item: Item, body: MoveBody, fault: Fault, unknown: boolean): Promise<void> {
    const again = (await this.p.store.item(item.id)) ?? item;
    if (body.type !== 'move') {
      await this.apply(item.id, { do: 'fail', fault, now: this.p.now(), spread: this.p.spread() });
      return;
    }
    let seen: Matter;
    try {
      seen = await this.p.door.matter(body.matter);
    } catch (e) {
      if (!(e instanceof Problem)) throw e;
      if (e.status === 404 || e.status === 403) {
        const clash: Clash = { message: fault.message || '事项已转走，您现在看不到它', state: '', version: 0, changes: [] };
        await this.apply(item.id, { do: 'clash', clash });
        return;
      }
      return this.failed(item, body, e);
    }
    if (arrived(again, body, seen)) {
      const receipt = { id: seen.id, number: seen.number, at: this.p.stamp(), version: seen.version };
      await this.delivered(again, receipt);
      return;
    }
    if (unknown && seen.version === body.version) {
      // Nothing happened at the server; the old key stays burnt, the next attempt takes a new one.
      await this.p.store.change(item.id, (x) =>
        may(x.state, 'fail') ? { ...step(x, { do: 'fail', fault, now: this.p.now(), spread: this.p.spread() }), turn: x.turn + 1 } : null,
      );
      return;
    }
    await this.apply(item.id, { do: 'clash', clash: clashOf(body, seen, fault) });
  }
}

/** The matter's record holds this very step: its name, with the same pieces of evidence or the same words by the same person. */
function arrived(item: Item, body: MoveBody, seen: Matter): boolean {
  const mine = item.files.map((f) => f.evidence).filter(Boolean);
  return seen.events.some((e) => {
    if (e.seq <= body.seq || e.name !== body.name || e.act !== body.act) return false;
    const brought = new Set((e.evidence ?? []).map((x) => x.id));
    if (mine.length > 0) return mine.every((id) => brought.has(id));
    return e.seq === body.seq + 1 && e.opinion === body.opinion && e.actor.display === item.accountName;
  });
}

function clashOf(body: MoveBody, seen: Matter, fault: Fault): Clash {
  const changes = seen.events
    .filter((e) => e.seq > body.seq)
    .map((e) => ({ who: [e.actor.unit, e.actor.post, e.actor.display].filter(Boolean).join(' '), at: e.at, name: e.name, to: e.to.name, opinion: e.opinion }));
  return { message: fault.message, state: seen.state.name, version: seen.version, changes };
}

export function faultOf(p: Problem): Fault {
  const fields = p.errors.map((e) => e.message).filter((m) => m && !p.detail.includes(m));
  return { status: p.status, code: p.code, message: [p.detail || p.title, ...fields].filter(Boolean).join('；'), requestId: p.requestId };
}
