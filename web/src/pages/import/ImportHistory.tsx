import { useApi, usePages } from '../../api/hooks';
import type { Import, ImportKind } from '../../api/types';
import { Card } from '../../components/Card';
import { DataTable, type Column } from '../../components/DataTable';
import { Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { bytes, count, minute } from '../../lib/format';

export function ImportStatus({ x }: { x: Pick<Import, 'status' | 'dryRun'> }) {
  const { t, maybe } = useT();
  const tone = x.status === 'done' ? 'done' : x.status === 'failed' ? 'danger' : x.status === 'running' ? 'info' : 'grey';
  return (
    <span className="nowrap">
      <span className={`chip ${tone}`}>{maybe(`im.${x.status}`, x.status)}</span>
      {x.dryRun && <span className="chip dash" style={{ marginLeft: 4 }}>{t('im.dry')}</span>}
    </span>
  );
}

export function ImportHistory({ current, onOpen }: { current: string; onOpen: (id: string) => void }) {
  const { t, lang } = useT();
  const r = usePages<Import>('/imports');
  const kinds = useApi<ImportKind[]>('/imports/kinds');
  const kindName = (x: Import) => kinds.data?.find((k) => k.kind === x.kind)?.name ?? x.kind;
  const amount = (key: 'received' | 'stored' | 'unchanged' | 'rejected'): Column<Import> => ({ key, head: t(`im.${key}`), label: t(`im.${key}`), num: true, sort: (x) => x[key], cell: (x) => (key === 'rejected' && x.rejected > 0 ? <span className="warn">{count(x.rejected)}</span> : count(x[key])) });
  const columns: Column<Import>[] = [
    { key: 'file', head: t('im.file'), label: t('im.file'), cell: (x) => <span className="file-name" title={x.file}>{x.file}</span>, sort: (x) => x.file },
    { key: 'status', head: t('im.status'), label: t('im.status'), cell: (x) => <ImportStatus x={x} />, sort: (x) => x.status },
    { key: 'kind', head: t('im.kind'), label: t('im.kind'), cell: (x) => <span className="nowrap">{kindName(x)}</span>, sort: kindName },
    { key: 'size', head: t('im.size'), label: t('im.size'), num: true, cell: (x) => <span className="nowrap">{bytes(x.size)}</span>, sort: (x) => x.size },
    amount('received'),
    amount('stored'),
    amount('unchanged'),
    amount('rejected'),
    { key: 'by', head: t('im.by'), label: t('im.by'), cell: (x) => <span className="nowrap">{x.by}</span>, sort: (x) => x.by },
    { key: 'started', head: t('im.started'), label: t('im.started'), cell: (x) => <span className="nowrap">{minute(x.startedAt, lang)}</span>, sort: (x) => x.startedAt },
  ];
  return (
    <Card title={t('im.history')} flush>
      {r.pending ? <Waiting height={200} /> : r.error ? <Failed error={r.error} retry={r.retry} /> : (
        <DataTable id="im" label={t('im.history')} columns={columns} rows={r.items} rowKey={(x) => x.id} own={(x) => x.id === current} onOpen={(x) => onOpen(x.id)} more={r.more} empty={{ title: t('im.none'), help: t('im.noneHelp') }} />
      )}
    </Card>
  );
}
