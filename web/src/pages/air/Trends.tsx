import { useEffect, useMemo, useRef, useState } from 'react';
import type { AirNow } from '../../api/types';
import { Card } from '../../components/Card';
import { Chart } from '../../components/Chart';
import { Pollutant } from '../../components/Rich';
import { useNarrow } from '../../components/useNarrow';
import { useT } from '../../i18n';
import { factorName, factorUnit } from '../../lib/chem';
import { hour, hourOnly } from '../../lib/format';
import { chart } from '../../tokens';
import { HEAD, panelsOf, trendOption } from './trendOption';

type Props = { now: AirNow; sites: string[]; table: boolean; onClear: () => void };

/** 72 hours, stacked, one crosshair over all panels. The values under the crosshair stand in each head. */
export function Trends({ now, sites, table, onClear }: Props) {
  const { t } = useT();
  const names = new Map(now.stations.map((s) => [s.site.id, s.site.name]));
  const right =
    sites.length > 0 ? (
      <>
        <span className="legend">
          {sites.map((id, i) => (
            <span key={id}><i className="line-key" style={{ borderTopStyle: 'dashed', borderColor: chart.compare[i] }} />{names.get(id) ?? id}</span>
          ))}
        </span>
        <button type="button" className="linkish" onClick={onClear}>{t('air.clearSites')}</button>
      </>
    ) : (
      <span className="note">{t('air.trendHelp')}</span>
    );
  return (
    <Card title={t('air.trend')} note={t('air.trendNote')} right={right} flush className="trend-card">
      {table ? <TrendTable now={now} /> : <TrendChart now={now} sites={sites} />}
    </Card>
  );
}

function TrendChart({ now, sites }: { now: AirNow; sites: string[] }) {
  const { t, lang } = useT();
  const narrow = useNarrow();
  const box = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(470);
  const [at, setAt] = useState<number | null>(null);
  useEffect(() => {
    const el = box.current;
    if (!el) return;
    const watch = new ResizeObserver(() => setHeight(Math.max(narrow ? 520 : 380, el.clientHeight)));
    watch.observe(el);
    return () => watch.disconnect();
  }, [narrow]);
  const ids = useMemo(() => ['city', ...sites.filter((s) => now.series[s])], [sites, now.series]);
  const panels = useMemo(() => {
    const list = ['o3', 'pm25', 'pm10', 'no2'];
    if (height > 640) list.push('so2');
    if (height > 740) list.push('co');
    return panelsOf(list, height);
  }, [height]);
  const option = useMemo(() => trendOption(now, panels, ids, lang, t('word.missing')), [now, panels, ids, lang, t]);
  const last = now.hours.length - 1;
  return (
    <div ref={box} className="trend-box">
      <div className="trend-inner" style={{ height }}>
        <Chart option={option} height={height} label={`${t('air.trend')} ${panels.map((p) => factorName(p.factor)).join('、')}`} onPoint={setAt} />
        {panels.map((p) => {
          const city = now.series.city?.[p.factor] ?? [];
          const read = (i: number) => city[i] ?? '—';
          return (
            <div key={p.factor} className="trend-head" style={{ top: p.top, height: HEAD }}>
              <b><Pollutant name={p.factor} /></b>
              <span className="note">{factorUnit(p.factor)}</span>
              <span className="note right">
                {at !== null && at <= last && at >= 0 && <>{hourOnly(now.hours[at], lang)} <b className="num">{read(at)}</b> </>}
                {t('air.nowValue')} <span className="num">{read(last)}</span>
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

function TrendTable({ now }: { now: AirNow }) {
  const { t, lang } = useT();
  const keys = ['o3', 'pm25', 'pm10', 'no2', 'so2', 'co'];
  const rows = now.hours.map((h, i) => ({ h, i })).reverse();
  return (
    <div className="tablebox" style={{ height: '100%' }} tabIndex={0} role="region" aria-label={t('air.trend')}>
      <table className="dt compact">
        <caption className="sr-only">{t('air.trend')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('air.hour')}</th>
            {keys.map((k) => <th key={k} scope="col" className="r"><Pollutant name={k} /></th>)}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ h, i }) => (
            <tr key={h}>
              <td className="nowrap">{hour(h, lang)}</td>
              {keys.map((k) => <td key={k} className="r num">{now.series.city?.[k]?.[i] ?? <span className="note">{t('word.missing')}</span>}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
