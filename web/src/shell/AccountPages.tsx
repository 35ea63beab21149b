import { Button } from 'antd';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { send, type Problem } from '../api/client';
import { useApi } from '../api/hooks';
import type { SessionRow } from '../api/types';
import { Card } from '../components/Card';
import { DataTable, type Column } from '../components/DataTable';
import { PageHead } from '../components/PageHead';
import { ActionError, Failed, Waiting } from '../components/States';
import { useT } from '../i18n';
import { stamp } from '../lib/format';
import { useLocation } from '../lib/router';
import { NotFound } from './Errors';
import { NotifyForm } from './NotifyForm';
import { PasswordForm } from './PasswordForm';

/** The account's own pages: sessions and password. */
export default function AccountPages() {
  const { path } = useLocation();
  if (path === '/me/sessions') return <Sessions />;
  if (path === '/me/password') return <Password />;
  if (path === '/me/notify') return <Notify />;
  return <NotFound />;
}

function Notify() {
  const { t } = useT();
  return (
    <div className="page">
      <PageHead title={t('nt.settings')} question={t('nt.lead')} />
      <Card className="form"><NotifyForm /></Card>
    </div>
  );
}

function Password() {
  const { t } = useT();
  const [done, setDone] = useState(false);
  return (
    <div className="page">
      <PageHead title={t('password.title')} question={t('password.help')} />
      <Card className="form">
        {done ? <div className="banner done" role="status">{t('password.done')}</div> : <PasswordForm onDone={() => setDone(true)} />}
      </Card>
    </div>
  );
}

function Sessions() {
  const { t } = useT();
  const client = useQueryClient();
  const r = useApi<SessionRow[]>('/sessions');
  const revoke = useMutation<unknown, Problem, string>({
    mutationFn: (id) => send('DELETE', `/sessions/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['/sessions'] }),
  });
  const columns: Column<SessionRow>[] = [
    { key: 'device', head: t('sessions.device'), label: t('sessions.device'), cell: (s) => s.device || '—' },
    { key: 'current', head: '', label: t('sessions.current'), cell: (s) => (s.current ? <span className="chip info">{t('sessions.current')}</span> : null) },
    { key: 'address', head: t('sessions.address'), label: t('sessions.address'), cell: (s) => <span className="mono">{s.address}</span> },
    { key: 'created', head: t('sessions.created'), label: t('sessions.created'), cell: (s) => stamp(s.createdAt), sort: (s) => s.createdAt },
    { key: 'seen', head: t('sessions.seen'), label: t('sessions.seen'), cell: (s) => stamp(s.lastSeenAt), sort: (s) => s.lastSeenAt },
    { key: 'act', head: '', label: t('sessions.revoke'), cell: (s) => (s.current ? null : <Button size="small" loading={revoke.isPending && revoke.variables === s.id} onClick={() => revoke.mutate(s.id)}>{t('sessions.revoke')}</Button>) },
  ];
  return (
    <div className="page">
      <PageHead title={t('sessions.title')} question={t('sessions.lead')} />
      <ActionError error={revoke.error} />
      <Card flush>
        {r.isPending ? <Waiting /> : r.error ? <Failed error={r.error} retry={() => void r.refetch()} /> : <DataTable id="s" label={t('sessions.title')} columns={columns} rows={r.data} rowKey={(s) => s.id} empty={{ title: t('sessions.title') }} />}
      </Card>
    </div>
  );
}
