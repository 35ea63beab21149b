/**
 * Collision-free placement of map chips. Every chip wants to sit at its point; where chips would
 * overlap, the lower-ranked one moves to the nearest free place around it and gets a leader line.
 */
export type Box = { id: string; x: number; y: number; w: number; h: number; rank: number };
/** stuck: no free place was found, it lies over another. */
export type Placed = { id: string; left: number; top: number; moved: boolean; stuck?: boolean };
export type Frame = { w: number; h: number };

const GAP = 3;

type Rect = { left: number; top: number; right: number; bottom: number };

const rect = (left: number, top: number, b: Box): Rect => ({ left, top, right: left + b.w, bottom: top + b.h });

const overlaps = (a: Rect, b: Rect) =>
  a.left < b.right + GAP && b.left < a.right + GAP && a.top < b.bottom + GAP && b.top < a.bottom + GAP;

const inside = (r: Rect, f: Frame) => r.left >= 2 && r.top >= 2 && r.right <= f.w - 2 && r.bottom <= f.h - 2;

/** Places boxes in order of rank (highest first). Positions are the left/top corner in the frame's pixels. */
export function place(boxes: Box[], frame: Frame, obstacles: Rect[] = []): Placed[] {
  const taken: Rect[] = [...obstacles];
  const order = [...boxes].sort((a, b) => b.rank - a.rank || (a.id < b.id ? -1 : 1));
  const done = new Map<string, Placed>();
  for (const b of order) {
    const spot = findSpot(b, taken, frame);
    taken.push(rect(spot.left, spot.top, b));
    done.set(b.id, { id: b.id, ...spot });
  }
  return boxes.map((b) => done.get(b.id) as Placed);
}

export type Name = { id: string; width: number; rank: number };
export type NameSpot = { id: string; left: number; top: number };

/**
 * Names for chips that are already placed: right of the chip, else left, else below or above; a name that
 * fits nowhere is left out (the chip keeps it as its title, and the list beside the map has it).
 */
export function placeNames(chips: { id: string; left: number; top: number; w: number; h: number }[], names: Name[], frame: Frame): NameSpot[] {
  const taken: Rect[] = chips.map((c) => ({ left: c.left, top: c.top, right: c.left + c.w, bottom: c.top + c.h }));
  const byId = new Map(chips.map((c, i) => [c.id, i]));
  const out: NameSpot[] = [];
  for (const n of [...names].sort((a, b) => b.rank - a.rank || (a.id < b.id ? -1 : 1))) {
    const own = byId.get(n.id);
    const c = own === undefined ? undefined : chips[own];
    if (!c) continue;
    const middle = c.left + c.w / 2 - n.width / 2;
    const tries = [
      { left: c.left + c.w + 4, top: c.top },
      { left: c.left - n.width - 4, top: c.top },
      { left: middle, top: c.top + c.h },
      { left: middle, top: c.top - c.h },
    ];
    for (const spot of tries) {
      const r = { left: spot.left, top: spot.top, right: spot.left + n.width, bottom: spot.top + c.h };
      const blocked = taken.some((t, i) => i !== own && r.left < t.right + 1 && t.left < r.right + 1 && r.top < t.bottom && t.top < r.bottom);
      if (!inside(r, frame) || blocked) continue;
      taken.push(r);
      out.push({ id: n.id, ...spot });
      break;
    }
  }
  return out;
}

function findSpot(b: Box, taken: Rect[], frame: Frame): Omit<Placed, 'id'> {
  const home = { left: b.x - b.w / 2, top: b.y - b.h / 2 };
  const outsideFrame = b.x < 0 || b.y < 0 || b.x > frame.w || b.y > frame.h;
  if (outsideFrame || free(home.left, home.top, b, taken, frame)) return { ...home, moved: false };
  for (let radius = 1; radius <= 12; radius++) {
    const steps = 8 + radius * 4;
    let best: { left: number; top: number; cost: number } | null = null;
    for (let i = 0; i < steps; i++) {
      const angle = (i / steps) * Math.PI * 2;
      const left = home.left + Math.cos(angle) * radius * (b.w / 2 + GAP) * 0.6;
      const top = home.top + Math.sin(angle) * radius * (b.h + GAP) * 0.6;
      if (!free(left, top, b, taken, frame)) continue;
      const cost = Math.hypot(left - home.left, top - home.top);
      if (!best || cost < best.cost) best = { left, top, cost };
    }
    if (best) return { left: best.left, top: best.top, moved: true };
  }
  return { ...home, moved: false, stuck: true };
}

function free(left: number, top: number, b: Box, taken: Rect[], frame: Frame): boolean {
  const r = rect(left, top, b);
  return inside(r, frame) && !taken.some((t) => overlaps(r, t));
}
