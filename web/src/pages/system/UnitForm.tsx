import { Button, Input, Modal } from 'antd';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { send, type Problem } from '../../api/client';
import type { Unit } from '../../api/types';
import { Field } from '../../components/Field';
import { ActionError } from '../../components/States';
import { useT } from '../../i18n';

/** Adds or renames a unit. An edit carries the version it started from and is refused when stale. */
export function UnitForm({ unit, region, onDone }: { unit: Unit | null; region: string; onDone: () => void }) {
  const { t } = useT();
  const client = useQueryClient();
  const [name, setName] = useState(unit?.name ?? '');
  const [kind, setKind] = useState(unit?.kind ?? '');
  const [tried, setTried] = useState(false);
  const save = useMutation<unknown, Problem>({
    mutationFn: () =>
      unit ? send('PATCH', `/org/units/${unit.id}`, { name, kind }, `"v${unit.version}"`) : send('POST', '/org/units', { name, kind, region, parent: '' }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['/org/units'] });
      onDone();
    },
  });
  return (
    <Modal open onCancel={onDone} title={unit ? unit.name : t('or.addUnit')} footer={null} width={420}>
      <form noValidate onSubmit={(e) => { e.preventDefault(); setTried(true); if (name.trim()) save.mutate(); }}>
        <Field id="unit-name" label={t('or.name')} error={tried && !name.trim() ? t('or.needName') : save.error?.field('name')}>
          <Input id="unit-name" value={name} autoFocus onChange={(e) => setName(e.target.value)} />
        </Field>
        <Field id="unit-kind" label={t('or.kind')} error={save.error?.field('kind')}>
          <Input id="unit-kind" value={kind} onChange={(e) => setKind(e.target.value)} />
        </Field>
        <ActionError error={save.error} />
        <Button type="primary" htmlType="submit" loading={save.isPending} style={{ marginTop: 8 }}>{t('do.save')}</Button>
      </form>
    </Modal>
  );
}
