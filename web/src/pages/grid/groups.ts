import type { Fault, FaultKind } from './types';

/** One line of the list to mend: a fault, or several of a kind that are mended the same way. */
export type Item = { key: string; number: number; kind: FaultKind; faults: Fault[]; spot: boolean };

/** Kinds that are told in one line, however many they are: objects and rhythms, not places on the map. */
const together: Partial<Record<FaultKind, string>> = { unbound: 'object', double: 'object', overloaded: 'overloaded', blind: 'blind' };

/** More than these of a kind are told town by town. */
const MANY = 8;

/** Numbers the faults as the list and the map both show them, in the server's order. */
export function itemsOf(faults: Fault[]): Item[] {
  const count: Partial<Record<FaultKind, number>> = {};
  for (const f of faults) count[f.kind] = (count[f.kind] ?? 0) + 1;
  const items: Item[] = [];
  const by = new Map<string, Item>();
  for (const f of faults) {
    const joined = together[f.kind];
    const key = joined ?? ((count[f.kind] ?? 0) > MANY && f.kind === 'vacant' ? `vacant-${f.where}` : f.id);
    const known = by.get(key);
    if (known) {
      known.faults.push(f);
      known.spot = false;
      continue;
    }
    const item: Item = { key, number: 0, kind: f.kind, faults: [f], spot: joined === undefined };
    by.set(key, item);
    items.push(item);
  }
  items.forEach((x, i) => (x.number = i + 1));
  return items;
}

/** The towns of a line; many are counted, not listed. */
export function towns(item: Item): string[] {
  return [...new Set(item.faults.map((f) => f.where).filter(Boolean))];
}

export const daysOf = (item: Item) => Math.max(...item.faults.map((f) => f.days));
export const areaOfItem = (item: Item) => item.faults.reduce((n, f) => n + f.area, 0);
