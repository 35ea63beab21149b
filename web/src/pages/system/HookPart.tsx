import { Button, Input, Modal, Switch } from 'antd';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { send, type Problem } from '../../api/client';
import { useApi } from '../../api/hooks';
import type { Webhook } from '../../api/types';
import { Card } from '../../components/Card';
import { DataTable, type Column } from '../../components/DataTable';
import { Field } from '../../components/Field';
import { ActionError, Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { fullCode, printCode } from '../../lib/region';
import { useMe } from '../../shell/me';

type Added = Webhook & { secret: string };

/** Addresses of other systems that are told of notices, each with a secret of its own that is shown once. */
export default function HookPart() {
  const { t } = useT();
  const client = useQueryClient();
  const [adding, setAdding] = useState(false);
  const [shown, setShown] = useState<Added | null>(null);
  const r = useApi<{ items: Webhook[] }>('/system/webhooks');
  const turn = useMutation<unknown, Problem, Webhook>({
    mutationFn: (h) => send('PATCH', `/system/webhooks/${h.id}`, { enabled: !h.enabled }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['/system/webhooks'] }),
  });
  const columns: Column<Webhook>[] = [
    { key: 'name', head: t('or.name'), label: t('or.name'), cell: (h) => <span className="strong">{h.name}</span>, sort: (h) => h.name },
    { key: 'url', head: t('hk.url'), label: t('hk.url'), cell: (h) => <span className="mono wrap-any">{h.url}</span> },
    { key: 'region', head: t('or.scope'), label: t('or.scope'), cell: (h) => <span className="mono">{printCode(h.region)}</span>, sort: (h) => h.region },
    { key: 'kinds', head: t('hk.kinds'), label: t('hk.kinds'), cell: (h) => (h.kinds ? <span className="mono">{h.kinds}</span> : t('hk.all')) },
    { key: 'on', head: t('jb.on'), label: t('jb.on'), cell: (h) => <Switch size="small" checked={h.enabled} loading={turn.isPending && turn.variables?.id === h.id} aria-label={`${h.name} ${t('jb.on')}`} onChange={() => turn.mutate(h)} /> },
  ];
  return (
    <>
      {shown && (
        <div className="banner done" role="status">
          <div style={{ minWidth: 0 }}>{t('hk.secret', { name: shown.name })} <code className="mono wrap-any">{shown.secret}</code><div className="note">{t('hk.secretNote')}</div></div>
          <Button size="small" style={{ marginLeft: 'auto' }} onClick={() => setShown(null)}>{t('do.close')}</Button>
        </div>
      )}
      <ActionError error={turn.error} />
      <Card title={t('sy.hooks')} right={<Button type="primary" onClick={() => setAdding(true)}>{t('hk.add')}</Button>} flush>
        {r.isPending ? <Waiting height={200} /> : r.error ? <Failed error={r.error} retry={() => void r.refetch()} /> : <DataTable id="hk" label={t('sy.hooks')} columns={columns} rows={r.data.items ?? []} rowKey={(h) => h.id} empty={{ title: t('hk.none'), help: t('hk.noneHelp') }} />}
      </Card>
      {adding && <HookForm onDone={() => setAdding(false)} onAdded={(h) => { setAdding(false); setShown(h); }} />}
    </>
  );
}

function HookForm({ onDone, onAdded }: { onDone: () => void; onAdded: (h: Added) => void }) {
  const { t } = useT();
  const me = useMe();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [address, setAddress] = useState('');
  const [region, setRegion] = useState(me.scope.code);
  const [kinds, setKinds] = useState('');
  const [tried, setTried] = useState(false);
  const save = useMutation<Added, Problem>({
    mutationFn: () => send<Added>('POST', '/system/webhooks', { name: name.trim(), url: address, region: fullCode(region), kinds: kinds.trim() || undefined }),
    onSuccess: async (h) => {
      await client.invalidateQueries({ queryKey: ['/system/webhooks'] });
      onAdded(h);
    },
  });
  const faults = { name: name.trim() === '', url: !/^https?:\/\/\S+$/.test(address), region: fullCode(region) === '' };
  const ready = !faults.name && !faults.url && !faults.region;
  return (
    <Modal open onCancel={onDone} title={t('hk.add')} footer={null} width={480}>
      <form noValidate onSubmit={(e) => { e.preventDefault(); setTried(true); if (ready) save.mutate(); }}>
        <Field id="hook-name" label={t('or.name')} error={tried && faults.name ? t('or.needName') : ''}><Input id="hook-name" autoFocus value={name} onChange={(e) => setName(e.target.value)} /></Field>
        <Field id="hook-url" label={t('hk.url')} help={t('hk.urlHelp')} error={tried && faults.url ? t('hk.needUrl') : save.error?.field('url')}><Input id="hook-url" inputMode="url" value={address} onChange={(e) => setAddress(e.target.value.trim())} /></Field>
        <Field id="hook-region" label={t('or.scope')} help={t('hk.regionHelp')} error={tried && faults.region ? t('hk.needRegion') : save.error?.field('region')}><Input id="hook-region" inputMode="numeric" value={region} onChange={(e) => setRegion(e.target.value.trim())} /></Field>
        <Field id="hook-kinds" label={t('hk.kinds')} help={t('hk.kindsHelp')}><Input id="hook-kinds" value={kinds} onChange={(e) => setKinds(e.target.value)} /></Field>
        <ActionError error={save.error} />
        <Button type="primary" htmlType="submit" loading={save.isPending} style={{ marginTop: 8 }}>{t('do.save')}</Button>
      </form>
    </Modal>
  );
}
