/** Pure parts of the data table: sorting, filtering, windows. */
export type Cell = string | number | boolean | null | undefined;
export type Sort = { key: string; down: boolean };

/** "-rank" ⇄ {key: 'rank', down: true}; '' means the server's order. */
export function readSort(text: string): Sort | null {
  if (!text) return null;
  return text.startsWith('-') ? { key: text.slice(1), down: true } : { key: text, down: false };
}

export function writeSort(sort: Sort | null): string {
  return sort ? (sort.down ? '-' : '') + sort.key : '';
}

/** Click on a head: first click ascending (or descending for amounts), second the other way, third none. */
export function nextSort(now: Sort | null, key: string, downFirst: boolean): Sort | null {
  if (!now || now.key !== key) return { key, down: downFirst };
  if (now.down === downFirst) return { key, down: !downFirst };
  return null;
}

const collator = new Intl.Collator('zh-CN', { numeric: true });

/** Missing cells always sort last, whichever direction. Printed numbers compare as numbers. */
export function compare(a: Cell, b: Cell, down: boolean): number {
  const ea = a === null || a === undefined || a === '';
  const eb = b === null || b === undefined || b === '';
  if (ea || eb) return ea === eb ? 0 : ea ? 1 : -1;
  const na = Number(a);
  const nb = Number(b);
  const r = Number.isNaN(na) || Number.isNaN(nb) ? collator.compare(String(a), String(b)) : na - nb;
  return down ? -r : r;
}

export function sortRows<T>(rows: T[], get: (row: T) => Cell, down: boolean): T[] {
  return rows
    .map((row, i) => ({ row, i, v: get(row) }))
    .sort((a, b) => compare(a.v, b.v, down) || a.i - b.i)
    .map((x) => x.row);
}

/** Filter chips in the address: "kind:national,status:late". Several values of one key are alternatives. */
export function readFilters(text: string): Record<string, string[]> {
  const out: Record<string, string[]> = {};
  for (const part of text.split(',')) {
    const cut = part.indexOf(':');
    if (cut <= 0) continue;
    const key = part.slice(0, cut);
    const value = decodeURIComponent(part.slice(cut + 1));
    (out[key] ??= []).push(value);
  }
  return out;
}

export function writeFilters(filters: Record<string, string[]>): string {
  return Object.keys(filters)
    .sort()
    .flatMap((key) => (filters[key] ?? []).map((v) => `${key}:${encodeURIComponent(v)}`))
    .join(',');
}

export function toggleFilter(filters: Record<string, string[]>, key: string, value: string): Record<string, string[]> {
  const has = filters[key]?.includes(value);
  const values = has ? (filters[key] ?? []).filter((v) => v !== value) : [...(filters[key] ?? []), value];
  const next = { ...filters, [key]: values };
  if (values.length === 0) delete next[key];
  return next;
}

export type Window = { from: number; to: number; before: number; after: number };

/** The rows to draw of a long list: the visible ones and a margin. Heights in pixels. */
export function windowOf(total: number, rowHeight: number, scrollTop: number, viewHeight: number, margin = 12): Window {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - margin);
  const shown = Math.ceil(viewHeight / rowHeight) + margin * 2;
  const from = Math.min(first, Math.max(0, total - 1));
  const to = Math.min(total, from + shown);
  return { from, to, before: from * rowHeight, after: (total - to) * rowHeight };
}

/** How far to scroll so that a row is in view: not at all when it is on the first screen, else to the middle, on a whole row. */
export function scrollFor(index: number, row: number, height: number): number {
  if ((index + 1) * row <= height) return 0;
  return Math.max(0, Math.round((index * row - height / 2) / row) * row);
}
