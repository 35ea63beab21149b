import type { MatterView, Row } from './types';

export const groups = ['parent', 'children', 'mergedInto', 'merged', 'recurrenceOf', 'recurrences', 'duplicates'] as const;

/** The relatives of one sort, as far as the reader may see them. */
export function rowsOf(m: Pick<MatterView, 'family'>, g: (typeof groups)[number]): Row[] {
  const v = m.family?.[g];
  return !v ? [] : Array.isArray(v) ? v : [v];
}

export const familySize = (m: Pick<MatterView, 'family'>) => groups.reduce((n, g) => n + rowsOf(m, g).length, 0);

/** Those of a list that are neither the matter itself nor one of its relatives. */
export function strangers<T extends Row>(m: Pick<MatterView, 'id' | 'family'>, list: T[]): T[] {
  const known = new Set([m.id, ...groups.flatMap((g) => rowsOf(m, g).map((x) => x.id))]);
  return list.filter((x) => !known.has(x.id));
}
