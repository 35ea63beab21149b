import { chart, font, ink, line } from '../tokens';

/** The one look of all charts. */
export const text = { fontFamily: font, fontSize: 11, color: ink.soft } as const;

export const axisLine = { show: true, lineStyle: { color: '#C9D1D6' } } as const;

export const splitLine = { show: true, lineStyle: { color: line.weak } } as const;

export const crosshair = {
  type: 'line',
  lineStyle: { color: ink.strong, type: [2, 2], width: 1 },
} as const;

export const limitLine = (value: number, label: string, position: 'insideStartTop' | 'insideEndTop' = 'insideStartTop') => ({
  silent: true,
  symbol: 'none',
  animation: false,
  label: { formatter: label, position, color: chart.limit, fontSize: 11, fontFamily: font, distance: 2 },
  lineStyle: { color: chart.limit, type: [4, 3], width: 1 },
  data: [{ yAxis: value }],
});

/** A quiet upper end for an amount axis: 1, 2, 2.5, 4, 5, 8 × 10ⁿ, so that ticks are round. */
export function niceTop(max: number): number {
  if (!(max > 0)) return 1;
  const base = 10 ** Math.floor(Math.log10(max));
  for (const m of [1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10]) if (max <= m * base) return m * base;
  return 10 * base;
}

/** Runs of missing values as [first, last] index pairs. */
export function gaps(values: (number | null)[]): [number, number][] {
  const out: [number, number][] = [];
  let from = -1;
  values.forEach((v, i) => {
    if (v === null && from < 0) from = i;
    if (v !== null && from >= 0) {
      out.push([from, i - 1]);
      from = -1;
    }
  });
  if (from >= 0) out.push([from, values.length - 1]);
  return out;
}
