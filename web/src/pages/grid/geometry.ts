import type { Area } from './types';

export type Spot = [lng: number, lat: number];

const METRE = 111_195; // of one degree of latitude, mean earth radius 6 371 008.8 m

/** Metres between two spots; flat, good for the size of a cell. */
export function metres(a: Spot, b: Spot): number {
  const k = Math.cos(((a[1] + b[1]) / 2) * (Math.PI / 180));
  return Math.hypot((a[0] - b[0]) * k, a[1] - b[1]) * METRE;
}

/** The rings of an area, each without its closing spot. */
export function rings(area: Area | undefined): Spot[][] {
  const list = !area ? [] : area.type === 'Polygon' ? area.coordinates : area.coordinates.flat();
  return list.map((r) => r.slice(0, -1).map((p) => [p[0]!, p[1]!]));
}

/** The outline's square metres; the shoelace formula on the flat map at the ring's own latitude. */
export function areaOf(ring: Spot[]): number {
  if (ring.length < 3) return 0;
  const k = Math.cos((ring[0]![1] * Math.PI) / 180);
  let sum = 0;
  for (let i = 0; i < ring.length; i++) {
    const [a, b] = [ring[i]!, ring[(i + 1) % ring.length]!];
    sum += (a[0] - ring[0]![0]) * (b[1] - ring[0]![1]) - (b[0] - ring[0]![0]) * (a[1] - ring[0]![1]);
  }
  return (Math.abs(sum) / 2) * k * METRE * METRE;
}

export function polygon(ring: Spot[]): GeoJSON.Polygon {
  return { type: 'Polygon', coordinates: [ring.length > 0 ? [...ring, ring[0]!] : []] };
}

/** The same area with its outer ring replaced; holes and other parts stay. */
export function withOuter(area: Area | undefined, ring: Spot[]): Area {
  const closed = [...ring, ring[0]!];
  if (!area) return polygon(ring);
  if (area.type === 'Polygon') return { type: 'Polygon', coordinates: [closed, ...area.coordinates.slice(1)] };
  const [first = [], ...rest] = area.coordinates;
  return { type: 'MultiPolygon', coordinates: [[closed, ...first.slice(1)], ...rest] };
}

const turn = (a: Spot, b: Spot, c: Spot) => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);

/** Where two segments cross in their inside; undefined when they do not. */
export function crossing(a: Spot, b: Spot, c: Spot, d: Spot): Spot | undefined {
  const [p, q, r, s] = [turn(c, d, a), turn(c, d, b), turn(a, b, c), turn(a, b, d)];
  if (p * q >= 0 || r * s >= 0) return undefined;
  const t = p / (p - q);
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
}

/** The first place where an outline (or a line, when not closed) crosses itself. */
export function selfCrossing(path: Spot[], closed: boolean): Spot | undefined {
  const n = closed ? path.length : path.length - 1;
  for (let i = 0; i < n; i++) {
    for (let j = i + 2; j < n; j++) {
      if (closed && i === 0 && j === n - 1) continue;
      const at = crossing(path[i]!, path[(i + 1) % path.length]!, path[j]!, path[(j + 1) % path.length]!);
      if (at) return at;
    }
  }
  return undefined;
}

/** True when the spot lies in the area; holes count as outside. */
export function inside(at: Spot, area: Area): boolean {
  let odd = false;
  for (const ring of rings(area)) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [a, b] = [ring[i]!, ring[j]!];
      if (a[1] > at[1] !== b[1] > at[1] && at[0] < ((b[0] - a[0]) * (at[1] - a[1])) / (b[1] - a[1]) + a[0]) odd = !odd;
    }
  }
  return odd;
}

/** Six decimals, about 0.1 m: what a person may read and type. */
export const print = (s: Spot) => `${s[0].toFixed(6)},${s[1].toFixed(6)}`;

/** One spot a line, longitude first; the line's number when it is none. */
export function readSpots(text: string): { spots: Spot[]; bad: number } {
  const spots: Spot[] = [];
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!.trim();
    if (line === '') continue;
    const m = /^(\d{2,3}(?:\.\d+)?)[,，\s]+(\d{1,2}(?:\.\d+)?)$/.exec(line);
    if (!m) return { spots, bad: i + 1 };
    spots.push([Number(m[1]), Number(m[2])]);
  }
  return { spots, bad: 0 };
}

/** The place that a refusal names: "114.123456,35.123456" anywhere in its words. */
export function placeIn(text: string): Spot | undefined {
  const m = /(\d{2,3}\.\d{4,}),\s*(\d{1,2}\.\d{4,})/.exec(text);
  return m ? [Number(m[1]), Number(m[2])] : undefined;
}

/** West, south, east, north of areas. */
export function boxOf(areas: Area[]): [number, number, number, number] | undefined {
  let [w, s, e, n] = [181, 91, -181, -91];
  for (const a of areas) {
    for (const ring of rings(a)) for (const [x, y] of ring) [w, s, e, n] = [Math.min(w, x), Math.min(s, y), Math.max(e, x), Math.max(n, y)];
  }
  return w > e ? undefined : [w, s, e, n];
}

/** Cells that share a border spot with one, or whose borders come within the reach; candidates for a merger. */
export function touching(of: Area, others: { id: string; geometry: Area }[], reach = 30): string[] {
  const own = rings(of).flat();
  const box = boxOf([of]);
  if (!box) return [];
  const pad = reach / METRE / 0.7;
  return others
    .filter((o) => {
      const b = boxOf([o.geometry]);
      if (!b || b[0] > box[2] + pad || b[2] < box[0] - pad || b[1] > box[3] + pad || b[3] < box[1] - pad) return false;
      return rings(o.geometry).flat().some((s) => own.some((q) => metres(s, q) <= reach)) || own.some((s) => near(s, o.geometry, reach)) || rings(o.geometry).flat().some((s) => near(s, of, reach));
    })
    .map((o) => o.id);
}

/** True when a spot lies within the reach of an area's border. */
function near(at: Spot, area: Area, reach: number): boolean {
  return rings(area).some((ring) => ring.some((a, i) => toSegment(at, a, ring[(i + 1) % ring.length]!) <= reach));
}

/** Metres from a spot to a segment. */
export function toSegment(at: Spot, a: Spot, b: Spot): number {
  const k = Math.cos((at[1] * Math.PI) / 180);
  const [x, y, dx, dy] = [(at[0] - a[0]) * k, at[1] - a[1], (b[0] - a[0]) * k, b[1] - a[1]];
  const t = dx === 0 && dy === 0 ? 0 : Math.min(1, Math.max(0, (x * dx + y * dy) / (dx * dx + dy * dy)));
  return Math.hypot(x - dx * t, y - dy * t) * METRE;
}

/** The side of a ring on which a spot lies best: where a new vertex goes in. */
export function sideFor(at: Spot, ring: Spot[]): number {
  let best = 0;
  let least = Infinity;
  for (let i = 0; i < ring.length; i++) {
    const d = toSegment(at, ring[i]!, ring[(i + 1) % ring.length]!);
    if (d < least) [best, least] = [i, d];
  }
  return best;
}

/** The frame around shapes of any kind, as an area to look at. */
export function frameOf(list: GeoJSON.Geometry[]): Area | undefined {
  let [w, s, e, n] = [181, 91, -181, -91];
  const grow = (c: unknown): void => {
    if (!Array.isArray(c)) return;
    if (typeof c[0] === 'number') [w, s, e, n] = [Math.min(w, c[0]), Math.min(s, Number(c[1])), Math.max(e, c[0]), Math.max(n, Number(c[1]))];
    else c.forEach(grow);
  };
  for (const g of list) if ('coordinates' in g) grow(g.coordinates);
  return w > e ? undefined : polygon([[w, s], [e, s], [e, n], [w, n]]);
}
