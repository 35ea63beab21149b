/** The server as the field app uses it. The sender knows this shape only, so tests stand in for the network. */
import { Problem } from '../api/client';
import type { EvidenceKind, Matter, MoveBody, ReportBody, Row, Start, VisitBody } from './types';

export type UploadMeta = {
  clientId: string;
  sha256: string;
  size: number;
  media: string;
  name: string;
  kind: EvidenceKind;
  capturedAt: string;
  lng?: number;
  lat?: number;
  accuracy?: number;
};
export type UploadState = { id: string; offset: number; evidence?: string };

export interface Door {
  begin(meta: UploadMeta): Promise<UploadState>;
  state(upload: string): Promise<UploadState>;
  append(upload: string, offset: number, data: ArrayBuffer): Promise<UploadState>;
  report(body: ReportBody, evidence: string[], clientId: string): Promise<Row>;
  move(body: MoveBody, version: number, evidence: string[], key: string): Promise<Row>;
  visit(body: VisitBody, evidence: string[], clientId: string): Promise<{ id: string }>;
  matter(id: string): Promise<Matter>;
}

const BASE = '/api/v1';

/** A call that hangs is a call that failed: the queue tries again. */
const PATIENCE = 45_000;

async function request<T>(method: string, path: string, body: BodyInit | undefined, headers: Record<string, string>): Promise<T> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), PATIENCE);
  try {
    const res = await fetch(BASE + path, { method, body, headers: { Accept: 'application/json', ...headers }, credentials: 'same-origin', signal: abort.signal, cache: 'no-store' });
    if (!res.ok) throw await problem(res);
    const text = await res.text();
    return (text ? JSON.parse(text) : undefined) as T;
  } catch (e) {
    if (e instanceof Problem) throw e;
    // No answer, a broken one, or a page of a hotel's network in its place.
    throw new Problem(0, 'unreachable', '', 'unreachable', '');
  } finally {
    clearTimeout(timer);
  }
}

async function problem(res: Response): Promise<Problem> {
  const id = res.headers.get('X-Request-Id') ?? '';
  try {
    const p = (await res.json()) as Record<string, unknown>;
    const errors = ((p.errors as { location: string; message: string }[] | null) ?? []).filter((e) => e.message);
    return new Problem(res.status, String(p.title ?? ''), String(p.detail ?? ''), String(p.code ?? ''), String(p.requestId ?? id), errors);
  } catch {
    return new Problem(res.status, res.statusText, '', '', id);
  }
}

function json<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
  return request<T>(method, path, body === undefined ? undefined : JSON.stringify(body), body === undefined ? headers : { 'Content-Type': 'application/json', ...headers });
}

export const fetchStart = (): Promise<Start> => json<Start>('GET', '/field/start');
export const fetchMatter = (id: string): Promise<Matter> => json<Matter>('GET', `/matters/${encodeURIComponent(id)}`);
export const login = <T,>(name: string, password: string): Promise<T> => json<T>('POST', '/session', { name, password });
export const logout = (): Promise<void> => json<void>('DELETE', '/session');

/** Likely the same thing, reported before: a hint while reporting, when there is a network. */
export type Nearby = Row & { distance: number | null; why: string[] };
export async function fetchDuplicates(kind: string, category: string, lng: number, lat: number): Promise<Nearby[]> {
  const q = new URLSearchParams({ kind, category, lng: String(lng), lat: String(lat) });
  return (await json<{ items: Nearby[] | null }>('GET', `/matters/duplicates?${q.toString()}`)).items ?? [];
}

const filled = (o: Record<string, unknown>) => Object.fromEntries(Object.entries(o).filter(([, v]) => v !== '' && v !== undefined && v !== null));

/** An upload as the server tells it: the evidence, once made, with all that is known of it. */
type Progress = { id: string; offset: number; evidence?: { id: string } | null };
const progress = (p: Progress): UploadState => ({ id: p.id, offset: p.offset, evidence: p.evidence?.id });

export const door: Door = {
  begin: (meta) => json<Progress>('POST', '/evidence/uploads', filled(meta)).then(progress),
  state: (upload) => json<Progress>('GET', `/evidence/uploads/${upload}`).then(progress),
  append: (upload, offset, data) => request<Progress>('PATCH', `/evidence/uploads/${upload}`, data, { 'Content-Type': 'application/octet-stream', 'Upload-Offset': String(offset) }).then(progress),
  // A report carries its own name (clientId): the same one twice is one matter. Likely duplicates were
  // offered while there was a network; a report made in the field is never held back for them.
  report: (b, evidence, clientId) =>
    json('POST', '/matters', {
      ...filled({ kind: b.kind, category: b.category, description: b.description, region: b.region, place: b.place, site: b.site, foundAt: b.foundAt }),
      ...(b.spot ? { lng: b.spot.lng, lat: b.spot.lat, accuracy: b.spot.accuracy } : {}),
      fields: {},
      evidence,
      clientId,
      acknowledgeDuplicates: true,
    }),
  move: (b, version, evidence, key) =>
    json('POST', `/matters/${encodeURIComponent(b.matter)}/moves`, { transition: b.transition, fields: b.fields, evidence, opinion: b.opinion }, { 'If-Match': `"v${version}"`, 'Idempotency-Key': key }),
  visit: (b, evidence, clientId) =>
    json('POST', '/grid/patrols', {
      ...filled({ cell: b.cell, kind: b.kind, object: b.object }),
      at: Date.parse(b.at),
      result: b.result,
      checks: { ...Object.fromEntries(b.found.map((id) => [id, 'found'])), ...(b.note ? { note: b.note } : {}) },
      evidence,
      clientId,
    }),
  matter: fetchMatter,
};
