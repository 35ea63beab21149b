import { boxOf, metres, rings, toSegment, type Spot } from './geometry';
import type { Area } from './types';

/** A ring of a neighbour with its box: west, south, east, north. */
export type Border = { ring: Spot[]; box: [number, number, number, number] };

const DEGREE = 111_195; // metres of latitude
const ON = 0.3; // metres: nearer than this a spot lies on a border; the server keeps 0.01 m

/** The borders that a new outline is drawn onto. */
export function borders(areas: Area[]): Border[] {
  return areas.flatMap((a) => rings(a)).filter((r) => r.length > 2).flatMap((ring) => {
    const box = boxOf([{ type: 'Polygon', coordinates: [[...ring, ring[0]!]] }]);
    return box ? [{ ring, box }] : [];
  });
}

const meets = (b: Border, at: Spot, reach: number) => {
  const pad = (reach / DEGREE) * 1.6; // longitudes are shorter, up to 54° north
  return at[0] >= b.box[0] - pad && at[0] <= b.box[2] + pad && at[1] >= b.box[1] - pad && at[1] <= b.box[3] + pad;
};

/** The nearest spot of a segment. */
function foot(at: Spot, a: Spot, b: Spot): Spot {
  const k = Math.cos((at[1] * Math.PI) / 180);
  const [x, y, dx, dy] = [(at[0] - a[0]) * k, at[1] - a[1], (b[0] - a[0]) * k, b[1] - a[1]];
  const t = dx === 0 && dy === 0 ? 0 : Math.min(1, Math.max(0, (x * dx + y * dy) / (dx * dx + dy * dy)));
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
}

/** Where a spot is drawn to: a neighbour's corner within the reach in metres, else its border; undefined when neither is near. */
export function pull(at: Spot, list: Border[], reach: number): Spot | undefined {
  let [corner, side]: [Spot | undefined, Spot | undefined] = [undefined, undefined];
  let [toCorner, toSide] = [reach, reach];
  for (const b of list) {
    if (!meets(b, at, reach)) continue;
    b.ring.forEach((a, i) => {
      const d = metres(at, a);
      if (d <= toCorner) [corner, toCorner] = [a, d];
      const next = b.ring[(i + 1) % b.ring.length]!;
      const e = toSegment(at, a, next);
      if (e < toSide) [side, toSide] = [foot(at, a, next), e];
    });
  }
  return corner ?? side;
}

/** On which side of a ring a spot lies; -1 when it does not. */
function sideOf(at: Spot, ring: Spot[]): number {
  for (let i = 0; i < ring.length; i++) if (toSegment(at, ring[i]!, ring[(i + 1) % ring.length]!) <= ON) return i;
  return -1;
}

const length = (path: Spot[]) => path.reduce((n, p, i) => (i === 0 ? 0 : n + metres(path[i - 1]!, p)), 0);

/**
 * The corners between two spots that lie on one border, along its shorter way, so that the new outline is the
 * neighbour's and no sliver stays between them. Empty when they lie on none, or when the way round is a detour
 * that nobody means.
 */
export function follow(from: Spot, to: Spot, list: Border[]): Spot[] {
  const direct = metres(from, to);
  let best: Spot[] = [];
  let least = direct * 5 + 50;
  for (const { ring, box } of list) {
    if (!meets({ ring, box }, from, ON) || !meets({ ring, box }, to, ON)) continue;
    const [a, b] = [sideOf(from, ring), sideOf(to, ring)];
    if (a < 0 || b < 0) continue;
    for (const way of ways(ring, a, b, from, to)) {
      const between = way.filter((s) => metres(s, from) > ON && metres(s, to) > ON);
      const n = length([from, ...between, to]);
      if (n < least) [best, least] = [between, n];
    }
  }
  return best;
}

/** Both ways along a ring from a spot on side a to one on side b. */
function ways(ring: Spot[], a: number, b: number, from: Spot, to: Spot): Spot[][] {
  const n = ring.length;
  const walk = (start: number, steps: number, by: 1 | -1) => Array.from({ length: steps }, (_, i) => ring[(((start + by * i) % n) + n) % n]!);
  if (a === b) { // one side holds both: the short way has no corner
    const onward = metres(ring[a]!, from) <= metres(ring[a]!, to);
    return [[], onward ? walk(a, n, -1) : walk(a + 1, n, 1)];
  }
  return [walk(a + 1, (b - a + n) % n, 1), walk(a, (a - b + n) % n, -1)];
}
