import { Button, DatePicker, Input } from 'antd';
import type { Dayjs } from 'dayjs';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { send, type Problem } from '../../api/client';
import { Field } from '../../components/Field';
import { ActionError } from '../../components/States';
import { useT } from '../../i18n';
import { minute } from '../../lib/format';
import { lightTone } from './parts';
import type { ClockView, MatterView, PauseView } from './types';

const chips: Record<ClockView['state'], string> = { running: 'info', paused: 'warn', done: 'done', late: 'danger', void: 'grey' };

/** Every clock with its pauses and extensions, who approved them and why. */
export function ClockTable({ m, onDone }: { m: MatterView; onDone: () => void }) {
  const { t, lang } = useT();
  return (
    <div className="clocks">
      {(m.clocks ?? []).map((c) => (
        <section key={c.id}>
          <h3>{c.name} <span className="note">{[c.term, c.calendar].filter(Boolean).join(' · ')}</span> <span className={`chip ${chips[c.state]}`}>{t(`mc.${c.state}`)}</span></h3>
          <p className="clockline">
            <b className={lightTone[c.light]}>{lang === 'en' ? c.leftEn : c.left}</b>
            <span><span className="note">{t('mc.from')}</span> {minute(c.startedAt, lang)}</span>
            <span><span className="note">{t('mc.to')}</span> {minute(c.dueAt, lang)}</span>
            <span><span className="note">{t('mp.elapsed')}</span> {lang === 'en' ? c.elapsedEn : c.elapsed}</span>
          </p>
          {(c.pauses ?? []).map((p) => <PauseLine key={p.id} m={m} p={p} what="pauses" onDone={onDone} />)}
          {(c.extensions ?? []).map((p) => <PauseLine key={p.id} m={m} p={p} what="extensions" onDone={onDone} />)}
          {(c.state === 'running' || c.state === 'paused') && <Ask m={m} c={c} onDone={onDone} />}
        </section>
      ))}
      {(m.clocks ?? []).length === 0 && <p className="mid">—</p>}
    </div>
  );
}

function PauseLine({ m, p, what, onDone }: { m: MatterView; p: PauseView; what: 'pauses' | 'extensions'; onDone: () => void }) {
  const { t, lang } = useT();
  const [opinion, setOpinion] = useState('');
  const decide = useMutation<unknown, Problem, boolean>({
    mutationFn: (approve) => send('POST', `/matters/${m.id}/${what}/${p.id}/decision`, { approve, opinion: opinion.trim() }),
    onSuccess: onDone,
  });
  return (
    <div className="pauseline">
      <span>{what === 'extensions' ? `+${p.term}` : [minute(p.from, lang), minute(p.to || p.until, lang) || p.condition].filter(Boolean).join(' → ')}</span>
      <span className="wrap-any">{p.reason}</span>
      <span className="note">{p.state === 'asked' ? t('mp.waitingApproval') : [p.approver, p.opinion].filter(Boolean).join('：')}</span>
      {p.state === 'asked' && p.mayDecide !== false && (
        <span className="no-print decide">
          <Input size="small" aria-label={t('mp.opinion')} placeholder={t('mp.opinion')} value={opinion} onChange={(e) => setOpinion(e.target.value)} />
          <Button size="small" type="primary" loading={decide.isPending} onClick={() => decide.mutate(true)}>{t('mp.approve')}</Button>
          <Button size="small" disabled={!opinion.trim()} loading={decide.isPending} onClick={() => decide.mutate(false)}>{t('mp.refuse')}</Button>
        </span>
      )}
      <ActionError error={decide.error} />
    </div>
  );
}

function Ask({ m, c, onDone }: { m: MatterView; c: ClockView; onDone: () => void }) {
  const { t } = useT();
  const [what, setWhat] = useState<'' | 'pauses' | 'extensions'>('');
  const [until, setUntil] = useState<Dayjs | null>(null);
  const [term, setTerm] = useState('');
  const [reason, setReason] = useState('');
  const ask = useMutation<unknown, Problem, void>({
    mutationFn: () => send('POST', `/matters/${m.id}/${what}`, what === 'pauses' ? { clock: c.id, reason: reason.trim(), until: until ? `${until.format('YYYY-MM-DDTHH:mm:00')}+08:00` : '' } : { clock: c.id, reason: reason.trim(), term: term.trim() }),
    onSuccess: () => { setWhat(''); setReason(''); onDone(); },
  });
  if (!what) {
    return (
      <p className="no-print asks">
        <button type="button" className="linkish" onClick={() => setWhat('pauses')}>{t('mp.pauseAsk')}</button>
        <button type="button" className="linkish" onClick={() => setWhat('extensions')}>{t('mp.extendAsk')}</button>
      </p>
    );
  }
  return (
    <div className="form no-print">
      {what === 'pauses'
        ? <Field id="cl-until" label={t('mp.pauseUntil')} error={ask.error?.field('until')}><DatePicker id="cl-until" showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" needConfirm={false} value={until} onChange={(v: Dayjs | null) => setUntil(v)} /></Field>
        : <Field id="cl-term" label={t('mp.extendBy')} help={t('mp.termHelp')} error={ask.error?.field('term')}><Input id="cl-term" value={term} onChange={(e) => setTerm(e.target.value)} /></Field>}
      <Field id="cl-reason" label={t('mp.reason')} error={ask.error?.field('reason')}><Input.TextArea id="cl-reason" rows={2} value={reason} onChange={(e) => setReason(e.target.value)} /></Field>
      <ActionError error={ask.error} />
      <Button type="primary" size="small" disabled={!reason.trim() || (what === 'pauses' ? !until : !term.trim())} loading={ask.isPending} onClick={() => ask.mutate()}>{t('mp.do')}</Button>{' '}
      <Button size="small" onClick={() => setWhat('')}>{t('do.cancel')}</Button>
    </div>
  );
}
