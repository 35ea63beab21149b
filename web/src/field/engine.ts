/**
 * What runs behind the pages: the store, the sender, the day's data, the network's coming and going.
 * Pages read one snapshot and call the verbs below; everything that is done is in the phone before it shows.
 */
import { Problem } from '../api/client';
import { rfc3339 } from '../lib/format';
import { door, fetchStart } from './door';
import { owed, step, waiting } from './machine';
import { FRESH, madeAt, take, typed } from './photo';
import { Sender, type Halt } from './sender';
import { newId } from '../lib/sha256';
import { StorageFull, Store } from './store';
import type { Body, EvidenceKind, Item, MoveBody, Spot, Start } from './types';

export type Snap = {
  phase: 'opening' | 'login' | 'in' | 'broken';
  items: Item[];
  start: Start | null;
  skew: number;
  online: boolean;
  halt: Halt;
  busy: boolean;
  full: boolean;
  /** Bytes left on the phone when that is little, else null. */
  low: number | null;
};

const LOW = 60 * 1024 * 1024;
const KEEP_DAYS = 30;
const POLL = 60_000;
const LOCK = 'qingshan-field';

/** The page lives as long as the window: one engine. Made by field.tsx, given to tests as needed. */
export class Engine {
  snap: Snap = { phase: 'opening', items: [], start: null, skew: 0, online: navigator.onLine, halt: '', busy: false, full: false, low: null };
  private listeners = new Set<() => void>();
  private store!: Store;
  private sender!: Sender;
  private timer = 0;
  private fetchedAt = 0;
  private wanted = false;
  private edits = 0;
  private writing = 0;
  private others = 'BroadcastChannel' in globalThis ? new BroadcastChannel(LOCK) : null;

  subscribe = (f: () => void) => {
    this.listeners.add(f);
    return () => void this.listeners.delete(f);
  };
  read = () => this.snap;

  private set(more: Partial<Snap>) {
    this.snap = { ...this.snap, ...more };
    for (const f of this.listeners) f();
  }

  /** The server's time now, in ms. */
  now(): number {
    return Date.now() + this.snap.skew;
  }

  async boot() {
    try {
      this.store = await Store.open();
      const kept = await this.store.start();
      this.sender = new Sender({
        store: this.store,
        door,
        account: () => this.snap.start?.me.id ?? '',
        now: Date.now,
        spread: Math.random,
        changed: () => void this.reload(true),
        stamp: () => rfc3339(this.now()),
      });
      this.set({ items: await this.store.items(), start: kept?.start ?? null, skew: kept?.skew ?? 0, phase: kept ? 'in' : 'opening' });
      void this.store.tidy(rfc3339(this.now() - KEEP_DAYS * 86_400_000));
      void navigator.storage?.persist?.();
    } catch {
      this.set({ phase: 'broken' });
      return;
    }
    if (this.others) this.others.onmessage = () => void this.reload(false);
    // A network that came back is a new one: what was put off goes at once.
    window.addEventListener('online', () => void this.wakeUp(true));
    window.addEventListener('offline', () => this.set({ online: false }));
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') void this.wakeUp();
    });
    window.setInterval(() => {
      if (document.visibilityState === 'visible') void this.wakeUp();
    }, POLL);
    await this.refresh();
    void this.kick();
  }

  private async wakeUp(force = false) {
    if (!navigator.onLine || this.snap.phase === 'opening') return;
    await this.kick(force);
    if (Date.now() - this.fetchedAt > POLL / 2) await this.refresh();
  }

  /** Takes over what is stored; never over something that is being typed and is on its way into the store. */
  private async reload(tell: boolean) {
    if (tell) this.others?.postMessage('items');
    const edits = this.edits;
    const items = await this.store.items();
    if (edits === this.edits && this.writing === 0) this.set({ items });
  }

  /** Fetches the day. Without a network the kept one stays; without a login it asks for it. */
  async refresh(): Promise<Problem | null> {
    const sent = Date.now();
    try {
      const start = await fetchStart();
      const got = Date.now();
      const ahead = Date.parse(start.asOf) - (sent + got) / 2;
      const skew = Math.abs(ahead) < 5000 ? 0 : Math.round(ahead);
      this.fetchedAt = got;
      this.set({ start, skew, online: true, phase: 'in', halt: '' });
      await this.guard(() => this.store.keepStart(start, skew));
      return null;
    } catch (e) {
      if (!(e instanceof Problem)) throw e;
      const login = e.status === 401 || (e.status === 403 && !this.snap.start);
      this.set({ online: !e.unreachable, halt: login ? 'login' : this.snap.halt, phase: this.snap.start ? 'in' : 'login' });
      return e;
    } finally {
      void this.measure();
    }
  }

  private async measure() {
    const e = await navigator.storage?.estimate?.().catch(() => null);
    const free = e?.quota && e.usage !== undefined ? e.quota - e.usage : null;
    this.set({ low: free !== null && free < LOW ? free : null });
  }

  /** Sends what can be sent. One window at a time where the browser has locks. */
  async kick(force = false): Promise<void> {
    if (force) for (const i of this.snap.items) if (i.state === 'queued' && i.nextAt > 0) await this.store.change(i.id, (x) => (x.state === 'queued' ? step(x, { do: 'retry' }) : null));
    if (this.snap.busy) {
      this.wanted ||= force; // a run that began without a network ends with one: then once more, at once
      return;
    }
    window.clearTimeout(this.timer);
    const run = async () => {
      if (this.snap.busy || !this.snap.start || !this.snap.items.some(waiting)) return;
      this.set({ busy: true });
      try {
        const out = await this.sender.run();
        this.set({ halt: out.halt, online: out.halt === 'offline' ? false : out.sent > 0 || this.snap.online });
        if (out.sent > 0) void this.refresh();
      } finally {
        this.set({ busy: false });
        await this.reload(true);
        const more = this.wanted;
        this.wanted = false;
        if (more) this.timer = window.setTimeout(() => void this.kick(true), 0);
        else await this.again();
      }
    };
    const taken = () => {
      if (force) this.timer = window.setTimeout(() => void this.kick(true), 1000);
    };
    await this.guard(() => ('locks' in navigator ? navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => (lock ? run() : taken())) : run()));
  }

  private async again() {
    const at = await this.sender.nextAt();
    if (at === null || this.snap.halt === 'login') return;
    const wait = this.snap.halt === 'offline' ? 20_000 : Math.max(1000, at - Date.now());
    this.timer = window.setTimeout(() => void this.kick(), wait);
  }

  /** Runs a write; a phone without room says so and nothing else is lost. Whether it was kept. */
  private async guard(f: () => Promise<unknown>): Promise<boolean> {
    try {
      await f();
      return true;
    } catch (e) {
      if (!(e instanceof StorageFull)) throw e;
      this.set({ full: true });
      return false;
    }
  }

  /** A new draft, in the phone at once. */
  draft(body: Body, title: string, place: string, id = newId()): { item: Item; kept: Promise<boolean> } {
    const me = this.snap.start!.me;
    const item: Item = { id, account: me.id, accountName: me.displayName, order: 0, state: 'draft', madeAt: rfc3339(this.now()), title, place, body, files: [], attempts: 0, nextAt: 0, turn: 0, fault: null, clash: null, receipt: null };
    this.edits++;
    this.set({ items: [...this.snap.items, item] });
    return { item, kept: this.guard(() => this.store.put(item)) };
  }

  /** Changes a draft: at once on the page, right after in the phone. */
  async edit(id: string, f: (item: Item) => Item): Promise<boolean> {
    this.edits++;
    this.writing++;
    this.set({ items: this.snap.items.map((i) => (i.id === id ? f(i) : i)) });
    const ok = await this.guard(() => this.store.change(id, (i) => (i.state === 'draft' ? f(i) : null))).finally(() => this.writing--);
    if (ok && this.snap.full) this.set({ full: false });
    if (this.writing === 0) await this.reload(false);
    return ok;
  }

  /** Adds photos or papers to a draft. The position is the one of the evidence act, if the owner gave it. */
  async add(id: string, files: File[], kind: EvidenceKind, spot: Spot | null): Promise<boolean> {
    let ok = true;
    for (const f of files) {
      const made = madeAt(f, this.snap.skew);
      const x = await take(f, kind, rfc3339(made), this.now() - made < FRESH ? spot : null);
      ok = (await this.guard(() => this.store.addFile(id, x.file, x.data))) && ok;
    }
    await this.reload(true);
    void this.measure();
    return ok;
  }

  async addText(id: string, text: string, kind: EvidenceKind): Promise<boolean> {
    const x = await typed(text, kind, rfc3339(this.now()));
    const ok = await this.guard(() => this.store.addFile(id, x.file, x.data));
    await this.reload(true);
    return ok;
  }

  async removeFile(id: string, file: string) {
    await this.store.removeFile(id, file);
    await this.reload(true);
  }

  /** draft → queued: from here on it goes up by itself. */
  async send(id: string): Promise<boolean> {
    const order = await this.store.nextOrder();
    const ok = await this.guard(() => this.store.change(id, (i) => (i.state === 'draft' ? step(i, { do: 'send', order }) : null)));
    await this.reload(true);
    if (ok) void this.kick();
    return ok;
  }

  /** Lays an item aside, at its owner's word; a draft that was never sent is deleted. */
  async drop(id: string) {
    await this.store.change(id, (i) => (i.state === 'sending' || i.state === 'done' || i.state === 'dropped' ? null : step(i, { do: 'drop' })));
    await this.reload(true);
  }

  /** Removes a draft that holds nothing. */
  async discard(id: string) {
    const i = await this.store.item(id);
    if (i?.state === 'draft') await this.store.remove(id);
    await this.reload(true);
  }

  async retry(id: string) {
    await this.store.change(id, (i) => (i.state === 'queued' || i.state === 'refused' ? step(i, { do: 'retry' }) : null));
    await this.reload(true);
    await this.kick();
  }

  async reopen(id: string) {
    await this.store.change(id, (i) => (i.state === 'queued' || i.state === 'refused' ? step(i, { do: 'edit' }) : null));
    await this.reload(true);
  }

  /** Does a step again on the present state of the matter: photos and words come along. The new draft's id. */
  async redo(old: Item, body: MoveBody, title: string): Promise<string> {
    const next: Item = { ...old, id: newId(), order: 0, state: 'draft', madeAt: rfc3339(this.now()), title, body, attempts: 0, nextAt: 0, turn: 0, fault: null, clash: null, receipt: null };
    await this.guard(() => this.store.replace(step(old, { do: 'drop' }), next));
    await this.reload(true);
    return next.id;
  }

  async forget() {
    await this.store.forgetStart();
    this.set({ start: null, phase: 'login', halt: '' });
  }

  /** Whether there is anything of this person that has not reached the server. */
  unsent(): number {
    return this.snap.items.filter((i) => waiting(i) || owed(i)).length;
  }
}
