import type { AskView } from './types';

/** What a request for a clock says as it is filled in. */
export type Asked = { how: 'until' | 'condition' | 'longer'; until: string; condition: string; reviewBy: string; more: string; reason: string };

export const nothingAsked: Asked = { how: 'until', until: '', condition: '', reviewBy: '', more: '', reason: '' };

/** The ways in which this clock may be asked to stand still or to run longer. */
export function waysOf(ask: AskView): Asked['how'][] {
  const out: Asked['how'][] = [];
  if (ask.until) out.push('until');
  if (ask.reviewBy) out.push('condition');
  if (ask.most > 0) out.push('longer');
  return out;
}

/** True when everything that the request needs is there and lies within what may be asked. */
export function askReady(a: Asked, ask: AskView): boolean {
  if (a.reason.trim() === '') return false;
  if (a.how === 'until') return /^\d{4}-\d\d-\d\d$/.test(a.until) && a.until <= ask.until;
  if (a.how === 'condition') return a.condition.trim() !== '' && /^\d{4}-\d\d-\d\d$/.test(a.reviewBy) && a.reviewBy <= ask.reviewBy;
  return /^\d+$/.test(a.more) && Number(a.more) >= 1 && Number(a.more) <= ask.most;
}

/** The operation and its body: days are civil days, a term is in the clock's own unit. */
export function askCall(a: Asked, clock: string, unit: string): { path: 'pauses' | 'extensions'; body: Record<string, string> } {
  const base = { clock, reason: a.reason.trim() };
  if (a.how === 'longer') return { path: 'extensions', body: { ...base, term: `${a.more}${unit}` } };
  return { path: 'pauses', body: a.how === 'until' ? { ...base, until: a.until } : { ...base, condition: a.condition.trim(), reviewBy: a.reviewBy } };
}
