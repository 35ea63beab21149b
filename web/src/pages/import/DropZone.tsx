import { Select } from 'antd';
import { useMutation } from '@tanstack/react-query';
import { useRef, useState, type DragEvent } from 'react';
import { call, type Problem } from '../../api/client';
import { useApi } from '../../api/hooks';
import type { ImportKind } from '../../api/types';
import { ActionError } from '../../components/States';
import { useT } from '../../i18n';

/** Takes one file and starts its dry run. */
export function DropZone({ onUploaded }: { onUploaded: (id: string) => void }) {
  const { t } = useT();
  const [over, setOver] = useState(false);
  const [kind, setKind] = useState('auto');
  const input = useRef<HTMLInputElement>(null);
  const kinds = useApi<ImportKind[]>('/imports/kinds');
  const up = useMutation<string, Problem, File>({
    mutationFn: async (file) => {
      const form = new FormData();
      form.append('kind', kind);
      form.append('file', file, file.name);
      return (await call<{ id: string }>('POST', '/imports', { query: { dryRun: true }, form })).data.id;
    },
    onSuccess: onUploaded,
  });
  const take = (files: FileList | null | undefined) => {
    const file = files?.[0];
    if (file) up.mutate(file);
  };
  const drop = (e: DragEvent) => {
    e.preventDefault();
    setOver(false);
    take(e.dataTransfer.files);
  };
  return (
    <>
      <div className={over ? 'drop over' : 'drop'} onDragOver={(e) => { e.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={drop} data-testid="drop">
        <div>
          {up.isPending ? t('im.uploading', { file: up.variables?.name ?? '' }) : <>{t('im.drop')} <button type="button" className="linkish" onClick={() => input.current?.click()}>{t('im.choose')}</button></>}
        </div>
        <p className="note">{t('im.formats')}</p>
        <div style={{ marginTop: 12, display: 'inline-flex', gap: 8, alignItems: 'center' }}>
          <label className="note" htmlFor="im-kind">{t('im.kind')}</label>
          <Select id="im-kind" value={kind} onChange={setKind} style={{ width: 220, textAlign: 'left' }} options={[{ value: 'auto', label: t('im.auto') }, ...(kinds.data ?? []).map((k) => ({ value: k.kind, label: k.name }))]} />
        </div>
        <input ref={input} type="file" className="sr-only" accept=".csv,.gz,.txt,.tsv" aria-label={t('im.choose')} tabIndex={-1} onChange={(e) => { take(e.target.files); e.target.value = ''; }} />
      </div>
      <ActionError error={up.error} />
    </>
  );
}
