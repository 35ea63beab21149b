import { describe, expect, it } from 'vitest';
import { place, placeNames, type Box } from './placement';

const frame = { w: 386, h: 236 };
const hit = (a: { left: number; top: number; w: number; h: number }, b: typeof a) => a.left < b.left + b.w && b.left < a.left + a.w && a.top < b.top + b.h && b.top < a.top + a.h;

/** A town centre: nine stations within a few pixels, others around. */
const crowd: Box[] = Array.from({ length: 16 }, (_, i) => ({
  id: `s${i}`,
  x: i < 9 ? 190 + (i % 3) * 5 : 40 + ((i * 47) % 300),
  y: i < 9 ? 110 + Math.floor(i / 3) * 5 : 30 + ((i * 31) % 170),
  w: 34,
  h: 20,
  rank: i < 4 ? 1000 + i : i,
}));

describe('chips on the map', () => {
  const placed = place(crowd, frame).map((p) => ({ ...p, w: 34, h: 20 }));
  it('no two overlap', () => {
    for (let i = 0; i < placed.length; i++) for (let j = i + 1; j < placed.length; j++) expect(hit(placed[i]!, placed[j]!), `${placed[i]!.id} ${placed[j]!.id}`).toBe(false);
  });
  it('all stay inside the frame', () => {
    for (const p of placed) {
      expect(p.left).toBeGreaterThanOrEqual(0);
      expect(p.top).toBeGreaterThanOrEqual(0);
      expect(p.left + p.w).toBeLessThanOrEqual(frame.w);
      expect(p.top + p.h).toBeLessThanOrEqual(frame.h);
    }
  });
  it('the highest rank sits at its own point', () => {
    const best = placed.find((p) => p.id === 's3')!;
    expect(best.moved).toBe(false);
    expect(best.left + 17).toBe(crowd[3]!.x);
  });
  it('is the same for the same input in another order', () => {
    const other = place([...crowd].reverse(), frame);
    for (const p of placed) expect(other.find((o) => o.id === p.id)).toMatchObject({ left: p.left, top: p.top });
  });
  it('a lonely chip is not moved', () => expect(place([crowd[12]!], frame)[0]!.moved).toBe(false));
  it('a point outside the frame stays outside', () => expect(place([{ id: 'x', x: -50, y: 10, w: 34, h: 20, rank: 1 }], frame)[0]).toMatchObject({ left: -67, moved: false }));

  it('names cover neither chips nor each other', () => {
    const names = placeNames(placed, placed.map((p, i) => ({ id: p.id, width: 48, rank: i })), frame).map((n) => ({ ...n, w: 48, h: 20 }));
    expect(names.length).toBeGreaterThan(4);
    for (const n of names) {
      for (const p of placed) if (p.id !== n.id) expect(hit(n, p), `${n.id} over ${p.id}`).toBe(false);
      for (const m of names) if (m !== n) expect(hit(n, m), `${n.id} over ${m.id}`).toBe(false);
    }
  });
});
