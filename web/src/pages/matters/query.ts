import type { Query } from '../../api/client';

/** The question of the desk as it stands in the address; every view asks the same one. */
export const deskKeys = ['kind', 'type', 'category', 'due', 'holder', 'relation', 'q', 'sort', 'site', 'cell', 'source'] as const;

export function deskQuery(search: string, region: string | undefined): Query {
  const p = new URLSearchParams(search);
  const q: Query = { region };
  for (const key of deskKeys) q[key] = p.get(key) ?? undefined;
  if (q.relation && !q.sort) q.sort = 'updated';
  return q;
}

/** Every type of state but the void ones, as the chip “closed too” asks for them. */
export const withClosed = 'open,assigned,working,submitted,checking,suspended,returned,closed';

/** The address part that a saved view keeps. */
export function deskAddress(search: string): string {
  const p = new URLSearchParams(search);
  const out = new URLSearchParams();
  for (const key of [...deskKeys, 'view']) {
    const v = p.get(key);
    if (v) out.set(key, v);
  }
  out.sort();
  return out.toString();
}

/** The list of the same question, for one end only. */
export function dueAddress(search: string, due: 'overdue' | 'today'): string {
  const p = new URLSearchParams(deskAddress(search));
  p.delete('view');
  p.set('due', due);
  return `/matters?${p.toString()}`;
}
