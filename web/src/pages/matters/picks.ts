import { depthOf, parentOf, within } from '../../lib/region';
import type { HandDef, KindView, Row } from './types';

/** One step made on several matters at once. */
export type Hand = { hand: HandDef; rows: Row[] };

/** Those that can be handed over together, by the step, and those that cannot: in a state of no such step, or only one by one. */
export function handsOf(rows: Row[], kinds: KindView[]): { hands: Hand[]; never: Row[]; single: Row[] } {
  const out = { hands: [] as Hand[], never: [] as Row[], single: [] as Row[] };
  for (const r of rows) {
    const all = (kinds.find((k) => k.id === r.kind.id)?.hands ?? []).filter((h) => (h.from ?? []).includes(r.state.id));
    const hand = all.find((h) => h.plain);
    if (!hand) (all.length > 0 ? out.single : out.never).push(r);
    else {
      const group = out.hands.find((g) => g.hand.id === hand.id && g.hand.opinion === hand.opinion);
      if (group) group.rows.push(r);
      else out.hands.push({ hand, rows: [r] });
    }
  }
  return out;
}

/** The smallest region that holds all of them; '' when there is none below a province. */
export function commonRegion(codes: string[]): string {
  let [at = ''] = codes;
  while (at !== '' && !codes.every((c) => within(c, at))) at = parentOf(at);
  return at !== '' && depthOf(at) >= 2 ? at : '';
}

/** Why these cannot be made one; '' when they can. */
export function mergeBar(rows: Row[]): '' | 'few' | 'kinds' | 'closed' {
  if (rows.length < 2) return 'few';
  if (rows.some((r) => r.kind.id !== rows[0]!.kind.id)) return 'kinds';
  return rows.some((r) => r.state.type === 'closed' || r.state.type === 'void') ? 'closed' : '';
}

/** The one that the others usually go into: the one reported first. */
export function eldest(rows: Row[]): string {
  return [...rows].sort((a, b) => (a.openedAt < b.openedAt ? -1 : a.openedAt > b.openedAt ? 1 : 0))[0]?.id ?? '';
}
