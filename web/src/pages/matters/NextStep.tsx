import { Button, Input, Radio, Select, Switch } from 'antd';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { send, type Problem } from '../../api/client';
import { Card } from '../../components/Card';
import { Field } from '../../components/Field';
import { Icon } from '../../components/icons';
import { ActionError } from '../../components/States';
import { useT } from '../../i18n';
import { AssignPicker, type Assigned } from './AssignPicker';
import type { EvidenceRef, KindField, MatterView, MoveDef } from './types';
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
  const need = { fields: move.need.fields ?? [], evidence: move.need.evidence ?? [] };
  const act = useMutation<unknown, Problem, void>({
    mutationFn: () => send('POST', `/matters/${m.id}/moves`, { transition: move.id, fields, evidence: files.map((f) => f.id), opinion: opinion.trim(), assignUnit: assigned.unit, assignPost: assigned.post }, etag),
    onSuccess: onDone,
    onError: (e) => { if (e.status === 409 || e.status === 412) onDone(); },
  });
  const missing = need.evidence.some((n) => files.filter((f) => f.kind === n.kind).length < n.min) || (move.need.opinion && !opinion.trim()) || need.fields.some((f) => !fields[f.id]) || (move.assigns !== '' && !assigned.unit && !assigned.post);
  return (
    <form onSubmit={(e) => { e.preventDefault(); if (!missing) act.mutate(); }} data-testid="next" noValidate>
      {need.fields.map((f) => <FieldOf key={f.id} f={f} value={fields[f.id] ?? ''} error={act.error?.field(`fields.${f.id}`)} onChange={(v) => setFields({ ...fields, [f.id]: v })} />)}
      {move.assigns && <Field id="mv-assign" label={move.assigns === 'checker' ? t('mp.assignChecker') : t('mp.assignOwner')}><AssignPicker region={m.region.code} value={assigned} onChange={setAssigned} /></Field>}
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

function FieldOf({ f, value, error, onChange }: { f: KindField; value: string; error: string | undefined; onChange: (v: string) => void }) {
  const { t } = useT();
  const id = `mv-${f.id}`;
  const label = [f.name, f.unit].filter(Boolean).join(' ');
  const choices = f.choices ?? [];
  return (
    <Field id={id} label={`${label} ${t('mp.required')}`} error={error}>
      {f.type === 'choice' && choices.length <= 4 ? <Radio.Group id={id} value={value} onChange={(e) => onChange(String(e.target.value))} options={choices.map((c) => ({ value: c.id, label: c.name }))} />
        : f.type === 'choice' ? <Select id={id} style={{ width: '100%' }} value={value || undefined} onChange={onChange} options={choices.map((c) => ({ value: c.id, label: c.name }))} />
          : f.type === 'bool' ? <Switch id={id} checked={value === 'true'} onChange={(on) => onChange(on ? 'true' : 'false')} />
            : f.type === 'longtext' ? <Input.TextArea id={id} rows={3} value={value} onChange={(e) => onChange(e.target.value)} />
              : <Input id={id} type={f.type === 'day' ? 'date' : f.type === 'time' ? 'datetime-local' : 'text'} inputMode={f.type === 'number' ? 'decimal' : undefined} value={value} onChange={(e) => onChange(e.target.value)} />}
    </Field>
  );
}

function Files({ need, files, onAdd, onDrop }: { need: { kind: string; min: number; name?: string }; files: EvidenceRef[]; onAdd: (f: EvidenceRef) => void; onDrop: (id: string) => void }) {
  const { t } = useT();
  const [share, setShare] = useState<number | null>(null);
  const add = useMutation<void, Problem, FileList>({
    mutationFn: async (list) => {
      for (const f of Array.from(list)) {
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
        <input id={`mv-file-${need.kind}`} type="file" multiple accept={need.kind === 'photo' ? 'image/jpeg,image/png,image/webp' : undefined} onChange={(e) => { if (e.target.files?.length) add.mutate(e.target.files); e.target.value = ''; }} />
      </label>
      <ul className="picked">{files.map((f) => <li key={f.id}>{f.name} <button type="button" className="linkish" aria-label={`${t('do.clear')} ${f.name}`} onClick={() => onDrop(f.id)}>×</button>{(f.marks ?? []).map((k) => <span key={k.code} className="note warn"> {k.message}</span>)}</li>)}</ul>
    </Field>
  );
}
