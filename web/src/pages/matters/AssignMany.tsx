import { Button, Input, Modal } from 'antd';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { send, type Problem } from '../../api/client';
import { Field } from '../../components/Field';
import { ActionError } from '../../components/States';
import { useT } from '../../i18n';
import { useMe } from '../../shell/me';
import { AssignPicker, type Assigned } from './AssignPicker';
import { commonRegion, handsOf, type Hand } from './picks';
import type { KindView, Row } from './types';

type Result = { id: string; ok: boolean; message?: string };

/** Hands several matters to one post; each moves by the step of its own kind, or says why not. */
export function AssignMany({ rows, kinds, onClose, onDone }: { rows: Row[]; kinds: KindView[]; onClose: () => void; onDone: (done: string[]) => void }) {
  const { t, either } = useT();
  const me = useMe();
  const [to, setTo] = useState<Assigned>({});
  const [opinion, setOpinion] = useState('');
  const { hands, never, single } = handsOf(rows, kinds);
  const asksWhy = hands.some((h) => h.hand.opinion);
  const n = hands.reduce((sum, h) => sum + h.rows.length, 0);
  const act = useMutation<Result[], Problem, Hand[]>({
    mutationFn: async (list) => {
      const out: Result[] = [];
      for (const h of list) {
        const r = await send<{ items: Result[] | null }>('POST', '/matters/bulk', { ids: h.rows.map((x) => x.id), transition: h.hand.id, assignUnit: to.unit, assignPost: to.post, opinion: opinion.trim() || undefined });
        out.push(...(r.items ?? []));
      }
      return out;
    },
    onSuccess: (list) => { const done = list.filter((x) => x.ok).map((x) => x.id); onDone(done); if (done.length === list.length) onClose(); },
  });
  const failed = (act.data ?? []).filter((x) => !x.ok);
  const name = (id: string) => rows.find((r) => r.id === id)?.number ?? id;
  const missing = n === 0 || !to.post || (asksWhy && !opinion.trim());
  return (
    <Modal open onCancel={onClose} title={t('ma.assignMany')} footer={null} width={520}>
      <form className="form" noValidate data-testid="assignmany" onSubmit={(e) => { e.preventDefault(); if (!missing) act.mutate(hands); }}>
        <ul className="manylist">
          {hands.map((h) => <li key={`${h.hand.id}${h.hand.opinion}`}><b>{either(h.hand.name, h.hand.nameEn)}</b> <span className="note">{t('ma.nOf', { n: h.rows.length })}</span> {h.rows.slice(0, 4).map((r) => r.number).join('、')}{h.rows.length > 4 && ' …'}</li>)}
          {single.length > 0 && <li className="warn">{t('ma.oneByOne', { n: single.length, list: single.slice(0, 3).map((r) => r.number).join('、') })}</li>}
          {never.length > 0 && <li className="warn">{t('ma.notNow', { n: never.length, list: never.slice(0, 3).map((r) => r.number).join('、') })}</li>}
        </ul>
        <Field id="am-to" label={t('mp.assignOwner')} error={act.error?.field('assignPost')}><AssignPicker id="am-to" region={commonRegion(rows.map((r) => r.region.code)) || me.scope.code} value={to} onChange={setTo} /></Field>
        <Field id="am-opinion" label={`${t('mp.opinion')}${asksWhy ? ` ${t('mp.required')}` : ''}`} error={act.error?.field('opinion')}><Input.TextArea id="am-opinion" rows={2} maxLength={2000} value={opinion} onChange={(e) => setOpinion(e.target.value)} /></Field>
        <ActionError error={act.error} />
        {failed.length > 0 && <div className="banner warn" role="alert"><div><b>{t('ma.someFailed', { n: failed.length })}</b>{failed.map((x) => <div key={x.id}>{name(x.id)}：{x.message}</div>)}</div></div>}
        <Button type="primary" htmlType="submit" disabled={missing} loading={act.isPending}>{t('ma.assignN', { n })}</Button>
        {missing && <span className="note" style={{ marginLeft: 8 }}>{n === 0 ? t('ma.noneToAssign') : t('mp.missing')}</span>}
      </form>
    </Modal>
  );
}
