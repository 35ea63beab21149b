import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newId, sha256, sha256Plain } from './sha256';

const node = (b: Uint8Array) => createHash('sha256').update(b).digest('hex');
const sample = (n: number) => Uint8Array.from({ length: n }, (_, i) => (i * 131 + (i >> 8) * 7) & 255);

describe('sha256', () => {
  it('written out, agrees with the platform at every padding edge', () => {
    for (const n of [0, 1, 3, 54, 55, 56, 57, 63, 64, 65, 119, 120, 121, 127, 128, 1000, 300_001]) {
      expect(sha256Plain(sample(n)), `${n} bytes`).toBe(node(sample(n)));
    }
  });
  it('works on a view that does not begin at its buffer', () => {
    const all = sample(500);
    expect(sha256Plain(all.subarray(13, 333))).toBe(node(all.subarray(13, 333)));
  });
  it('takes the function of the standard examples', async () => {
    const abc = new TextEncoder().encode('abc');
    const want = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(sha256Plain(abc)).toBe(want);
    expect(await sha256(abc.buffer)).toBe(want);
  });
  it('is still there where the browser withholds WebCrypto', async () => {
    const real = Object.getOwnPropertyDescriptor(globalThis, 'crypto')!;
    Object.defineProperty(globalThis, 'crypto', { value: {}, configurable: true });
    try {
      expect(await sha256(sample(777).buffer)).toBe(node(sample(777)));
    } finally {
      Object.defineProperty(globalThis, 'crypto', real);
    }
  });
  it('names are UUIDs of version 4 and differ', () => {
    const ids = new Set(Array.from({ length: 200 }, newId));
    expect(ids.size).toBe(200);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
