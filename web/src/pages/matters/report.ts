import { filled } from './form';
import type { KindView, StartDef } from './types';

/** What the desk's form of a new matter holds; texts as typed. */
export type Report = {
  kind: string;
  category: string;
  start: string;
  title: string;
  description: string;
  place: string;
  lnglat: string;
  region: string;
  subject: string;
  site: string;
  source: string;
  sourceNumber: string;
  foundAt: string;
  opinion: string;
  assignPost: string;
  fields: Record<string, string>;
};

export const nothingYet: Omit<Report, 'kind'> = { category: '', start: '', title: '', description: '', place: '', lnglat: '', region: '', subject: '', site: '', source: '', sourceNumber: '', foundAt: '', opinion: '', assignPost: '', fields: {} };

const point = /^\s*(\d{2,3}(?:\.\d+)?)[,，\s]+(\d{1,2}(?:\.\d+)?)\s*$/;

/** The place as typed, 114.32,35.04; null when it is none. */
export function pointOf(text: string): { lng: number; lat: number } | null {
  const m = point.exec(text);
  return m ? { lng: Number(m[1]), lat: Number(m[2]) } : null;
}

/** The kinds that the reader's posts can begin. */
export const startable = (kinds: KindView[]): KindView[] => kinds.filter((k) => (k.starts ?? []).length > 0);

/** The way in which the matter begins: the chosen one, else the kind's first. */
export function startOf(kinds: KindView[], v: Pick<Report, 'kind' | 'start'>): StartDef | undefined {
  const all = kinds.find((k) => k.id === v.kind)?.starts ?? [];
  return all.find((s) => s.id === v.start) ?? all[0];
}

/** The parts of the form that still miss something, by their key; 'evidence' counts by sort. */
export function missingOf(v: Report, start: StartDef | undefined, files: { kind: string }[]): string[] {
  const out: string[] = [];
  if (!v.category) out.push('category');
  if (v.lnglat.trim() !== '' && !pointOf(v.lnglat)) out.push('lnglat');
  for (const f of start?.need.fields ?? []) if (!v.fields[f.id]?.trim()) out.push(`fields.${f.id}`);
  for (const n of start?.need.evidence ?? []) if (files.filter((f) => f.kind === n.kind).length < n.min) out.push(`evidence.${n.kind}`);
  if (start?.need.opinion && !v.opinion.trim()) out.push('opinion');
  if (start?.assigns && !v.assignPost) out.push('assign');
  return out;
}

/** The body of POST /matters. Only fields that this way of beginning takes are sent; an empty text is not. */
export function bodyOf(v: Report, start: StartDef | undefined, scope: string | undefined, evidence: string[], clientId: string, acknowledgeDuplicates: boolean): Record<string, unknown> {
  const takes = new Set([...(start?.need.fields ?? []), ...(start?.need.optional ?? [])].map((f) => f.id));
  const text = (s: string) => s.trim() || undefined;
  const at = pointOf(v.lnglat);
  return {
    kind: v.kind, category: v.category, transition: start?.id, title: text(v.title), description: text(v.description), region: v.region || scope, place: text(v.place),
    lng: at?.lng, lat: at?.lat, site: text(v.site), subject: text(v.subject), source: text(v.source), sourceNumber: text(v.sourceNumber),
    foundAt: v.foundAt ? `${v.foundAt}:00+08:00` : undefined, opinion: text(v.opinion), assignPost: start?.assigns ? text(v.assignPost) : undefined,
    fields: filled(Object.fromEntries(Object.entries(v.fields).filter(([id]) => takes.has(id)))), evidence, clientId, acknowledgeDuplicates,
  };
}
