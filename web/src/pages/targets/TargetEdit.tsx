import { Button, Input, Modal } from 'antd';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { send, type Problem } from '../../api/client';
import type { TargetItem, Targets } from '../../api/types';
import { Field } from '../../components/Field';
import { ActionError } from '../../components/States';
import { useT } from '../../i18n';

/** Sets one year's target. The edit is refused when somebody else changed it since the form was opened. */
export function TargetEdit({ item, d, name }: { item: TargetItem; d: Targets; name: string }) {
  const { t } = useT();
  const client = useQueryClient();
  const [version, setVersion] = useState<number | null>(null);
  const [value, setValue] = useState('');
  const [source, setSource] = useState('');
  const save = useMutation<unknown, Problem>({
    mutationFn: () => send('PUT', `/air/targets/${d.year}/${item.item}?region=${d.meta.region.code}`, { value, source }, `"v${version}"`),
    onSuccess: async () => {
      setVersion(null);
      await client.invalidateQueries({ queryKey: ['/air/targets'] });
    },
  });
  const open = () => {
    setValue(item.target.value);
    setSource(item.targetSource);
    save.reset();
    setVersion(item.targetVersion);
  };
  const faulty = !/^\d+(\.\d+)?$/.test(value);
  return (
    <>
      <button type="button" className="linkish edit" onClick={open} aria-label={`${t('tg.edit')} ${name}`}>{t('tg.edit')}</button>
      <Modal open={version !== null} onCancel={() => setVersion(null)} title={t('tg.editTitle', { year: d.year, name })} footer={null} width={420} destroyOnHidden>
        <form onSubmit={(e) => { e.preventDefault(); if (!faulty && source) save.mutate(); }}>
          <Field id="target-value" label={`${t('tg.target')} ${item.unit}`} error={value !== '' && faulty ? t('form.number') : ''}>
            <Input id="target-value" value={value} inputMode="decimal" onChange={(e) => setValue(e.target.value.trim())} />
          </Field>
          <Field id="target-source" label={t('tg.editSource')} help={t('tg.editSourceHelp')}>
            <Input id="target-source" value={source} onChange={(e) => setSource(e.target.value)} />
          </Field>
          <ActionError error={save.error} />
          <Button type="primary" htmlType="submit" loading={save.isPending} disabled={faulty || !source} style={{ marginTop: 8 }}>{t('do.save')}</Button>
          {(faulty || !source) && <span className="note" style={{ marginLeft: 8 }}>{t('tg.editWhy')}</span>}
        </form>
      </Modal>
    </>
  );
}
