import { call, Problem, send } from '../../api/client';
import { sha256 } from '../../lib/sha256';
import type { EvidenceRef } from './types';

type Upload = { id: string; offset: number; evidence?: EvidenceRef | null };

const PIECE = 1 << 20;

/** Sends one file in pieces; what was received before an interruption is not sent again. */
export async function upload(file: File, kind: string, onPart: (share: number) => void): Promise<EvidenceRef> {
  const begun = await send<Upload>('POST', '/evidence/uploads', {
    sha256: await sha256(await file.arrayBuffer()), size: file.size, media: file.type || 'application/octet-stream', name: file.name, kind,
    capturedAt: new Date(file.lastModified).toISOString(),
  });
  let at = begun;
  for (let failures = 0; !at.evidence;) {
    try {
      at = await piece(begun.id, file, at.offset);
      failures = 0;
      onPart(at.offset / Math.max(1, file.size));
    } catch (e) {
      if (!(e instanceof Problem) || (e.status !== 0 && e.status < 500) || ++failures > 5) throw e;
      await new Promise((r) => setTimeout(r, 500 * 2 ** failures));
      at = (await call<Upload>('GET', `/evidence/uploads/${begun.id}`)).data;
    }
  }
  return at.evidence;
}

async function piece(id: string, file: File, offset: number): Promise<Upload> {
  let res: Response;
  try {
    res = await fetch(`/api/v1/evidence/uploads/${id}`, { method: 'PATCH', credentials: 'same-origin', headers: { 'Upload-Offset': String(offset), 'Content-Type': 'application/octet-stream' }, body: file.slice(offset, offset + PIECE) });
  } catch {
    throw new Problem(0, 'unreachable', '', 'unreachable', '');
  }
  const body = (await res.json().catch(() => ({}))) as Record<string, unknown>;
  if (!res.ok) throw new Problem(res.status, String(body.title ?? res.statusText), String(body.detail ?? ''), String(body.code ?? ''), String(body.requestId ?? ''));
  return body as unknown as Upload;
}
