import type { Query } from '../../api/client';
import { usePages } from '../../api/hooks';
import type { Late } from '../../api/types';
import { DataTable, type Column } from '../../components/DataTable';
import { Pollutant } from '../../components/Rich';
import { Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { factorName } from '../../lib/chem';
import { duration, hour, minute } from '../../lib/format';

export function LateTable({ query }: { query: Query }) {
  const { t, lang } = useT();
  const r = usePages<Late>('/data/late', query);
  const columns: Column<Late>[] = [
    { key: 'site', head: t('dt.site'), label: t('dt.site'), cell: (x) => x.site.name, sort: (x) => x.site.name },
    { key: 'factor', head: t('dt.factor'), label: t('dt.factor'), cell: (x) => <Pollutant name={x.factor} />, sort: (x) => factorName(x.factor) },
    { key: 'time', head: t('dt.hour'), label: t('dt.hour'), cell: (x) => hour(x.time, lang), sort: (x) => x.time },
    { key: 'recorded', head: t('dt.recorded'), label: t('dt.recorded'), cell: (x) => minute(x.recordedAt, lang), sort: (x) => x.recordedAt },
    { key: 'delay', head: t('dt.delay'), label: t('dt.delay'), num: true, cell: (x) => duration(x.delayMinutes, lang), sort: (x) => x.delayMinutes },
  ];
  if (r.pending) return <Waiting height={320} />;
  if (r.error) return <Failed error={r.error} retry={r.retry} />;
  return <DataTable id="late" label={t('dt.late')} columns={columns} rows={r.items} rowKey={(x) => `${x.site.id}${x.factor}${x.time}`} more={r.more} exportPath="/data/late" exportQuery={query} empty={{ title: t('dt.noLate') }} />;
}
