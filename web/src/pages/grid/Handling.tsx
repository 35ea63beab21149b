import { Card } from '../../components/Card';
import { DataTable, type Column } from '../../components/DataTable';
import { useT } from '../../i18n';
import { count } from '../../lib/format';
import type { Figure, FigureDef, Outcome, OutcomeRow } from './types';

const figure = (r: OutcomeRow, id: string) => (r.figures ?? []).find((x) => x.id === id);

/** How each area's cases were handled: every rate with what is divided by what, and its grade. */
export function Handling({ data, window }: { data: Outcome; window: string }) {
  const { t, either } = useT();
  const { meta, total } = data;
  const unit = meta.by === 'county' ? t('gr.county') : meta.by === 'cell' ? t('gr.cell') : t('gr.town');
  const name = (f: FigureDef) => either(f.name, f.nameEn);
  const say = (f: FigureDef, x: Figure) => t('gr.formula', { words: `${name(f)} = ${either(f.formula, f.formulaEn)}`, num: count(x.num), den: count(x.den), text: x.den === 0 ? '—' : `${x.text} %` });
  const cell = (f: FigureDef, r: OutcomeRow) => {
    const x = figure(r, f.id);
    if (!x) return '—';
    return (
      <span className="gfigure nowrap" title={say(f, x)}>
        <span>{x.den === 0 ? '—' : `${x.text} %`}</span>
        <span className="note num">{count(x.num)}/{count(x.den)}</span>
        {x.grade && <span className={`ggrade ${x.colour}`}>{x.grade}</span>}
      </span>
    );
  };
  const share = (r: OutcomeRow, id: string) => { const x = figure(r, id); return x && x.den > 0 ? x.num / x.den : -1; };
  const place = (r: OutcomeRow) => r.place > 0 ? count(r.place) : <span className="note" title={t('gh.placeSmall', { n: meta.least })}>{t('gh.notRanked')}</span>;
  const shown = ['closing', 'onTime', 'handling'];
  const defs = meta.figures ?? [];
  const columns: Column<OutcomeRow>[] = [
    { key: 'name', head: unit, label: unit, cell: (r) => <span className="nowrap">{r.region.name}</span>, sort: (r) => r.region.code, total: t('gr.total') },
    { key: 'place', head: t('gh.place'), label: t('gh.placeLabel'), num: true, cell: place, sort: (r) => r.place || 1e6, total: '' },
    ...[...defs].sort((a, b) => rank(shown, a.id) - rank(shown, b.id)).map((f): Column<OutcomeRow> => ({
      key: `f-${f.id}`, head: <span title={either(f.formula, f.formulaEn)}>{name(f)}</span>, label: name(f), num: true, spare: !shown.includes(f.id), cell: (r) => cell(f, r), sort: (r) => share(r, f.id), total: cell(f, total),
    })),
  ];
  const bands = (meta.bands.list ?? []).map((b) => t('gh.band', { grade: b.grade, n: b.from })).join(t('gh.and'));
  return (
    <Card title={t('gh.handling', { unit })} note={t('gh.handlingNote', { window, n: meta.least })} flush className="goutcome">
      <DataTable id="handling" label={t('gh.handling', { unit })} columns={columns} rows={data.rows ?? []} rowKey={(r) => r.cell || r.region.code} empty={{ title: t('gr.noOutcome'), help: t('gr.noOutcomeHelp') }} height="min(56vh, 460px)" />
      <p className="note gbands">{defs.filter((f) => shown.includes(f.id)).map((f) => `${name(f)} = ${either(f.formula, f.formulaEn)}`).join(t('gh.stop'))}{t('gh.stop')}{t('gh.bands', { list: bands, from: meta.bands.from, source: meta.bands.source, mark: meta.bands.confidence })}</p>
    </Card>
  );
}

const rank = (first: string[], id: string) => { const i = first.indexOf(id); return i < 0 ? first.length : i; };
