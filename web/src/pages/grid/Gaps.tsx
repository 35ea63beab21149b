import { url } from '../../api/client';
import { Card } from '../../components/Card';
import { DataTable, type Column } from '../../components/DataTable';
import { useT } from '../../i18n';
import { day } from '../../lib/format';
import { areaOfItem, daysOf, towns, type Item } from './groups';
import { Badge } from './parts';

/** Older than this a gap is said in warning; two weeks are two rounds of the weekly list. */
const OLD_DAYS = 14;

/** What to mend, one line each, in the order of the map's numbers; each has one action. */
export function Gaps({ items, region, may, onOpen, onAct, className }: { items: Item[]; region: string; may: boolean; onOpen: (i: Item) => void; onAct: (i: Item) => void; className?: string }) {
  const { t, lang } = useT();
  const name = (i: Item) => {
    if (i.kind === 'unbound' || i.kind === 'double') return t('gr.objects', { n: i.faults.length });
    if (i.kind === 'gap' || i.kind === 'overlap' || i.kind === 'outside') return t('gr.areaOf', { kind: t(`gk.${i.kind}`), n: areaOfItem(i).toFixed(1) });
    if (i.faults.length > 1 || i.kind === 'blind' || i.kind === 'overloaded') return t('gr.many', { kind: t(`gk.${i.kind}`), n: i.faults.length });
    return lang === 'en' ? t(`gk.${i.kind}`) : t('gr.post', { name: i.faults[0]!.name });
  };
  const situation = (i: Item) => {
    if (i.kind === 'unbound' || i.kind === 'double') {
      const n = i.faults.filter((f) => f.kind === 'unbound').length;
      return t('gr.objectsHow', { none: n, two: i.faults.length - n });
    }
    if (i.kind === 'blind') return t('gr.blindHow');
    return i.faults.length > 1 ? i.faults.slice(0, 3).map((f) => f.situation).join('、') + (i.faults.length > 3 ? '…' : '') : i.faults[0]!.situation;
  };
  const where = (i: Item) => {
    const list = towns(i);
    return list.length > 1 ? t('gr.towns', { n: list.length }) : (list[0] ?? '');
  };
  const columns: Column<Item>[] = [
    { key: 'n', head: '', label: t('gr.no'), width: 46, cell: (i) => <Badge n={i.number} spot={i.spot} /> },
    { key: 'name', head: t('gr.gap'), label: t('gr.gap'), cell: (i) => <span className="strong nowrap">{name(i)}</span>, sort: (i) => i.kind },
    { key: 'how', head: t('gr.how'), label: t('gr.how'), cell: (i) => <span className="ghow" title={situation(i)}>{situation(i)}</span> },
    { key: 'where', head: t('gr.where'), label: t('gr.where'), cell: (i) => <span className="nowrap" title={towns(i).join('、')}>{where(i)}</span>, sort: where },
    { key: 'days', head: t('gr.since'), label: t('gr.since'), cell: (i) => <span className={daysOf(i) > OLD_DAYS ? 'nowrap warn strong' : 'nowrap'} title={t('gr.sinceDay', { day: day(oldest(i), lang) })}>{t('gr.days', { n: daysOf(i) })}</span>, sort: daysOf },
    { key: 'who', head: t('gr.who'), label: t('gr.who'), cell: (i) => <span className="nowrap">{whoOf(i)}</span>, sort: whoOf },
    {
      key: 'act', head: '', label: t('gr.act'), width: 78, cell: (i) => (
        <button type="button" className="rowbtn" disabled={!may} title={may ? undefined : t('gr.readOnly')} data-act={i.faults[0]!.action} onClick={(e) => { e.stopPropagation(); onAct(i); }}>
          {t(`ga.${i.faults[0]!.action}`)}<span className="sr-only">{` ${i.number} ${name(i)}`}</span>
        </button>
      ),
    },
  ];
  return (
    <Card
      className={className}
      flush
      title={t('gr.gaps')}
      note={t('gr.gapsNote', { n: items.length })}
      right={<><a href={url('/grid/coverage.csv', { region })} download>CSV</a><a href={url('/grid/coverage.xlsx', { region })} download>XLSX</a></>}
    >
      <DataTable id="gap" label={t('gr.gaps')} columns={columns} rows={items} rowKey={(i) => i.key} onOpen={onOpen} empty={{ title: t('gr.none'), help: t('gr.noneHelp') }} />
      {!may && items.length > 0 && <p className="note gfoot">{t('gr.readOnly')}</p>}
    </Card>
  );
}

const oldest = (i: Item) => i.faults.map((f) => f.since).filter(Boolean).sort()[0];
const whoOf = (i: Item) => [...new Set(i.faults.map((f) => f.who))][0] ?? '';
