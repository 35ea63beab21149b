import { Button, Input, Modal, Popconfirm } from 'antd';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { send, type Problem } from '../../api/client';
import { usePages } from '../../api/hooks';
import type { Account } from '../../api/types';
import { Card } from '../../components/Card';
import { DataTable, type Column } from '../../components/DataTable';
import { ActionError, Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { stamp } from '../../lib/format';
import { useParam } from '../../lib/router';
import { can, useMe } from '../../shell/me';
import { AccountForm, InitialPassword } from './AccountForm';
import { AccountSessions } from './AccountSessions';

type Act = { id: string; what: 'disable' | 'enable' | 'reset' };

export default function AccountPart() {
  const { t } = useT();
  const client = useQueryClient();
  const write = can(useMe(), 'account.write');
  const [q, setQ] = useParam('q');
  const [adding, setAdding] = useState(false);
  const [shown, setShown] = useState<{ name: string; password: string } | null>(null);
  const [sessionsOf, setSessionsOf] = useState<Account | null>(null);
  const r = usePages<Account>('/org/accounts', { q: q || undefined });
  const act = useMutation<{ initialPassword?: string } | undefined, Problem, Act & { name: string }>({
    mutationFn: (a) => send('POST', `/org/accounts/${a.id}/${a.what}`),
    onSuccess: async (answer, a) => {
      if (answer?.initialPassword) setShown({ name: a.name, password: answer.initialPassword });
      await client.invalidateQueries({ queryKey: ['/org/accounts'] });
    },
  });
  const columns: Column<Account>[] = [
    { key: 'name', head: t('ac.name'), label: t('ac.name'), cell: (a) => <span className="strong">{a.name}</span>, sort: (a) => a.name },
    { key: 'display', head: t('ac.display'), label: t('ac.display'), cell: (a) => a.displayName, sort: (a) => a.displayName },
    { key: 'status', head: t('ac.status'), label: t('ac.status'), cell: (a) => <Status a={a} />, sort: (a) => String(a.disabled) },
    { key: 'posts', head: t('ac.posts'), label: t('ac.posts'), cell: (a) => (a.posts ?? []).map((p) => p.name).join('、') || '—' },
    { key: 'last', head: t('ac.last'), label: t('ac.last'), cell: (a) => <span className="nowrap">{stamp(a.lastLoginAt) || t('ac.never')}</span>, sort: (a) => a.lastLoginAt },
  ];
  if (write) {
    columns.push({
      key: 'acts',
      head: '',
      label: t('ac.reset'),
      cell: (a) => (
        <span className="nowrap" style={{ display: 'inline-flex', gap: 6 }}>
          <Button size="small" onClick={() => setSessionsOf(a)}>{t('ac.sessions')}</Button>
          <Popconfirm title={t('ac.confirmReset', { name: a.displayName })} okText={t('ac.reset')} cancelText={t('do.cancel')} onConfirm={() => act.mutate({ id: a.id, name: a.name, what: 'reset' })}>
            <Button size="small">{t('ac.reset')}</Button>
          </Popconfirm>
          {a.disabled ? (
            <Button size="small" onClick={() => act.mutate({ id: a.id, name: a.name, what: 'enable' })}>{t('ac.enable')}</Button>
          ) : (
            <Popconfirm title={t('ac.confirmDisable', { name: a.displayName })} okText={t('ac.disable')} cancelText={t('do.cancel')} onConfirm={() => act.mutate({ id: a.id, name: a.name, what: 'disable' })}>
              <Button size="small" danger>{t('ac.disable')}</Button>
            </Popconfirm>
          )}
        </span>
      ),
    });
  }
  return (
    <>
      <ActionError error={act.error} />
      {shown && <InitialPassword name={shown.name} password={shown.password} onClose={() => setShown(null)} />}
      <Card
        title={t('sy.accounts')}
        right={
          <>
            <Input.Search defaultValue={q} placeholder={t('ac.search')} aria-label={t('ac.search')} allowClear onSearch={(v) => setQ(v.trim(), true)} style={{ width: 200 }} />
            {write && <Button type="primary" onClick={() => setAdding(true)}>{t('ac.add')}</Button>}
          </>
        }
        flush
      >
        {r.pending ? <Waiting height={260} /> : r.error ? <Failed error={r.error} retry={r.retry} /> : (
          <DataTable id="ac" label={t('sy.accounts')} columns={columns} rows={r.items} rowKey={(a) => a.id} more={r.more} exportPath="/org/accounts" exportQuery={{ q: q || undefined }} empty={{ title: t('ac.none'), help: t('ac.noneHelp') }} />
        )}
      </Card>
      {adding && <AccountForm onDone={() => setAdding(false)} onCreated={(name, password) => { setAdding(false); setShown({ name, password }); }} />}
      {sessionsOf && (
        <Modal open onCancel={() => setSessionsOf(null)} title={`${sessionsOf.displayName} · ${t('account.sessions')}`} footer={null} width={720}>
          <AccountSessions account={sessionsOf.id} />
        </Modal>
      )}
    </>
  );
}

function Status({ a }: { a: Account }) {
  const { t } = useT();
  if (a.disabled) return <span className="chip grey">{t('ac.disabled')}</span>;
  if (a.mustChangePassword) return <span className="chip warn">{t('ac.first')}</span>;
  return <span className="chip done">{t('ac.active')}</span>;
}
