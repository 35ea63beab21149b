import type { Curve } from '../../api/types';
import type { EChartsCoreOption } from '../../lib/echarts';
import { axisLine, crosshair, splitLine, text } from '../../lib/chartTheme';
import { day, type Lang } from '../../lib/format';
import { accent, chart, ink } from '../../tokens';

export type Range = { lo: number; hi: number; step: number; /** Last day whose value lies above the drawn range, or ''. */ cutBefore: string };

export const PLOT = { left: 40, right: 62, top: 10, bottom: 22 } as const;

/**
 * The y range. Counts start at 0. A running mean swings widely in its first months and then settles
 * where the decision lies, so its range covers the settled part (from day 120, or from 14 days before
 * the last value when the year is younger) and what lies above is cut, with a note.
 */
export function rangeOf(curve: Curve, count: boolean, targetValue: number): Range {
  const all = [curve.thisYear, curve.lastYear, curve.targetPath, curve.p10, curve.p90];
  if (count) {
    const max = Math.max(targetValue, ...all.flat().filter((v): v is number => v !== null));
    const step = stepFor(max / 3);
    return { lo: 0, hi: Math.ceil(max / step) * step, step, cutBefore: '' };
  }
  const last = curve.thisYear.reduce<number>((n, v, i) => (v === null ? n : i), 0);
  const from = Math.min(119, Math.max(0, last - 14));
  const seen = all.flatMap((list) => list.slice(from)).filter((v): v is number => v !== null);
  if (targetValue > 0) seen.push(targetValue);
  const min = Math.min(...seen);
  const max = Math.max(...seen);
  const step = stepFor(Math.max(1, max - min) / 3);
  const lo = Math.max(0, Math.floor((min - step * 0.25) / step) * step);
  const hi = Math.ceil((max + step * 0.05) / step) * step;
  const above = curve.thisYear.reduce<number>((n, v, i) => (v !== null && v > hi ? i : n), -1);
  return { lo, hi, step, cutBefore: above >= 0 ? (curve.days[above + 1] ?? '') : '' };
}

function stepFor(raw: number): number {
  const base = 10 ** Math.floor(Math.log10(Math.max(raw, 0.1)));
  for (const m of [1, 2, 4, 5, 8, 10]) if (raw <= m * base) return m * base;
  return 10 * base;
}

/** One decimal for reading off a chart; the printed figures stand beside it. */
export const readOff = (v: number | null | undefined) => (v === null || v === undefined ? '—' : String(Math.round(v * 10) / 10));

/** The line from its last point above the drawn range on: what comes before would only streak through the plot. */
export function settled(values: (number | null)[], hi: number): (number | null)[] {
  const above = values.reduce<number>((n, v, i) => (v !== null && v > hi ? i : n), -1);
  return values.map((v, i) => (i <= above ? null : v));
}

type Names = { thisYear: string; lastYear: string; path: string; fan: string };

export function curveOption(curve: Curve, range: Range, lang: Lang, names: Names): EChartsCoreOption {
  const last = curve.thisYear.reduce<number>((n, v, i) => (v === null ? n : i), 0);
  const firstOfMonth = curve.days.map((d) => d.endsWith('-01'));
  const every = (n: number) => firstOfMonth[n] === true && Number(curve.days[n]!.slice(5, 7)) % 2 === 1;
  const span = curve.p90.map((v, i) => (v === null || curve.p10[i] === null || curve.p10[i] === undefined ? null : v - curve.p10[i]));
  const base = { type: 'line', showSymbol: false, connectNulls: false, silent: true } as const;
  return {
    animation: false,
    textStyle: { fontFamily: text.fontFamily },
    grid: { left: PLOT.left, right: PLOT.right, top: PLOT.top, bottom: PLOT.bottom },
    tooltip: {
      trigger: 'axis',
      axisPointer: crosshair,
      confine: true,
      borderColor: '#E1E6E9',
      extraCssText: 'box-shadow:none',
      textStyle: { fontSize: 12, color: ink.strong, fontFamily: text.fontFamily },
      formatter: (params: { dataIndex: number }[]) => {
        const i = params[0]?.dataIndex ?? 0;
        const line = (name: string, v: string) => `<div style="display:flex;gap:16px"><span style="flex:1;color:${ink.mid}">${name}</span><b>${v}</b></div>`;
        const fan = curve.p10[i] !== null && curve.p10[i] !== undefined ? line(names.fan, `${readOff(curve.p10[i])}–${readOff(curve.p90[i])}`) : '';
        return `${day(curve.days[i], lang)}${line(names.thisYear, readOff(curve.thisYear[i]))}${line(names.lastYear, readOff(curve.lastYear[i]))}${line(names.path, readOff(curve.targetPath[i]))}${fan}`;
      },
    },
    xAxis: {
      type: 'category',
      data: curve.days,
      boundaryGap: false,
      axisLine,
      axisTick: { show: false },
      axisLabel: { ...text, interval: (n: number) => every(n), formatter: (v: string) => (lang === 'en' ? day(v, lang).slice(2) : `${Number(v.slice(5, 7))}月`), margin: 7, align: 'left' },
    },
    yAxis: { type: 'value', min: range.lo, max: range.hi, interval: range.step, axisLabel: text, splitLine },
    series: [
      { ...base, name: 'p10', data: curve.p10, stack: 'fan', lineStyle: { opacity: 0 }, stackStrategy: 'all' },
      { ...base, name: 'fan', data: span, stack: 'fan', stackStrategy: 'all', lineStyle: { opacity: 0 }, areaStyle: { color: accent.fan } },
      { ...base, name: 'p50', data: curve.p50, lineStyle: { color: chart.thisYear, width: 1.5, type: [2, 2] } },
      { ...base, name: 'last', data: settled(curve.lastYear, range.hi), lineStyle: { color: chart.lastYear, width: 1.5 } },
      { ...base, name: 'path', data: settled(curve.targetPath, range.hi), lineStyle: { color: chart.path, width: 1, type: [6, 3] } },
      {
        ...base,
        name: 'this',
        data: settled(curve.thisYear, range.hi),
        z: 5,
        lineStyle: { color: chart.thisYear, width: 2 },
        markLine: { silent: true, symbol: 'none', animation: false, label: { show: false }, lineStyle: { color: '#9DB8B4', type: 'solid', width: 1 }, data: [{ xAxis: last }] },
        markPoint: { silent: true, symbol: 'circle', symbolSize: 7, itemStyle: { color: chart.thisYear, borderColor: '#fff', borderWidth: 1.5 }, label: { show: false }, data: [{ coord: [last, curve.thisYear[last] ?? 0] }] },
      },
    ],
  };
}

/** Pushes labels at the right edge apart so that they do not overlap; input and output in pixels. */
export function spread(ys: number[], gap: number, lo: number, hi: number): number[] {
  const order = ys.map((y, i) => ({ y, i })).sort((a, b) => a.y - b.y);
  for (let k = 1; k < order.length; k++) {
    const prev = order[k - 1]!;
    const cur = order[k]!;
    if (cur.y - prev.y < gap) cur.y = prev.y + gap;
  }
  const over = (order[order.length - 1]?.y ?? 0) - hi;
  if (over > 0) for (const o of order) o.y -= over;
  for (let k = order.length - 2; k >= 0; k--) {
    const next = order[k + 1]!;
    const cur = order[k]!;
    if (next.y - cur.y < gap) cur.y = next.y - gap;
  }
  const under = lo - (order[0]?.y ?? lo);
  if (under > 0) for (const o of order) o.y += under;
  const out: number[] = [];
  for (const o of order) out[o.i] = o.y;
  return out;
}
