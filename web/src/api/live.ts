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
  notice: ['/notices'],
  reset: ['/air', '/data', '/imports', '/notices'],
};

export type LiveState = 'live' | 'waiting';

type Told = { event: string; id: string };

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

export function invalidateFor(client: QueryClient, event: string) {
  for (const prefix of reread[event] ?? []) {
    void client.invalidateQueries({ predicate: (q) => String(q.queryKey[0]).startsWith(prefix) });
  }
}

/** Starts listening; the returned function stops it. */
export function listen(client: QueryClient, onState: (s: LiveState) => void): () => void {
  const stop = new AbortController();
  const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('qingshan-live');
  let source: EventSource | null = null;
  const hear = (told: Told) => {
    for (const f of hearers) f(told);
    invalidateFor(client, told.event);
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
