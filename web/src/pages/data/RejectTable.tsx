import type { Query } from '../../api/client';
import { usePages } from '../../api/hooks';
import type { RejectRow } from '../../api/types';
import { DataTable, type Column } from '../../components/DataTable';
import { Pollutant } from '../../components/Rich';
import { Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { factorName } from '../../lib/chem';
import { count, hour, minute } from '../../lib/format';

/** What was refused and why, with the line it stood in; newest first. */
export function RejectTable({ query }: { query: Query }) {
  const { t, lang } = useT();
  const r = usePages<RejectRow>('/data/rejects', { region: query.region });
  const columns: Column<RejectRow>[] = [
    { key: 'reason', head: t('im.why'), label: t('im.why'), cell: (x) => <span className="wrap-any">{x.reason}</span>, sort: (x) => x.reason },
    { key: 'values', head: t('dt.values'), label: t('dt.values'), num: true, cell: (x) => count(x.values), sort: (x) => x.values },
    { key: 'site', head: t('dt.site'), label: t('dt.site'), cell: (x) => x.site || '—', sort: (x) => x.site },
    { key: 'factor', head: t('dt.factor'), label: t('dt.factor'), cell: (x) => (x.factor ? <Pollutant name={x.factor} /> : x.column || '—'), sort: (x) => factorName(x.factor) },
    { key: 'time', head: t('dt.hour'), label: t('dt.hour'), cell: (x) => <span className="nowrap">{hour(x.time, lang) || '—'}</span>, sort: (x) => x.time },
    { key: 'file', head: t('im.file'), label: t('im.file'), cell: (x) => <span className="wrap-any">{x.file || x.stream}{x.line > 0 && <span className="note nowrap">{` ${t('dt.line', { n: x.line })}`}</span>}</span>, sort: (x) => x.file },
    { key: 'row', head: t('im.text'), label: t('im.text'), spare: true, cell: (x) => <span className="mono wrap-any">{x.row}</span> },
    { key: 'recorded', head: t('dt.recorded'), label: t('dt.recorded'), cell: (x) => <span className="nowrap">{minute(x.recordedAt, lang)}</span>, sort: (x) => x.recordedAt },
  ];
  if (r.pending) return <Waiting height={320} />;
  if (r.error) return <Failed error={r.error} retry={r.retry} />;
  return <DataTable id="rej" label={t('dt.rejects')} columns={columns} rows={r.items} rowKey={(x) => String(x.id)} more={r.more} exportPath="/data/rejects" exportQuery={{ region: query.region }} empty={{ title: t('dt.noRejects'), help: t('dt.noRejectsHelp') }} />;
}
