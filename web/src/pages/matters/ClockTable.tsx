import { Button, Input } from 'antd';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { send, type Problem } from '../../api/client';
import { ActionError } from '../../components/States';
import { useT } from '../../i18n';
import { minute } from '../../lib/format';
import { ClockAsk } from './ClockAsk';
import { pauseText, termText } from './clockWords';
import { lightTone } from './parts';
import type { ClockView, MatterView, PauseView } from './types';

const chips: Record<ClockView['state'], string> = { running: 'info', paused: 'warn', done: 'done', late: 'danger', void: 'grey' };

/** Every clock with its pauses and extensions, who approved them and why. */
export function ClockTable({ m, onDone }: { m: MatterView; onDone: () => void }) {
  const { t, lang } = useT();
  return (
    <div className="clocks">
      {(m.clocks ?? []).map((c) => (
        <section key={c.id} data-clock={c.id}>
          <h3>{c.name} <span className="note">{[c.term, c.calendar].filter(Boolean).join(' · ')}</span> <span className={`chip ${chips[c.state]}`}>{t(`mc.${c.state}`)}</span></h3>
          <p className="clockline">
            <b className={lightTone[c.light]}>{lang === 'en' ? c.leftEn : c.left}</b>
            <span><span className="note">{t('mc.from')}</span> {minute(c.startedAt, lang)}</span>
            <span><span className="note">{t('mc.to')}</span> {minute(c.dueAt, lang)}</span>
            <span><span className="note">{t('mp.elapsed')}</span> {lang === 'en' ? c.elapsedEn : c.elapsed}</span>
          </p>
          {(c.pauses ?? []).map((p) => <RequestLine key={p.id} m={m} p={p} what="pauses" onDone={onDone} />)}
          {(c.extensions ?? []).map((p) => <RequestLine key={p.id} m={m} p={p} what="extensions" onDone={onDone} />)}
          {c.ask && <ClockAsk m={m} clock={c.id} ask={c.ask} onDone={onDone} />}
        </section>
      ))}
      {(m.clocks ?? []).length === 0 && <p className="mid">—</p>}
    </div>
  );
}

/** A pause or an extension. Only who the server says may decide is asked for a word. */
function RequestLine({ m, p, what, onDone }: { m: MatterView; p: PauseView; what: 'pauses' | 'extensions'; onDone: () => void }) {
  const { t, lang } = useT();
  const [opinion, setOpinion] = useState('');
  const decide = useMutation<unknown, Problem, boolean>({
    mutationFn: (approve) => send('POST', `/matters/${m.id}/${what}/${p.id}/decision`, { approve, opinion: opinion.trim() }),
    onSuccess: onDone,
  });
  const end = useMutation<unknown, Problem, void>({
    mutationFn: () => send('POST', `/matters/${m.id}/pauses/${p.id}/end`, { opinion: opinion.trim() }),
    onSuccess: onDone,
  });
  const waits = p.state === 'asked';
  return (
    <div className="pauseline" data-request={p.id}>
      <span>{what === 'extensions' ? `+${termText(p.term, t)}` : pauseText(p, t, lang)}</span>
      <span className="wrap-any">{p.reason}</span>
      <span className="note">{[p.askedBy && t('mp.askedBy', { who: p.askedBy }), waits ? t('mp.waitingApproval') : [p.approver, p.opinion].filter(Boolean).join('：')].filter(Boolean).join('，')}</span>
      {waits && p.mayDecide && (
        <span className="no-print decide">
          <Input size="small" aria-label={t('mp.opinion')} placeholder={t('mp.opinion')} value={opinion} onChange={(e) => setOpinion(e.target.value)} />
          <Button size="small" type="primary" loading={decide.isPending} onClick={() => decide.mutate(true)}>{t('mp.approve')}</Button>
          <Button size="small" disabled={!opinion.trim()} title={opinion.trim() ? undefined : t('mp.refuseWhy')} loading={decide.isPending} onClick={() => decide.mutate(false)}>{t('mp.refuse')}</Button>
        </span>
      )}
      {p.state === 'running' && p.mayEnd && (
        <span className="no-print decide">
          <Input size="small" aria-label={t('mp.opinion')} placeholder={t('mp.opinion')} value={opinion} onChange={(e) => setOpinion(e.target.value)} />
          <Button size="small" loading={end.isPending} onClick={() => end.mutate()}>{t('mp.resume')}</Button>
        </span>
      )}
      <ActionError error={decide.error ?? end.error} />
    </div>
  );
}
