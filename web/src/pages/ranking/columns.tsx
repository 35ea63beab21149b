import type { RankRow } from '../../api/types';
import type { Column } from '../../components/DataTable';
import { Derived } from '../../components/Derived';
import { Figure } from '../../components/Figure';
import { Pollutant, Rich } from '../../components/Rich';
import type { Vars, Word } from '../../i18n';
import { factorName } from '../../lib/chem';
import { plain, signed } from '../../lib/format';

type T = (key: Word, vars?: Vars) => string;

/** Items of the composite index: the row's field, the single index's field, and the written name. */
export const items = [
  { value: 'pm25', index: 'i_pm25', name: 'PM2.5' },
  { value: 'pm10', index: 'i_pm10', name: 'PM10' },
  { value: 'o3_8h_p90', index: 'i_o3', name: 'O3-90' },
  { value: 'no2', index: 'i_no2', name: 'NO2' },
  { value: 'so2', index: 'i_so2', name: 'SO2' },
  { value: 'co_p95', index: 'i_co', name: 'CO-95' },
] as const;

export function columnsOf(t: T, single: boolean): Column<RankRow>[] {
  const parts: Column<RankRow>[] = items.map((i) =>
    single
      ? { key: i.index, head: <Rich text={`I(${i.name})`} />, label: t('rk.index', { name: i.name }), num: true, sort: (r) => r[i.index], cell: (r) => plain(r[i.index]) || '—' }
      : { key: i.value, head: <Rich text={i.name} />, label: i.name, num: true, sort: (r) => r[i.value]?.value, cell: (r) => <Figure figure={r[i.value]} name={`${r.region.name} ${i.name}`} /> },
  );
  return [
    { key: 'rank', head: t('rk.place'), label: t('rk.place'), num: true, width: 60, sort: (r) => r.rank || null, cell: (r) => (r.rank > 0 ? <b>{r.rank}</b> : <span className="note">—</span>) },
    { key: 'region', head: t('rk.region'), label: t('rk.region'), sort: (r) => r.region.name, cell: (r) => <span className="nowrap">{r.region.name}{r.short.length > 0 && <span className="chip warn short-days" title={t('rk.shortHelp', { items: r.short.map(factorName).join('、') })}>{t('rk.short')}</span>}</span> },
    { key: 'moved', head: t('rk.moved'), label: t('rk.moved'), num: true, sort: (r) => r.rankChange, cell: (r) => <Moved n={r.rank > 0 && (r.rankLast ?? 0) > 0 ? r.rankChange : null} t={t} /> },
    { key: 'composite', head: t('rk.composite'), label: t('rk.composite'), num: true, sort: (r) => r.composite.value, cell: (r) => <Figure figure={r.composite} name={`${r.region.name} ${t('rk.composite')}`} strong /> },
    { key: 'last', head: t('rk.last'), label: t('rk.last'), num: true, sort: (r) => r.compositeLast, cell: (r) => <span className="mid">{r.compositeLast || '—'}</span> },
    { key: 'change', head: t('rk.change'), label: t('rk.change'), num: true, sort: (r) => r.change, cell: (r) => (r.change === '' ? '—' : <ChangeOn r={r} t={t} />) },
    ...parts,
    { key: 'worst', head: t('rk.worst'), label: t('rk.worst'), sort: (r) => r.worst, cell: (r) => (r.worst ? <Pollutant name={factorName(r.worst)} /> : '—') },
    { key: 'good', head: t('rk.good'), label: t('rk.good'), num: true, sort: (r) => r.goodDays, cell: (r) => <>{r.goodDays}<span className="note">/{r.validDays}</span></> },
    { key: 'ratio', head: t('rk.ratio'), label: t('rk.ratio'), num: true, sort: (r) => r.goodRatio, cell: (r) => r.goodRatio || '—' },
  ];
}

/** The change on last year with its sum; both indices by the limits in force today. */
function ChangeOn({ r, t }: { r: RankRow; t: T }) {
  const sum = <>({plain(r.composite.value)} − {plain(r.compositeLast)}) ÷ {plain(r.compositeLast)} = <b>{signed(r.change)}%</b></>;
  return <Derived name={`${r.region.name} ${t('rk.change')}`} sum={sum} note={t('rk.changeHelp')}>{signed(r.change)}</Derived>;
}

/** Places gained or lost since last year, in words as well as colour. */
export function Moved({ n, t }: { n: number | null; t: T }) {
  if (n === null || n === undefined) return <span className="note">—</span>;
  if (n === 0) return <span className="note">{t('rk.movedNone')}</span>;
  return n < 0 ? <span className="done nowrap">{t('rk.movedUp', { n: -n })}</span> : <span className="danger nowrap">{t('rk.movedDown', { n })}</span>;
}
