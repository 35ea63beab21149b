import { metres, sideFor, type Spot } from './geometry';

type Shape = { path: Spot[]; closed: boolean };

/** An outline or a line while it is drawn: what there is, the vertex that is held, and every step back and forth. */
export type Drawing = Shape & { held: number; past: Shape[]; next: Shape[] };

export type Stroke =
  | { do: 'add'; spots: Spot[] } // at the end, or into the nearest side of what is closed
  | { do: 'close' }
  | { do: 'hold'; at: number }
  | { do: 'grab'; at: number } // a drag begins: one step, however far it goes
  | { do: 'move'; to: Spot }
  | { do: 'remove' } // the held vertex, else the last one
  | { do: 'set'; path: Spot[]; closed: boolean }
  | { do: 'undo' }
  | { do: 'redo' };

const SAME = 0.05; // metres: a second click on the same place is none
const STEPS = 200;

export const start = (path: Spot[] = [], closed = false): Drawing => ({ path, closed, held: -1, past: [], next: [] });

const step = (d: Drawing, change: Partial<Shape>, held = -1): Drawing => ({ path: change.path ?? d.path, closed: change.closed ?? d.closed, held, past: [...d.past, { path: d.path, closed: d.closed }].slice(-STEPS), next: [] });

/** The next state of a drawing; what cannot be done changes nothing. */
export function draw(d: Drawing, s: Stroke): Drawing {
  switch (s.do) {
    case 'add': {
      const spots = s.spots.filter((p, i) => (i > 0 ? metres(p, s.spots[i - 1]!) : d.closed || d.path.length === 0 ? Infinity : metres(p, d.path.at(-1)!)) > SAME);
      if (spots.length === 0) return d;
      if (!d.closed || d.path.length < 3) return step(d, { path: [...d.path, ...spots] });
      const at = sideFor(spots[0]!, d.path) + 1;
      return step(d, { path: d.path.toSpliced(at, 0, ...spots) }, at);
    }
    case 'close':
      return d.closed || d.path.length < 3 ? d : step(d, { closed: true });
    case 'hold':
      return { ...d, held: s.at };
    case 'grab':
      return step(d, {}, s.at);
    case 'move':
      return d.held < 0 || d.held >= d.path.length ? d : { ...d, path: d.path.with(d.held, s.to) };
    case 'remove': {
      const at = d.held >= 0 ? d.held : d.path.length - 1;
      if (at < 0) return d;
      const path = d.path.toSpliced(at, 1);
      return step(d, { path, closed: d.closed && path.length > 2 });
    }
    case 'set':
      return step(d, { path: s.path, closed: s.closed });
    case 'undo': {
      const last = d.past.at(-1);
      return last ? { ...last, held: -1, past: d.past.slice(0, -1), next: [{ path: d.path, closed: d.closed }, ...d.next] } : d;
    }
    case 'redo': {
      const [first, ...rest] = d.next;
      return first ? { ...first, held: -1, past: [...d.past, { path: d.path, closed: d.closed }], next: rest } : d;
    }
  }
}
