/**
 * What the phone keeps: the queue, the bytes of photos, and the day's data. IndexedDB writes are
 * transactions: a kill between two of them leaves either state, never half of one.
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { FileState, Item, Start } from './types';

interface Shape extends DBSchema {
  items: { key: string; value: Item };
  bytes: { key: string; value: ArrayBuffer };
  kept: { key: string; value: unknown };
}

/** The phone has no room: nothing of the write was kept, and the caller must say so. */
export class StorageFull extends Error {
  constructor() {
    super('the storage of this phone is full');
    this.name = 'StorageFull';
  }
}

function isFull(e: unknown): boolean {
  const name = e instanceof Error || e instanceof DOMException ? e.name : '';
  return name === 'QuotaExceededError' || name === 'NS_ERROR_DOM_QUOTA_REACHED';
}

export class Store {
  private constructor(private readonly db: IDBPDatabase<Shape>) {}

  static async open(name = 'qingshan-field'): Promise<Store> {
    return new Store(
      await openDB<Shape>(name, 1, {
        upgrade(db) {
          db.createObjectStore('items', { keyPath: 'id' });
          db.createObjectStore('bytes');
          db.createObjectStore('kept');
        },
      }),
    );
  }

  close() {
    this.db.close();
  }

  private async room<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (e) {
      if (isFull(e)) throw new StorageFull();
      throw e;
    }
  }

  items(): Promise<Item[]> {
    return this.db.getAll('items');
  }

  item(id: string): Promise<Item | undefined> {
    return this.db.get('items', id);
  }

  async put(item: Item): Promise<void> {
    await this.room(this.db.put('items', item));
  }

  /** Changes an item in one transaction; f gives null to leave it. The stored one comes back. */
  async change(id: string, f: (item: Item) => Item | null): Promise<Item | undefined> {
    const tx = this.db.transaction('items', 'readwrite', { durability: 'strict' });
    const old = await tx.store.get(id);
    const next = old ? f(old) : null;
    if (next) await this.room(tx.store.put(next));
    await this.room(tx.done);
    return next ?? old;
  }

  /** Adds a file to an item together with its bytes, or neither. */
  async addFile(id: string, file: FileState, data: ArrayBuffer): Promise<Item> {
    const tx = this.db.transaction(['items', 'bytes'], 'readwrite', { durability: 'strict' });
    const old = await tx.objectStore('items').get(id);
    if (!old) throw new Error(`no item ${id}`);
    const item = { ...old, files: [...old.files, file] };
    const done = this.room(tx.done);
    try {
      await Promise.all([tx.objectStore('bytes').put(data, file.id), tx.objectStore('items').put(item), done]);
    } catch (e) {
      await done.catch(() => undefined);
      if (isFull(e)) throw new StorageFull();
      throw e;
    }
    return item;
  }

  async removeFile(id: string, file: string): Promise<Item | undefined> {
    const tx = this.db.transaction(['items', 'bytes'], 'readwrite');
    const old = await tx.objectStore('items').get(id);
    if (!old) return undefined;
    const item = { ...old, files: old.files.filter((f) => f.id !== file) };
    await Promise.all([tx.objectStore('items').put(item), tx.objectStore('bytes').delete(file), tx.done]);
    return item;
  }

  async remove(id: string): Promise<void> {
    const tx = this.db.transaction(['items', 'bytes'], 'readwrite');
    const old = await tx.objectStore('items').get(id);
    await Promise.all([tx.objectStore('items').delete(id), ...(old?.files ?? []).map((f) => tx.objectStore('bytes').delete(f.id)), tx.done]);
  }

  bytes(file: string): Promise<ArrayBuffer | undefined> {
    return this.db.get('bytes', file);
  }

  /** Puts an item that the server has acknowledged, and lets go of the bytes that it has sealed. */
  async finish(item: Item): Promise<void> {
    const tx = this.db.transaction(['items', 'bytes'], 'readwrite', { durability: 'strict' });
    await Promise.all([tx.objectStore('items').put(item), ...item.files.map((f) => tx.objectStore('bytes').delete(f.id)), tx.done]);
  }

  /**
   * One item takes the place of another, files included: a step done again after a conflict. The old
   * one stays in the list as laid aside; its bytes now belong to the new one.
   */
  async replace(old: Item, next: Item): Promise<void> {
    const tx = this.db.transaction('items', 'readwrite', { durability: 'strict' });
    await Promise.all([tx.store.put({ ...old, files: [] }), tx.store.put(next), tx.done]);
  }

  /** Forgets finished things older than a time; unfinished ones are never touched. */
  async tidy(before: string): Promise<void> {
    const tx = this.db.transaction(['items', 'bytes'], 'readwrite');
    for (const item of await tx.objectStore('items').getAll()) {
      if ((item.state !== 'done' && item.state !== 'dropped') || item.madeAt >= before) continue;
      void tx.objectStore('items').delete(item.id);
      for (const f of item.files) void tx.objectStore('bytes').delete(f.id);
    }
    await tx.done;
  }

  /** A number that is higher than every one before, also after a restart. */
  async nextOrder(): Promise<number> {
    const tx = this.db.transaction('kept', 'readwrite');
    const n = (((await tx.store.get('order')) as number | undefined) ?? 0) + 1;
    await tx.store.put(n, 'order');
    await tx.done;
    return n;
  }

  async start(): Promise<Kept | undefined> {
    return (await this.db.get('kept', 'start')) as Kept | undefined;
  }

  async keepStart(start: Start, skew: number): Promise<void> {
    await this.room(this.db.put('kept', { start, skew } satisfies Kept, 'start'));
  }

  async forgetStart(): Promise<void> {
    await this.db.delete('kept', 'start');
  }
}

/** The day's data and how far the server's clock is ahead of the phone's, in ms. */
export type Kept = { start: Start; skew: number };
