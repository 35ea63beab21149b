import { Button, Input, Modal, Radio } from 'antd';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { send, type Problem } from '../../api/client';
import { Field } from '../../components/Field';
import { ActionError } from '../../components/States';
import { useT } from '../../i18n';
import { eldest, mergeBar } from './picks';
import type { Row } from './types';

/** Makes several matters one: the others become void, keep their record and point to it. */
export function MergeModal({ rows, into, onClose, onDone }: { rows: Row[]; into?: string; onClose: () => void; onDone: (into: string) => void }) {
  const { t } = useT();
  const [target, setTarget] = useState(into ?? eldest(rows));
  const [reason, setReason] = useState('');
  const bar = mergeBar(rows);
  const act = useMutation<unknown, Problem, void>({
    mutationFn: () => send('POST', '/matters/merge', { into: target, from: rows.filter((r) => r.id !== target).map((r) => r.id), reason: reason.trim() }),
    onSuccess: () => { onDone(target); onClose(); },
  });
  const ready = bar === '' && target !== '' && reason.trim() !== '';
  return (
    <Modal open onCancel={onClose} title={t('ma.merge')} footer={null} width={520}>
      <form className="form" noValidate data-testid="merge" onSubmit={(e) => { e.preventDefault(); if (ready) act.mutate(); }}>
        <Field id="mg-into" label={t('ma.mergeInto')} help={t('ma.mergeHelp')} error={act.error?.field('into') || act.error?.field('from')}>
          <Radio.Group id="mg-into" className="stacked" value={target} onChange={(e) => setTarget(String(e.target.value))} options={rows.map((r) => ({ value: r.id, label: `${r.number} ${r.title}（${r.state.name}）` }))} />
        </Field>
        <Field id="mg-reason" label={`${t('mp.reason')} ${t('mp.required')}`} error={act.error?.field('reason')}><Input.TextArea id="mg-reason" rows={2} maxLength={2000} value={reason} onChange={(e) => setReason(e.target.value)} /></Field>
        <ActionError error={act.error} />
        <Button type="primary" htmlType="submit" disabled={!ready} loading={act.isPending}>{t('ma.merge')}</Button>
        {!ready && <span className="note" style={{ marginLeft: 8 }}>{bar ? t(`ma.bar.${bar}`) : t('mp.missing')}</span>}
      </form>
    </Modal>
  );
}
