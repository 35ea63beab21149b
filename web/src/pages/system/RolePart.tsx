import { useApi } from '../../api/hooks';
import type { Role } from '../../api/types';
import { Card } from '../../components/Card';
import { DataTable, type Column } from '../../components/DataTable';
import { Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';

export default function RolePart() {
  const { t, lang, maybe } = useT();
  const r = useApi<Role[]>('/org/roles');
  const columns: Column<Role>[] = [
    { key: 'name', head: t('or.role'), label: t('or.role'), cell: (x) => <span className="strong nowrap">{lang === 'en' ? x.nameEn : x.name}</span>, sort: (x) => x.name },
    { key: 'scope', head: t('ro.scope'), label: t('ro.scope'), cell: (x) => <span className="chip nowrap">{maybe(`ro.${x.scopeKind}`, x.scopeKind)}</span>, sort: (x) => x.scopeKind },
    { key: 'about', head: t('or.kind'), label: t('or.kind'), cell: (x) => <span className="mid">{x.description}</span> },
    {
      key: 'permissions',
      head: t('ro.permissions'),
      label: t('ro.permissions'),
      cell: (x) => <span style={{ display: 'flex', flexWrap: 'wrap', gap: 4, padding: '6px 0' }}>{x.permissions.map((p) => <code key={p} className="chip mono">{p}</code>)}</span>,
    },
  ];
  return (
    <>
      <p className="note">{t('ro.lead')}</p>
      <Card flush>{r.isPending ? <Waiting height={260} /> : r.error ? <Failed error={r.error} retry={() => void r.refetch()} /> : <DataTable id="ro" label={t('sy.roles')} columns={columns} rows={r.data} rowKey={(x) => x.id} empty={{ title: t('st.none') }} />}</Card>
    </>
  );
}
