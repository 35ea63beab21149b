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
  reset: ['/air', '/data', '/imports'],
};

export type LiveState = 'live' | 'waiting';

type Told = { event: string };

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
  const hear = (event: string) => invalidateFor(client, event);
  if (channel) channel.onmessage = (m: MessageEvent<Told>) => hear(m.data.event);

  const open = () => {
    source = new EventSource('/api/v1/events');
    source.onopen = () => onState('live');
    source.onerror = () => onState('waiting');
    for (const event of Object.keys(reread)) {
      source.addEventListener(event, () => {
        hear(event);
        channel?.postMessage({ event } satisfies Told);
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
