import { Drawer } from 'antd';
import { useApi, usePageQuery } from '../../api/hooks';
import type { Figure as FigureData, Meta, RankRow } from '../../api/types';
import { Figure } from '../../components/Figure';
import { Rich } from '../../components/Rich';
import { Failed, Waiting } from '../../components/States';
import { useNarrow } from '../../components/useNarrow';
import { useT } from '../../i18n';
import { plain } from '../../lib/format';
import { items } from './columns';

type Month = { month: string; composite: FigureData; goodDays: number; validDays: number } & Record<string, FigureData | string | number>;

/** One city of the list: its single indices and the year month by month. */
export function RankDrawer({ row, code, year, months, onClose }: { row: RankRow | undefined; code: string; year: number; /** False for other cities: only yearly and monthly lists hold them. */ months: boolean; onClose: () => void }) {
  const { t } = useT();
  const narrow = useNarrow();
  const { asOf } = usePageQuery();
  const r = useApi<{ meta: Meta; items: Month[] }>('/air/months', { region: code, year, asOf }, { keep: false, enabled: months });
  const max = Math.max(...items.map((i) => Number(row?.[i.index]) || 0), 0.01);
  const monthKeys = ['pm25', 'pm10', 'o3_8h_p90', 'no2', 'so2', 'co_p95'];
  return (
    <Drawer open onClose={onClose} title={row?.region.name ?? code} size={narrow ? '100%' : 640} destroyOnHidden closable={{ 'aria-label': t('do.close') }}>
      {row && (
        <table className="dt small" style={{ marginBottom: 20 }}>
          <caption className="sr-only">{t('rk.parts')}</caption>
          <tbody>
            {items.map((i) => (
              <tr key={i.index}>
                <td><Rich text={i.name} /></td>
                <td className="r"><Figure figure={row[i.value]} name={i.name} unit /></td>
                <td className="r num strong">{plain(row[i.index])}</td>
                <td style={{ width: '45%' }}><span className="bar" style={{ width: '100%' }} aria-hidden="true"><i style={{ width: `${((Number(row[i.index]) || 0) / max) * 100}%` }} /></span></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {!months ? <p className="note">{t('rk.monthsOwn')}</p> : r.isPending ? <Waiting /> : r.error ? <Failed error={r.error} retry={() => void r.refetch()} /> : (
        <div className="tablebox flat">
          <table className="dt small">
            <caption className="sr-only">{year}</caption>
            <thead>
              <tr>
                <th>{year}</th>
                {items.map((i) => <th key={i.value} className="r"><Rich text={i.name} /></th>)}
                <th className="r">{t('rk.composite')}</th>
                <th className="r">{t('rk.good')}</th>
              </tr>
            </thead>
            <tbody>
              {r.data.items.map((m) => (
                <tr key={m.month}>
                  <td className="nowrap">{m.month}</td>
                  {monthKeys.map((k) => <td key={k} className="r"><Figure figure={(m[k] ?? m[k.replace(/_p\d+$/, '')]) as FigureData | undefined} name={`${m.month} ${k}`} /></td>)}
                  <td className="r"><Figure figure={m.composite} name={`${m.month} ${t('rk.composite')}`} strong /></td>
                  <td className="r num">{m.goodDays}<span className="note">/{m.validDays}</span></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Drawer>
  );
}
