/**
 * The one door to the server. Everything that travels passes here: cookies, the error shape
 * (RFC 9457 problem with a message for people and a request id), login expiry, an unreachable server.
 */
const BASE = '/api/v1';

export type FieldError = { location: string; message: string; value?: unknown };

/** What happened, in the server's words. status 0 means that no answer came at all. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly code: string,
    readonly requestId: string,
    readonly errors: FieldError[] = [],
  ) {
    super(detail || title);
    this.name = 'Problem';
  }

  get unreachable(): boolean {
    return this.status === 0;
  }

  /** The message for one field of a form, or ''. */
  field(name: string): string {
    return this.errors.find((e) => e.location === name || e.location.endsWith(`.${name}`))?.message ?? '';
  }
}

type QueryValue = string | number | boolean | null | undefined;
export type Query = Record<string, QueryValue>;

export type CallOptions = {
  query?: Query;
  body?: unknown;
  form?: FormData;
  /** A file as it is. */
  raw?: Blob;
  ifMatch?: string;
  signal?: AbortSignal;
};

export type Answer<T> = { data: T; etag: string };

const onExpired = new Set<() => void>();

/** Called once when any call is answered 401: the session has ended. */
export function whenExpired(f: () => void): () => void {
  onExpired.add(f);
  return () => onExpired.delete(f);
}

/** The path below /api/v1 with its query; empty values are left out. */
export function url(path: string, query?: Query): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') params.set(key, String(value));
  }
  const text = params.toString();
  const full = path.startsWith(BASE) ? path : BASE + path;
  return text ? `${full}${full.includes('?') ? '&' : '?'}${text}` : full;
}

function newKey(): string {
  // randomUUID exists only on secure origins; an isolated network may serve plain HTTP.
  const b = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(b, (x) => x.toString(16).padStart(2, '0')).join('');
}

function headersOf(method: string, o: CallOptions): Record<string, string> {
  const h: Record<string, string> = { Accept: 'application/json' };
  if (o.body !== undefined) h['Content-Type'] = 'application/json';
  if (o.raw) h['Content-Type'] = 'application/octet-stream';
  if (o.ifMatch) h['If-Match'] = o.ifMatch;
  if (method === 'POST') h['Idempotency-Key'] = newKey();
  return h;
}

async function problemOf(res: Response): Promise<Problem> {
  const requestId = res.headers.get('X-Request-Id') ?? '';
  try {
    const p = (await res.json()) as Record<string, unknown>;
    return new Problem(
      res.status,
      String(p.title ?? res.statusText),
      String(p.detail ?? ''),
      String(p.code ?? ''),
      String(p.requestId ?? requestId),
      (p.errors as FieldError[] | null) ?? [],
    );
  } catch {
    return new Problem(res.status, res.statusText, '', '', requestId);
  }
}

export async function call<T>(method: string, path: string, o: CallOptions = {}): Promise<Answer<T>> {
  let res: Response;
  try {
    res = await fetch(url(path, o.query), {
      method,
      credentials: 'same-origin',
      headers: headersOf(method, o),
      body: o.raw ?? o.form ?? (o.body === undefined ? undefined : JSON.stringify(o.body)),
      signal: o.signal,
    });
  } catch (e) {
    if (e instanceof DOMException && e.name === 'AbortError') throw e;
    throw new Problem(0, 'unreachable', '', 'unreachable', '');
  }
  if (!res.ok) {
    const p = await problemOf(res);
    if (p.status === 401 && !path.startsWith('/session')) for (const f of onExpired) f();
    throw p;
  }
  const etag = res.headers.get('ETag') ?? '';
  if (res.status === 204 || res.headers.get('Content-Length') === '0') return { data: undefined as T, etag };
  const text = await res.text();
  return { data: (text ? JSON.parse(text) : undefined) as T, etag };
}

export const get = async <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> =>
  (await call<T>('GET', path, { query, signal })).data;

export const send = async <T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown, ifMatch?: string): Promise<T> =>
  (await call<T>(method, path, { body, ifMatch })).data;
