import { url, type Query } from '../../api/client';
import { Card } from '../../components/Card';
import { DataTable, type Column } from '../../components/DataTable';
import { useT } from '../../i18n';
import { count, duration } from '../../lib/format';
import { Bar, RateText, useFormula } from './parts';
import type { Level, Outcome, OutcomeRow } from './types';

const levels: Level[] = ['complaint', 'county', 'city', 'province', 'ministry', 'other'];

const share = (r: OutcomeRow) => (r.ownRate.den > 0 ? r.ownRate.num / r.ownRate.den : -1);

/** What each town's grid found itself, missed, and how long it took; towns and counties, never persons. */
export function Outcomes({ data, window, query }: { data: Outcome; window: string; query: Query }) {
  const { t, lang } = useT();
  const say = useFormula();
  const rows = data.rows ?? [];
  const all = data.total;
  const longest = Math.max(1, ...rows.map((r) => r.medianClose), all.medianClose);
  const time = (ms: number) => (ms < 0 ? '—' : duration(Math.round(ms / 60_000), lang));
  const own = (r: OutcomeRow, total = false) =>
    !total && !r.ranked ? (
      <span className="note" title={say('gf.own', r.ownRate)}>{t('gr.small', { n: data.meta.least, num: r.ownRate.num, den: r.ownRate.den })}</span>
    ) : (
      <span className="gcell" title={say('gf.own', r.ownRate)}><Bar share={share(r)} tone="rate" /><RateText rate={r.ownRate} formula={'gf.own'} strong={total} /></span>
    );
  const close = (r: OutcomeRow) => (
    <span className="gcell" title={t('gr.closeTitle', { n: time(r.medianClose), p: time(r.p90Close) })}><Bar share={r.medianClose / longest} tone="days" /><span className="nowrap">{r.medianClose < 0 ? '—' : t('gr.day1', { n: r.closeDays })}</span></span>
  );
  const found = (r: OutcomeRow) => t('gr.foundTitle', { own: r.own, others: r.others, by: (r.by ?? []).filter((x) => x.n > 0).map((x) => `${t(`gl.${x.id}`)} ${x.n}`).join(t('gh.and')) || t('gh.none'), undue: r.undue });
  const unit = data.meta.by === 'county' ? t('gr.county') : data.meta.by === 'cell' ? t('gr.cell') : t('gr.town');
  const columns: Column<OutcomeRow>[] = [
    { key: 'name', head: unit, label: unit, cell: (r) => <span className="nowrap">{r.region.name}</span>, sort: (r) => r.region.code, total: t('gr.total') },
    { key: 'found', head: t('gr.found'), label: t('gr.found'), num: true, cell: (r) => <span title={found(r)}>{count(r.found)}</span>, sort: (r) => r.found, total: <span title={found(all)}>{count(all.found)}</span> },
    { key: 'others', head: t('gh.others'), label: t('gh.others'), num: true, cell: (r) => <span title={found(r)}>{count(r.others)}</span>, sort: (r) => r.others, total: <span title={found(all)}>{count(all.others)}</span> },
    { key: 'own', head: t('gr.own'), label: t('gr.own'), cell: (r) => own(r), sort: (r) => (r.ranked ? share(r) : 2), total: own(all, true) },
    { key: 'missed', head: t('gr.missed'), label: t('gr.missed'), num: true, cell: (r) => <span title={say('gf.miss', r.missRate)}>{count(r.missed)}</span>, sort: (r) => r.missed, total: <span title={say('gf.miss', all.missRate)}>{count(all.missed)}</span> },
    { key: 'road', head: t('gr.road'), label: t('gr.road'), num: true, cell: (r) => <span title={t('gr.roadTitle', { n: r.roadside, all: r.missed })}>{count(r.roadside)}</span>, sort: (r) => r.roadside, total: count(all.roadside) },
    { key: 'close', head: t('gr.close'), label: t('gr.close'), cell: close, sort: (r) => r.medianClose, total: close(all) },
    { key: 'find', head: t('gr.find'), label: t('gr.find'), num: true, spare: true, cell: (r) => time(r.medianFind), sort: (r) => r.medianFind, total: time(all.medianFind) },
    { key: 'start', head: t('gr.start'), label: t('gr.start'), num: true, spare: true, cell: (r) => time(r.medianAct), sort: (r) => r.medianAct, total: time(all.medianAct) },
    { key: 'missRate', head: t('gr.missRate'), label: t('gr.missRate'), num: true, spare: true, cell: (r) => <RateText rate={r.missRate} formula={'gf.miss'} />, sort: (r) => r.missRate.num / (r.missRate.den || 1), total: <RateText rate={all.missRate} formula={'gf.miss'} /> },
    { key: 'trivial', head: t('gr.trivial'), label: t('gr.trivial'), num: true, spare: true, cell: (r) => <RateText rate={r.trivial} formula={'gf.trivial'} />, sort: (r) => r.trivial.num / (r.trivial.den || 1), total: <RateText rate={all.trivial} formula={'gf.trivial'} /> },
  ];
  for (const level of levels) {
    const of = (r: OutcomeRow) => (r.by ?? []).find((x) => x.id === level)?.n ?? 0;
    columns.push({ key: `by-${level}`, head: t(`gl.${level}`), label: t('gh.byLevel', { level: t(`gl.${level}`) }), num: true, spare: true, cell: (r) => count(of(r)), sort: of, total: count(of(all)) });
  }
  return (
    <Card title={t('gr.outcome', { unit })} note={t('gr.outcomeNote', { window, n: data.meta.least })} flush className="goutcome" right={<><a href={url('/grid/outcome.csv', query)} download>CSV</a><a href={url('/grid/outcome.xlsx', query)} download>XLSX</a></>}>
      <DataTable id="out" label={t('gr.outcome', { unit })} columns={columns} rows={rows} rowKey={(r) => r.cell || r.region.code} empty={{ title: t('gr.noOutcome'), help: t('gr.noOutcomeHelp') }} height="min(56vh, 460px)" />
    </Card>
  );
}
