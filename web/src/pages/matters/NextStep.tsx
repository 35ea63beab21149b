import { Button, DatePicker, Input } from 'antd';
import type { Dayjs } from 'dayjs';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { send, type Problem } from '../../api/client';
import { Card } from '../../components/Card';
import { Field } from '../../components/Field';
import { Icon } from '../../components/icons';
import { ActionError } from '../../components/States';
import { useT } from '../../i18n';
import { AssignPicker, type Assigned } from './AssignPicker';
import { filled } from './form';
import { KindFieldInput } from './KindField';
import type { EvidenceRef, MatterView, MoveDef } from './types';
import { upload } from './upload';

/** What may be done now, with what it needs; what may not be done says why. */
export function NextStep({ m, etag, onDone }: { m: MatterView; etag: string; onDone: () => void }) {
  const { t, lang } = useT();
  const moves = m.moves ?? [];
  const allowed = moves.filter((x) => x.allowed);
  const refused = moves.filter((x) => !x.allowed && x.refusal);
  const [chosen, setChosen] = useState('');
  const move = allowed.find((x) => x.id === chosen) ?? allowed[0];
  return (
    <Card title={t('mp.next')}>
      {allowed.length === 0 && <p className="mid">{t('mp.noMoves')}</p>}
      {allowed.length > 1 && (
        <div role="group" aria-label={t('mp.choose')} className="movechips">
          {allowed.map((x) => <button key={x.id} type="button" className="fchip" aria-pressed={x.id === move?.id} onClick={() => setChosen(x.id)}>{lang === 'en' && x.nameEn ? x.nameEn : x.name}</button>)}
        </div>
      )}
      {move && <MoveForm key={move.id} m={m} move={move} etag={etag} onDone={onDone} />}
      {refused.length > 0 && (
        <div className="banner warn refusals">
          <Icon name="alert" size={16} />
          <div>
            <b>{t('mp.why')}</b>
            {dedupe(refused).map((x) => <div key={x.id}>{x.name}：{lang === 'en' && x.refusal?.messageEn ? x.refusal.messageEn : x.refusal?.message}</div>)}
          </div>
        </div>
      )}
    </Card>
  );
}

function dedupe(list: MoveDef[]): MoveDef[] {
  return list.filter((x, i) => list.findIndex((y) => y.name === x.name && y.refusal?.message === x.refusal?.message) === i).slice(0, 6);
}

function MoveForm({ m, move, etag, onDone }: { m: MatterView; move: MoveDef; etag: string; onDone: () => void }) {
  const { t } = useT();
  const [fields, setFields] = useState<Record<string, string>>({});
  const [opinion, setOpinion] = useState('');
  const [files, setFiles] = useState<EvidenceRef[]>([]);
  const [assigned, setAssigned] = useState<Assigned>({});
  const [due, setDue] = useState<Dayjs | null>(null);
  const need = { fields: move.need.fields ?? [], optional: move.need.optional ?? [], evidence: move.need.evidence ?? [] };
  const act = useMutation<unknown, Problem, void>({
    mutationFn: () => send('POST', `/matters/${m.id}/moves`, { transition: move.id, fields: filled(fields), evidence: files.map((f) => f.id), opinion: opinion.trim(), assignUnit: assigned.unit, assignPost: assigned.post, due: move.due && due ? `${due.format('YYYY-MM-DDTHH:mm')}:00+08:00` : undefined }, etag),
    onSuccess: onDone,
    onError: (e) => { if (e.status === 409 || e.status === 412) onDone(); },
  });
  const missing = need.evidence.some((n) => files.filter((f) => f.kind === n.kind).length < n.min) || (move.need.opinion && !opinion.trim()) || need.fields.some((f) => !fields[f.id]) || (move.assigns !== '' && !assigned.unit && !assigned.post);
  return (
    <form onSubmit={(e) => { e.preventDefault(); if (!missing) act.mutate(); }} data-testid="next" noValidate>
      {[...need.fields, ...need.optional].map((f, i) => <KindFieldInput key={f.id} id={`mv-${f.id}`} f={f} required={i < need.fields.length} region={m.region.code} value={fields[f.id] ?? ''} error={act.error?.field(`fields.${f.id}`)} onChange={(v) => setFields({ ...fields, [f.id]: v })} />)}
      {move.assigns && <Field id="mv-assign" label={move.assigns === 'checker' ? t('mp.assignChecker') : t('mp.assignOwner')}><AssignPicker region={m.region.code} value={assigned} onChange={setAssigned} /></Field>}
      {move.due && <Field id="mv-due" label={t('mp.dueBy')} help={t('mp.dueByHelp')} error={act.error?.field('due')}><DatePicker id="mv-due" style={{ width: '100%' }} showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" needConfirm={false} value={due} onChange={(v: Dayjs | null) => setDue(v)} /></Field>}
      {need.evidence.map((n) => <Files key={n.kind} need={n} files={files.filter((f) => f.kind === n.kind)} onAdd={(f) => setFiles((old) => [...old, f])} onDrop={(id) => setFiles((old) => old.filter((f) => f.id !== id))} />)}
      <Field id="mv-opinion" label={`${t('mp.opinion')}${move.need.opinion ? ` ${t('mp.required')}` : ''}`} error={act.error?.field('opinion')}>
        <Input.TextArea id="mv-opinion" rows={2} maxLength={2000} value={opinion} onChange={(e) => setOpinion(e.target.value)} />
      </Field>
      {move.consequence && <p className="note" style={{ marginBottom: 8 }}>{t('mp.consequence')}：{move.consequence}</p>}
      {act.error && (act.error.status === 409 || act.error.status === 412) ? <div className="banner warn" role="alert"><div><b>{act.error.detail}</b><div>{t('mp.stale')}</div></div></div> : <ActionError error={act.error} />}
      <Button type="primary" htmlType="submit" disabled={missing} loading={act.isPending} style={{ marginTop: 8 }}>{move.name}</Button>
      {missing && <span className="note" style={{ marginLeft: 8 }}>{t('mp.missing')}</span>}
    </form>
  );
}

function Files({ need, files, onAdd, onDrop }: { need: { kind: string; min: number; name?: string }; files: EvidenceRef[]; onAdd: (f: EvidenceRef) => void; onDrop: (id: string) => void }) {
  const { t } = useT();
  const [share, setShare] = useState<number | null>(null);
  const add = useMutation<void, Problem, File[]>({
    mutationFn: async (list) => {
      for (const f of list) {
        setShare(0);
        onAdd(await upload(f, need.kind, setShare));
      }
    },
    onSettled: () => setShare(null),
  });
  return (
    <Field id={`mv-file-${need.kind}`} label={`${need.name || t('mp.evidence')} ${t('mp.need', { n: need.min })}`} error={add.error?.detail}>
      <label className="filepick">
        <Icon name="file" size={16} /> {share === null ? t('mp.take') : `${Math.round(share * 100)}%`}
        <input id={`mv-file-${need.kind}`} type="file" multiple accept={need.kind === 'photo' ? 'image/jpeg,image/png,image/webp' : undefined} onChange={(e) => { add.mutate(Array.from(e.target.files ?? [])); e.target.value = ''; /* empties the browser's own list */ }} />
      </label>
      <ul className="picked">{files.map((f) => <li key={f.id}>{f.name} <button type="button" className="linkish" aria-label={`${t('do.remove')} ${f.name}`} onClick={() => onDrop(f.id)}>×</button>{(f.marks ?? []).map((k) => <span key={k.code} className="note warn"> {k.message}</span>)}</li>)}</ul>
    </Field>
  );
}
