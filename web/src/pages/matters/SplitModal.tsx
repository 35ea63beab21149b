import { Button, Input, Modal, Select } from 'antd';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { send, type Problem } from '../../api/client';
import { useApi } from '../../api/hooks';
import { Field } from '../../components/Field';
import { ActionError } from '../../components/States';
import { useT } from '../../i18n';
import type { KindView, MatterView } from './types';

type Part = { category: string; title: string; description: string };
const empty: Part = { category: '', title: '', description: '' };
const most = 20;

/** Makes a matter of its own of each part; the matter itself stays and is their parent. */
export function SplitModal({ m, onClose, onDone }: { m: MatterView; onClose: () => void; onDone: () => void }) {
  const { t, either } = useT();
  const kinds = useApi<KindView[]>('/matters/kinds');
  const [parts, setParts] = useState<Part[]>([{ ...empty, category: m.category.id }]);
  const cats = (kinds.data?.find((k) => k.id === m.kind.id)?.categories ?? []).map((c) => ({ value: c.id, label: either(c.name, c.nameEn) }));
  const set = (i: number, change: Partial<Part>) => setParts(parts.map((p, j) => (i === j ? { ...p, ...change } : p)));
  const ready = parts.every((p) => p.category !== '' && p.title.trim() !== '');
  const act = useMutation<unknown, Problem, void>({
    mutationFn: () => send('POST', `/matters/${m.id}/split`, { parts: parts.map((p) => ({ category: p.category, title: p.title.trim(), description: p.description.trim() || undefined })) }),
    onSuccess: () => { onDone(); onClose(); },
  });
  return (
    <Modal open onCancel={onClose} title={t('mp.split')} footer={null} width={560}>
      <p className="note" style={{ marginBottom: 8 }}>{t('mp.splitHelp')}</p>
      <form className="form" noValidate data-testid="split" onSubmit={(e) => { e.preventDefault(); if (ready) act.mutate(); }}>
        {parts.map((p, i) => (
          <fieldset key={i} className="part">
            <legend>{t('mp.part', { n: i + 1 })} {parts.length > 1 && <button type="button" className="linkish" aria-label={`${t('do.remove')} ${t('mp.part', { n: i + 1 })}`} onClick={() => setParts(parts.filter((_, j) => j !== i))}>×</button>}</legend>
            <Field id={`sp-cat-${i}`} label={t('ma.category')} error={act.error?.field(`parts[${i}].category`)}><Select id={`sp-cat-${i}`} showSearch optionFilterProp="label" style={{ width: '100%' }} value={p.category || undefined} onChange={(category: string) => set(i, { category })} options={cats} /></Field>
            <Field id={`sp-title-${i}`} label={`${t('nm.title2')} ${t('mp.required')}`} error={act.error?.field(`parts[${i}].title`)}><Input id={`sp-title-${i}`} maxLength={120} value={p.title} onChange={(e) => set(i, { title: e.target.value })} /></Field>
            <Field id={`sp-desc-${i}`} label={t('nm.description')}><Input.TextArea id={`sp-desc-${i}`} rows={2} maxLength={4000} value={p.description} onChange={(e) => set(i, { description: e.target.value })} /></Field>
          </fieldset>
        ))}
        {parts.length < most && <p className="asks"><button type="button" className="linkish" onClick={() => setParts([...parts, { ...empty, category: m.category.id }])}>{t('mp.addPart')}</button></p>}
        <ActionError error={act.error} />
        <Button type="primary" htmlType="submit" disabled={!ready} loading={act.isPending}>{t('mp.splitN', { n: parts.length })}</Button>
        {!ready && <span className="note" style={{ marginLeft: 8 }}>{t('mp.missing')}</span>}
      </form>
    </Modal>
  );
}
