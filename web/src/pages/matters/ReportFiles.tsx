import { useMutation } from '@tanstack/react-query';
import type { Problem } from '../../api/client';
import { Field } from '../../components/Field';
import { Icon } from '../../components/icons';
import { useT } from '../../i18n';
import type { EvidenceRef } from './types';
import { upload } from './upload';

type Need = { kind: string; min: number; name?: string };
type Props = { needs: Need[]; files: EvidenceRef[]; lacks: (kind: string) => string | undefined; onAdd: (f: EvidenceRef) => void; onDrop: (id: string) => void };

/** The evidence that a report needs, sort by sort; photos may always be added. */
export function ReportFiles({ needs, ...rest }: Props) {
  const sorts = needs.some((n) => n.kind === 'photo') ? needs : [{ kind: 'photo', min: 0 }, ...needs];
  return <>{sorts.map((n, i) => <Sort key={n.kind} id={i === 0 ? 'nm-file' : `nm-file-${n.kind}`} need={n} {...rest} />)}</>;
}

function Sort({ id, need, files, lacks, onAdd, onDrop }: Omit<Props, 'needs'> & { id: string; need: Need }) {
  const { t } = useT();
  const pick = useMutation<void, Problem, FileList>({ mutationFn: async (list) => { for (const f of Array.from(list)) onAdd(await upload(f, need.kind, () => undefined)); } });
  return (
    <Field id={id} label={[need.name || t('mp.evidence'), need.min > 0 && t('mp.need', { n: need.min })].filter(Boolean).join(' ')} error={pick.error?.detail || lacks(need.kind)}>
      <label className="filepick"><Icon name="file" size={16} /> {t('mp.take')}<input id={id} type="file" multiple accept={need.kind === 'photo' ? 'image/jpeg,image/png,image/webp' : undefined} onChange={(e) => { if (e.target.files?.length) pick.mutate(e.target.files); e.target.value = ''; }} /></label>
      <ul className="picked">{files.filter((f) => f.kind === need.kind).map((f) => <li key={f.id}>{f.name} <button type="button" className="linkish" aria-label={`${t('do.remove')} ${f.name}`} onClick={() => onDrop(f.id)}>×</button></li>)}</ul>
    </Field>
  );
}
