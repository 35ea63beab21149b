import type { AirNow } from '../../api/types';
import type { EChartsCoreOption } from '../../lib/echarts';
import { axisLine, crosshair, gaps, limitLine, niceTop, splitLine, text } from '../../lib/chartTheme';
import { day, hour, type Lang } from '../../lib/format';
import { chart } from '../../tokens';

export type Panel = { factor: string; top: number; height: number };

export const HEAD = 24;
export const AXIS = 26;

/** A limit is drawn once values reach this share of it; a far-away line would flatten what there is to see. */
const LIMIT_FROM = 0.4;

/** Heights of stacked panels in a box: each has a head line above its plot, the time axis is below the last. */
export function panelsOf(factors: string[], boxHeight: number): Panel[] {
  const each = (boxHeight - AXIS) / factors.length;
  return factors.map((factor, i) => ({ factor, top: i * each, height: each }));
}

/** Stacked line panels with one crosshair; gaps stay gaps and are shaded with the word. */
export function trendOption(now: AirNow, panels: Panel[], ids: string[], lang: Lang, missingWord: string): EChartsCoreOption {
  const last = panels.length - 1;
  const names = now.hours.map((h) => hour(h, lang));
  const midnight = now.hours.map((h) => h.slice(11, 13) === '00' || h.slice(11, 13) === '24');
  return {
    animation: false,
    textStyle: { fontFamily: text.fontFamily },
    axisPointer: { link: [{ xAxisIndex: 'all' }] },
    tooltip: { trigger: 'axis', showContent: false, axisPointer: { ...crosshair, label: { show: false } } },
    grid: panels.map((p) => ({ left: 40, right: 14, top: p.top + HEAD, height: p.height - HEAD - 4 })),
    xAxis: panels.map((_, i) => ({
      type: 'category',
      gridIndex: i,
      data: names,
      boundaryGap: false,
      axisLine,
      axisTick: { show: false },
      splitLine: { show: true, interval: (n: number) => midnight[n] === true, lineStyle: { color: '#DDE3E7' } },
      axisLabel: { ...text, show: i === last, interval: (n: number) => midnight[n] === true, formatter: (_: string, n: number) => day(now.hours[n], lang), margin: 8 },
      axisPointer: { label: { show: i === last, ...text, color: '#fff', backgroundColor: '#17212B', padding: [3, 6], margin: 5 } },
    })),
    yAxis: panels.map((p, i) => {
      const top = topOf(now, p.factor, ids);
      return { type: 'value', gridIndex: i, min: 0, max: top, interval: top / 2, axisLabel: { ...text, showMaxLabel: true }, splitLine };
    }),
    series: panels.flatMap((p, i) => seriesOf(now, p.factor, i, ids, missingWord, lang)),
  };
}

function topOf(now: AirNow, factor: string, ids: string[]): number {
  let max = 0;
  for (const id of ids) for (const v of now.series[id]?.[factor] ?? []) if (v !== null && v > max) max = v;
  const limit = now.limits[factor]?.value ?? 0;
  return niceTop((max >= limit * LIMIT_FROM ? Math.max(max, limit) : max) * 1.06);
}

function seriesOf(now: AirNow, factor: string, index: number, ids: string[], missingWord: string, lang: Lang) {
  const limit = now.limits[factor];
  return ids.map((id, n) => {
    const data = now.series[id]?.[factor] ?? [];
    const city = n === 0;
    return {
      type: 'line',
      name: id,
      xAxisIndex: index,
      yAxisIndex: index,
      data,
      connectNulls: false,
      showSymbol: false,
      symbolSize: 6,
      lineStyle: { width: city ? 2 : 1.5, color: city ? chart.thisYear : chart.compare[n - 1], type: city ? 'solid' : [5, 2] },
      itemStyle: { color: city ? chart.thisYear : chart.compare[n - 1] },
      markLine: city && limit ? limitLine(limit.value, lang === 'en' ? `limit ${limit.value}` : limit.label) : undefined,
      markArea: city
        ? {
            silent: true,
            itemStyle: { color: '#EEF1F3' },
            label: { ...text, position: 'insideBottom', formatter: missingWord },
            data: gaps(data).map(([a, b]) => [{ xAxis: Math.max(0, a - 1) }, { xAxis: Math.min(data.length - 1, b + 1) }]),
          }
        : undefined,
    };
  });
}
