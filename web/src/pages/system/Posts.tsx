import { Button, Input, Modal, Select } from 'antd';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { send, type Problem } from '../../api/client';
import { useApi } from '../../api/hooks';
import type { Page, Post, Role } from '../../api/types';
import { Field } from '../../components/Field';
import { ActionError, Empty, Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { isoDay } from '../../lib/format';
import { printCode } from '../../lib/region';
import { useNow } from '../../shell/clock';
import { can, useMe } from '../../shell/me';

/** Posts stay, people come and go: each post with its role, its scope and its holders over time. */
export function Posts({ unit, region }: { unit: string; region: string }) {
  const { t, lang } = useT();
  const me = useMe();
  const client = useQueryClient();
  const [adding, setAdding] = useState(false);
  const [assign, setAssign] = useState<Post | null>(null);
  const today = isoDay(useNow(60_000));
  const r = useApi<Page<Post>>('/org/posts', { unit }, { keep: false });
  const roles = useApi<Role[]>('/org/roles');
  const write = can(me, 'org.write');
  const end = useMutation<unknown, Problem, { post: Post; holder: string }>({
    mutationFn: (x) => send('PATCH', `/org/posts/${x.post.id}/holders/${x.holder}`, { to: today }, `"v${x.post.version}"`),
    onSettled: () => client.invalidateQueries({ queryKey: ['/org/posts'] }),
  });
  const roleName = (id: string) => {
    const role = roles.data?.find((x) => x.id === id);
    return role ? (lang === 'en' ? role.nameEn : role.name) : id;
  };
  if (r.isPending) return <Waiting height={200} />;
  if (r.error) return <Failed error={r.error} retry={() => void r.refetch()} />;
  return (
    <>
      {r.data.items.length === 0 && <Empty title={t('or.noPosts')} />}
      {r.data.items.map((p) => {
        const now = (p.holders ?? []).filter((h) => !h.to || h.to > today);
        const past = (p.holders ?? []).length - now.length;
        return (
          <div className="post" key={p.id}>
            <div><b>{p.name}</b> <span className="chip">{roleName(p.role)}</span> <span className="note mono">{printCode(p.scope)}</span></div>
            <div className="post-holders">
              {now.length === 0 && <span className="chip warn">{t('or.vacant')}</span>}
              {now.map((h) => (
                <span key={h.id ?? h.person.id + h.from}>
                  {h.person.name} <span className="note">{t('or.since', { at: h.from.slice(0, 10) })}</span>
                  {write && h.id && <button type="button" className="linkish note" style={{ marginLeft: 6 }} onClick={() => end.mutate({ post: p, holder: h.id ?? '' })}>{t('or.end')}</button>}
                </span>
              ))}
              {past > 0 && <span className="note" title={(p.holders ?? []).filter((h) => h.to && h.to <= today).map((h) => `${h.person.name} ${h.from.slice(0, 10)}–${h.to.slice(0, 10)}`).join('\n')}>{t('or.past', { n: past })}</span>}
              {write && <button type="button" className="linkish" onClick={() => setAssign(p)}>{t('or.addHolder')}</button>}
            </div>
          </div>
        );
      })}
      <ActionError error={end.error} />
      {write && <div style={{ padding: '10px 16px' }}><Button size="small" onClick={() => setAdding(true)}>{t('or.addPost')}</Button></div>}
      {adding && <PostForm unit={unit} region={region} roles={roles.data ?? []} onDone={() => setAdding(false)} />}
      {assign && <HolderForm post={assign} today={today} onDone={() => setAssign(null)} />}
    </>
  );
}

function PostForm({ unit, region, roles, onDone }: { unit: string; region: string; roles: Role[]; onDone: () => void }) {
  const { t, lang } = useT();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [role, setRole] = useState('');
  const [scope, setScope] = useState(region);
  const save = useMutation<unknown, Problem>({
    mutationFn: () => send('POST', '/org/posts', { name, unit, role, scope }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['/org/posts'] });
      onDone();
    },
  });
  const ready = name.trim() !== '' && role !== '' && /^\d{12}$/.test(scope);
  return (
    <Modal open onCancel={onDone} title={t('or.addPost')} footer={null} width={420}>
      <form noValidate onSubmit={(e) => { e.preventDefault(); if (ready) save.mutate(); }}>
        <Field id="post-name" label={t('or.name')}><Input id="post-name" autoFocus value={name} onChange={(e) => setName(e.target.value)} /></Field>
        <Field id="post-role" label={t('or.role')}>
          <Select id="post-role" style={{ width: '100%' }} value={role || undefined} onChange={setRole} options={roles.map((r) => ({ value: r.id, label: lang === 'en' ? r.nameEn : r.name }))} />
        </Field>
        <Field id="post-scope" label={t('or.scope')} help={t('or.scopeHelp')}><Input id="post-scope" value={scope} inputMode="numeric" onChange={(e) => setScope(e.target.value.trim())} /></Field>
        <ActionError error={save.error} />
        <Button type="primary" htmlType="submit" disabled={!ready} loading={save.isPending} style={{ marginTop: 8 }}>{t('do.save')}</Button>
      </form>
    </Modal>
  );
}

function HolderForm({ post, today, onDone }: { post: Post; today: string; onDone: () => void }) {
  const { t } = useT();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [from, setFrom] = useState(today);
  const save = useMutation<unknown, Problem>({
    mutationFn: () => send('POST', `/org/posts/${post.id}/holders`, { personName: name.trim(), from }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['/org/posts'] });
      onDone();
    },
  });
  return (
    <Modal open onCancel={onDone} title={`${post.name} · ${t('or.addHolder')}`} footer={null} width={420}>
      <form noValidate onSubmit={(e) => { e.preventDefault(); if (name.trim()) save.mutate(); }}>
        <Field id="holder-name" label={t('or.person')}><Input id="holder-name" autoFocus value={name} onChange={(e) => setName(e.target.value)} /></Field>
        <Field id="holder-from" label={t('or.from')}><Input id="holder-from" type="date" value={from} onChange={(e) => setFrom(e.target.value)} /></Field>
        <ActionError error={save.error} />
        <Button type="primary" htmlType="submit" disabled={!name.trim() || !from} loading={save.isPending} style={{ marginTop: 8 }}>{t('do.save')}</Button>
      </form>
    </Modal>
  );
}
