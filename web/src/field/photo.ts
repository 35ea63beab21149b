/** A photo from the camera: its bytes as they are, hashed at once; only the picture shown is made smaller. */
import { newId, sha256 } from '../lib/sha256';
import type { EvidenceKind, FileState, Spot } from './types';

const EDGE = 360;

/** A small JPEG as a data address, or '' when the browser cannot read the picture. */
export async function thumbnail(file: Blob): Promise<string> {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const k = Math.min(1, EDGE / Math.max(picture.width, picture.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(picture.width * k));
    canvas.height = Math.max(1, Math.round(picture.height * k));
    canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return canvas.toDataURL('image/jpeg', 0.72);
  } catch {
    return '';
  }
}

/** A picture this young was taken here and now; an older one comes from the album and has no place of ours. */
export const FRESH = 10 * 60_000;

/** When the file was made by the phone's reckoning, in the server's time; never in the future. */
export function madeAt(file: File, skew: number): number {
  return Math.min(file.lastModified || Date.now(), Date.now()) + skew;
}

/** Reads a file: what it is, its hash, its bytes. The name on disk travels; the server's own rules clean it. */
export async function take(file: File, kind: EvidenceKind, at: string, spot: Spot | null): Promise<{ file: FileState; data: ArrayBuffer }> {
  const data = await file.arrayBuffer();
  const [sum, thumb] = await Promise.all([sha256(data), file.type.startsWith('image/') ? thumbnail(file) : Promise.resolve('')]);
  return {
    data,
    file: {
      id: newId(),
      kind,
      name: file.name || 'photo.jpg',
      media: file.type || 'application/octet-stream',
      size: data.byteLength,
      sha256: sum,
      capturedAt: at,
      ...(spot ?? {}),
      thumb,
      upload: '',
      sent: 0,
      evidence: '',
    },
  };
}

/** A reading or statement that was typed: a text file like any other piece of evidence. */
export async function typed(text: string, kind: EvidenceKind, at: string): Promise<{ file: FileState; data: ArrayBuffer }> {
  const made = await take(new File([text], `${kind}.txt`, { type: 'text/plain' }), kind, at, null);
  return { ...made, file: { ...made.file, name: text.slice(0, 40) + '.txt' } };
}
