import { Button, Input } from 'antd';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { send, type Problem } from '../../api/client';
import { ActionError } from '../../components/States';
import { useT } from '../../i18n';
import { minute } from '../../lib/format';
import { useParam } from '../../lib/router';
import { EvidenceGrid } from './Evidence';
import type { EventView, MatterView } from './types';

/** What happened, in order; every line is a link of the matter's own hash chain. */
export function Timeline({ m, onDone }: { m: MatterView; onDone: () => void }) {
  const { t, lang } = useT();
  const [order, setOrder] = useParam('order', 'asc');
  const events = order === 'desc' ? [...(m.events ?? [])].reverse() : m.events ?? [];
  const now = m.holder.text && (
    <li key="now" className="tl now">
      <span className="at strong">{t('mp.now')}</span>
      <div><b>{m.holder.text}</b><p>{m.state.name}</p></div>
    </li>
  );
  return (
    <>
      <div className="tl-head no-print"><button type="button" className="linkish" onClick={() => setOrder(order === 'asc' ? 'desc' : 'asc', true)}>{order === 'asc' ? t('mp.asc') : t('mp.desc')}</button></div>
      <ol className="timeline">
        {order === 'desc' && now}
        {events.map((e) => (
          <li key={e.seq} className={`tl ${e.act}`}>
            <time className="at num" dateTime={e.at} title={e.at}>{minute(e.at, lang)}</time>
            <div>
              <b>{who(e)}</b>{e.assigned && <span className="mid"> → {e.assigned}</span>}
              <p className="wrap-any">{e.name}{e.opinion && `：${e.opinion}`}</p>
              {(e.fields ?? []).length > 0 && <p className="note wrap-any">{(e.fields ?? []).map((f) => `${f.name} ${f.text || f.value}`).join('；')}</p>}
              {(e.evidence ?? []).length > 0 && <EvidenceGrid items={e.evidence ?? []} small />}
            </div>
          </li>
        ))}
        {order !== 'desc' && now}
      </ol>
      <AddNote id={m.id} onDone={onDone} />
      <p className="note wrap-any" style={{ marginTop: 12 }}>{t('mp.chain', { hash: m.verify.head })}</p>
    </>
  );
}

function who(e: EventView): string {
  return [e.actor.unit, e.actor.post].filter(Boolean).join(' ') || e.actor.display;
}

function AddNote({ id, onDone }: { id: string; onDone: () => void }) {
  const { t } = useT();
  const [text, setText] = useState('');
  const add = useMutation<unknown, Problem, void>({ mutationFn: () => send('POST', `/matters/${id}/notes`, { text: text.trim() }), onSuccess: () => { setText(''); onDone(); } });
  return (
    <div className="addnote no-print">
      <Input.TextArea aria-label={t('mp.note')} placeholder={t('mp.note')} autoSize={{ minRows: 1, maxRows: 5 }} maxLength={2000} value={text} onChange={(e) => setText(e.target.value)} />
      {text.trim() && <Button size="small" loading={add.isPending} onClick={() => add.mutate()}>{t('do.save')}</Button>}
      <ActionError error={add.error} />
    </div>
  );
}
