import { Button, Input, Modal, Select } from 'antd';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { send, type Problem } from '../../api/client';
import { useApi } from '../../api/hooks';
import type { Page, Post } from '../../api/types';
import { Field } from '../../components/Field';
import { ActionError } from '../../components/States';
import { useT } from '../../i18n';

const goodName = /^[a-z0-9][a-z0-9.-]{2,31}$/;

export function AccountForm({ onDone, onCreated }: { onDone: () => void; onCreated: (name: string, password: string) => void }) {
  const { t } = useT();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [display, setDisplay] = useState('');
  const [postId, setPostId] = useState('');
  const [tried, setTried] = useState(false);
  const posts = useApi<Page<Post>>('/org/posts');
  const save = useMutation<{ initialPassword: string }, Problem>({
    mutationFn: () => send('POST', '/org/accounts', { name, displayName: display.trim(), postId: postId || undefined }),
    onSuccess: async (answer) => {
      await client.invalidateQueries({ queryKey: ['/org/accounts'] });
      onCreated(name, answer.initialPassword);
    },
  });
  const ok = goodName.test(name) && display.trim() !== '';
  return (
    <Modal open onCancel={onDone} title={t('ac.add')} footer={null} width={420}>
      <form noValidate data-testid="account-form" onSubmit={(e) => { e.preventDefault(); setTried(true); if (ok) save.mutate(); }}>
        <Field id="account-name" label={t('ac.name')} help={t('ac.nameHelp')} error={(tried && !goodName.test(name) ? t('ac.nameBad') : '') || save.error?.field('name')}>
          <Input id="account-name" autoFocus autoComplete="off" value={name} onChange={(e) => setName(e.target.value.trim())} />
        </Field>
        <Field id="account-display" label={t('ac.display')} error={tried && !display.trim() ? t('or.needName') : ''}>
          <Input id="account-display" autoComplete="off" value={display} onChange={(e) => setDisplay(e.target.value)} />
        </Field>
        <Field id="account-post" label={t('or.post')}>
          <Select id="account-post" style={{ width: '100%' }} showSearch={{ optionFilterProp: 'label' }} value={postId || undefined} onChange={setPostId} options={(posts.data?.items ?? []).map((p) => ({ value: p.id, label: p.name }))} />
        </Field>
        <ActionError error={save.error} />
        <Button type="primary" htmlType="submit" loading={save.isPending} style={{ marginTop: 8 }}>{t('do.save')}</Button>
      </form>
    </Modal>
  );
}

/** The first password, shown once. */
export function InitialPassword({ name, password, onClose }: { name: string; password: string; onClose: () => void }) {
  const { t } = useT();
  return (
    <div className="banner done" role="status" data-testid="initial-password">
      <div style={{ flex: 1 }}>
        {t('ac.password')} <b>{name}</b> <span className="mono" style={{ fontSize: 15, userSelect: 'all' }}>{password}</span>
        <div className="note">{t('ac.passwordNote')}</div>
      </div>
      <button type="button" className="linkish" onClick={onClose}>{t('do.close')}</button>
    </div>
  );
}
