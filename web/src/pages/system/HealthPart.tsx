import { useApi } from '../../api/hooks';
import type { Health } from '../../api/types';
import { Card } from '../../components/Card';
import { DataTable, type Column } from '../../components/DataTable';
import { Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';

export default function HealthPart() {
  const { t, maybe } = useT();
  const r = useApi<Health>('/system/health', {}, { refetchMs: 30_000 });
  if (r.isPending) return <Waiting height={300} />;
  if (r.error) return <Card><Failed error={r.error} retry={() => void r.refetch()} /></Card>;
  const bad = r.data.checks.filter((c) => !c.ok).length;
  const checks: Column<Health['checks'][number]>[] = [
    { key: 'name', head: t('he.name'), label: t('he.name'), cell: (c) => c.name },
    { key: 'ok', head: t('ac.status'), label: t('ac.status'), cell: (c) => <span className={c.ok ? 'chip done' : 'chip danger'}>{c.ok ? t('he.ok') : t('he.bad')}</span> },
    { key: 'detail', head: t('au.detail'), label: t('au.detail'), cell: (c) => <span className="mid">{c.detail}</span> },
  ];
  const config: Column<Health['config'][number]>[] = [
    { key: 'name', head: t('he.name'), label: t('he.name'), cell: (c) => <span className="mono">{c.name}</span>, sort: (c) => c.name },
    { key: 'value', head: t('he.value'), label: t('he.value'), cell: (c) => <span className="mono wrap-any">{c.value || '—'}</span> },
    { key: 'from', head: t('he.origin'), label: t('he.origin'), cell: (c) => <span className="chip">{maybe(`he.${c.from}`, c.from)}</span>, sort: (c) => c.from },
    { key: 'explain', head: t('he.explain'), label: t('he.explain'), cell: (c) => <span className="mid">{c.explain}</span> },
  ];
  return (
    <>
      <p className="answer">{bad === 0 ? t('he.allOk', { n: r.data.checks.length }) : t('he.someBad', { n: r.data.checks.length, bad })}</p>
      <Card title={t('he.checks')} flush><DataTable id="hc" label={t('he.checks')} columns={checks} rows={r.data.checks} rowKey={(c) => c.name} empty={{ title: '—' }} /></Card>
      <Card title={t('he.config')} flush><DataTable id="cf" label={t('he.config')} columns={config} rows={r.data.config} rowKey={(c) => c.name} empty={{ title: '—' }} /></Card>
    </>
  );
}
