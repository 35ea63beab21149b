import { useMemo } from 'react';
import type { Targets } from '../../api/types';
import { Chart } from '../../components/Chart';
import { useT } from '../../i18n';
import { factorName } from '../../lib/chem';
import { axisLine, splitLine, text } from '../../lib/chartTheme';
import type { EChartsCoreOption } from '../../lib/echarts';

/** Particulates dark, ozone in the accent: the two seasons of the lost days. */
const shades = ['#0F766E', '#46525E', '#8FA3AE', '#C4CED4', '#8A4B08'];

/** On a wide screen: in which months the days were lost, and to which pollutant. */
export function MonthBars({ d }: { d: Targets }) {
  const { t, lang } = useT();
  const table = useMemo(() => lostByMonth(d), [d]);
  const months = lang === 'en' ? ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] : Array.from({ length: 12 }, (_, i) => `${i + 1}月`);
  const option = useMemo<EChartsCoreOption>(
    () => ({
      animation: false,
      textStyle: { fontFamily: text.fontFamily },
      grid: { left: 26, right: 4, top: 8, bottom: 20 },
      tooltip: { trigger: 'axis', confine: true, borderColor: '#E1E6E9', extraCssText: 'box-shadow:none', textStyle: { fontSize: 12, fontFamily: text.fontFamily } },
      xAxis: { type: 'category', data: months, axisLine, axisTick: { show: false }, axisLabel: text },
      yAxis: { type: 'value', min: 0, minInterval: 5, axisLabel: text, splitLine },
      series: table.map((row, i) => ({ type: 'bar', stack: 'lost', name: factorName(row.name), data: row.counts, barMaxWidth: 26, itemStyle: { color: shades[i % shades.length] } })),
    }),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- months follow the language
    [table, lang],
  );
  if (table.length === 0) return null;
  return (
    <div className="months-box">
      <div style={{ display: 'flex', gap: 12, alignItems: 'baseline' }}>
        <span className="note">{t('tg.byMonth')}，{t('tg.byMonthNote')}</span>
        <span className="legend" style={{ marginLeft: 'auto' }}>
          {table.map((row, i) => <span key={row.name}><i className="swatch" style={{ background: shades[i % shades.length] }} />{factorName(row.name)}</span>)}
        </span>
      </div>
      <div className="months-plot"><Chart option={option} height="100%" label={t('tg.byMonth')} /></div>
    </div>
  );
}

/** Lost days per primary pollutant and month, the largest first. */
export function lostByMonth(d: Pick<Targets, 'calendar'>): { name: string; counts: number[] }[] {
  const rows = new Map<string, number[]>();
  for (const x of d.calendar) {
    if (!x.valid || (x.aqi ?? 0) <= 100) continue;
    for (const p of x.primary ?? []) {
      const row = rows.get(p) ?? new Array<number>(12).fill(0);
      const m = Number(x.date.slice(5, 7)) - 1;
      row[m] = (row[m] ?? 0) + 1;
      rows.set(p, row);
    }
  }
  const sum = (list: number[]) => list.reduce((a, b) => a + b, 0);
  return [...rows].map(([name, counts]) => ({ name, counts })).sort((a, b) => sum(b.counts) - sum(a.counts));
}
