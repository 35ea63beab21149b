import { Button, Dropdown, Input, Popover } from 'antd';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call, send, type Problem } from '../../api/client';
import { useApi } from '../../api/hooks';
import { ActionError } from '../../components/States';
import { useT } from '../../i18n';
import { carry, navigate, useLocation } from '../../lib/router';
import { deskAddress } from './query';

type Saved = { id: string; name: string; query: string };

/** An account's own questions, kept on the server. */
export function SavedViews() {
  const { t } = useT();
  const { search } = useLocation();
  const [name, setName] = useState('');
  const r = useApi<{ items: Saved[] }>('/matters/views');
  const done = () => { setName(''); void r.refetch(); };
  const save = useMutation<unknown, Problem, void>({ mutationFn: () => send('POST', '/matters/views', { name: name.trim(), query: deskAddress(search) }), onSuccess: done });
  const drop = useMutation<unknown, Problem, string>({ mutationFn: (id) => call('DELETE', '/matters/views', { query: { id } }), onSuccess: done });
  const items = r.data?.items ?? [];
  return (
    <div className="desk-views">
      {items.length > 0 && (
        <Dropdown
          trigger={['click']}
          menu={{
            items: items.map((v) => ({ key: v.id, label: <span className="saved"><span>{v.name}</span><button type="button" className="linkish danger" aria-label={`${t('do.remove')} ${v.name}`} onClick={(e) => { e.stopPropagation(); drop.mutate(v.id); }}>×</button></span> })),
            onClick: ({ key }) => { const v = items.find((x) => x.id === key); if (v) navigate(carry(`/matters?${v.query}`, search)); },
          }}
        >
          <button type="button" className="linkish">{t('ma.views')} {items.length}</button>
        </Dropdown>
      )}
      <ActionError error={drop.error} />
      <Popover
        trigger="click"
        placement="bottomRight"
        content={
          <div style={{ width: 220 }}>
            <Input aria-label={t('ma.viewName')} placeholder={t('ma.viewName')} value={name} maxLength={30} onChange={(e) => setName(e.target.value)} />
            <ActionError error={save.error} />
            <Button style={{ marginTop: 8 }} size="small" type="primary" disabled={!name.trim()} loading={save.isPending} onClick={() => save.mutate()}>{t('do.save')}</Button>
          </div>
        }
      >
        <button type="button" className="linkish">{t('ma.saveView')}</button>
      </Popover>
    </div>
  );
}
