import type { QueryClient } from '@tanstack/react-query';

/**
 * Live values. Events carry ids only; the pages read again through the API, so permission is
 * checked in one place. One stream per browser: the tab that holds the lock listens and tells the
 * others, since HTTP/1.1 allows six connections per host.
 */
const reread: Record<string, string[]> = {
  'air.hour': ['/air', '/data'],
  'import.progress': ['/imports'],
  'import.done': ['/imports', '/data', '/air'],
  'data.corrected': ['/data', '/air', '/explain'],
  'matter.opened': ['/matters', '/today', '/grid/outcome'],
  'matter.moved': ['/matters', '/today', '/grid/outcome'],
  'matter.clock': ['/matters', '/today'],
  'grid.changed': ['/grid', '/today', '/matters/assignees'],
  'grid.visit': ['/grid'],
  notice: ['/notices'],
  reset: ['/air', '/data', '/imports', '/notices', '/matters', '/today', '/grid'],
};

/** Questions about what somebody is typing, not about what is stored: they are not asked again by events. */
const asked = /^\/(matters\/(kinds|views)|grid\/effects)/;

/** The matter that an address speaks of, '' for lists. */
const matterOf = (path: string) => /^\/matters\/(\d+)/.exec(path)?.[1] ?? '';

/**
 * True when an event changes what an address answers. An event about one matter changes the lists and
 * that matter's own page, not the pages of others; without an id it may be any.
 */
export function touches(event: string, id: string, path: string): boolean {
  if (asked.test(path) || !(reread[event] ?? []).some((prefix) => path.startsWith(prefix))) return false;
  const own = matterOf(path);
  return own === '' || id === '' || own === id || !event.startsWith('matter.');
}

/** Calls with what came in since the last call, at most once in `ms`: a burst of events is one reading. */
export function gather(ms: number, call: (told: Told[]) => void): (t: Told) => void {
  let waiting: Told[] = [];
  return (t) => {
    waiting.push(t);
    if (waiting.length > 1) return;
    setTimeout(() => {
      const now = waiting;
      waiting = [];
      call(now);
    }, ms);
  };
}

export type LiveState = 'live' | 'waiting';

export type Told = { event: string; id: string };

const hearers = new Set<(t: Told) => void>();

/**
 * Waits until an event about one thing has been told: the server tells it only when the boards have the
 * change, so what is read afterwards is new. After `ms` it stops waiting (no live connection). Begin to
 * wait before the change is sent.
 */
export function awaitTold(event: string, ms: number): (id: string) => Promise<void> {
  const seen = new Set<string>();
  let done: ((id: string) => void) | undefined;
  const hear = (x: Told) => {
    if (x.event !== event) return;
    seen.add(x.id);
    done?.(x.id);
  };
  hearers.add(hear);
  const giveUp = window.setTimeout(() => hearers.delete(hear), 60_000);
  return (id) =>
    new Promise<void>((resolve) => {
      const finish = () => {
        hearers.delete(hear);
        window.clearTimeout(giveUp);
        window.clearTimeout(late);
        resolve();
      };
      const late = window.setTimeout(finish, ms);
      done = (told) => {
        if (told === id) finish();
      };
      if (seen.has(id)) finish();
    });
}

/** The id an event carries; '' when it has none. */
export function idOf(data: unknown): string {
  try {
    const id = (JSON.parse(String(data)) as { id?: unknown }).id;
    return id === undefined || id === null ? '' : String(id);
  } catch {
    return '';
  }
}

/** Reads again what the events have changed; each address once. */
export function invalidateFor(client: QueryClient, told: Told[]) {
  void client.invalidateQueries({ predicate: (q) => told.some((t) => touches(t.event, t.id, String(q.queryKey[0]))) });
}

const burst = 250; // ms

/** Starts listening; the returned function stops it. */
export function listen(client: QueryClient, onState: (s: LiveState) => void): () => void {
  const stop = new AbortController();
  const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('qingshan-live');
  let source: EventSource | null = null;
  const again = gather(burst, (told) => invalidateFor(client, told));
  const hear = (told: Told) => {
    for (const f of hearers) f(told);
    again(told);
  };
  if (channel) channel.onmessage = (m: MessageEvent<Told>) => hear(m.data);

  const open = () => {
    source = new EventSource('/api/v1/events');
    source.onopen = () => onState('live');
    source.onerror = () => onState('waiting');
    for (const event of Object.keys(reread)) {
      source.addEventListener(event, (e) => {
        const told: Told = { event, id: idOf((e as MessageEvent).data) };
        hear(told);
        channel?.postMessage(told);
      });
    }
  };
  const untilStopped = () => new Promise<void>((done) => stop.signal.addEventListener('abort', () => done(), { once: true }));

  if (navigator.locks) {
    onState('live');
    navigator.locks
      .request('qingshan-live', { signal: stop.signal }, async () => {
        open();
        await untilStopped();
      })
      .catch(() => undefined);
  } else open();

  return () => {
    stop.abort();
    source?.close();
    channel?.close();
  };
}
