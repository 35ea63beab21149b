import { Button, Input, Radio } from 'antd';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { send, type Problem } from '../../api/client';
import { Field } from '../../components/Field';
import { ActionError } from '../../components/States';
import { useT } from '../../i18n';
import { day, rfc3339 } from '../../lib/format';
import { useNow } from '../../shell/clock';
import { askCall, askReady, nothingAsked, waysOf, type Asked } from './ask';
import type { AskView, MatterView } from './types';

/** Asks that a clock stand still, until a day or until a condition that is reviewed, or run longer. */
export function ClockAsk({ m, clock, ask, onDone }: { m: MatterView; clock: string; ask: AskView; onDone: () => void }) {
  const { t, lang, either } = useT();
  const ways = waysOf(ask);
  const pauses = ways.filter((w) => w !== 'longer');
  const [a, setA] = useState<Asked | null>(null);
  const tomorrow = rfc3339(useNow(60_000) + 86_400_000).slice(0, 10);
  const act = useMutation<unknown, Problem, Asked>({
    mutationFn: (x) => { const { path, body } = askCall(x, clock, ask.unit); return send('POST', `/matters/${m.id}/${path}`, body); },
    onSuccess: () => { setA(null); onDone(); },
  });
  if (!a) {
    return (
      <p className="no-print asks">
        {pauses[0] && <button type="button" className="linkish" onClick={() => setA({ ...nothingAsked, how: pauses[0]! })}>{t('mp.pauseAsk')}</button>}
        {ask.most > 0 && <button type="button" className="linkish" onClick={() => setA({ ...nothingAsked, how: 'longer' })}>{t('mp.extendAsk')}</button>}
      </p>
    );
  }
  const set = (change: Partial<Asked>) => setA({ ...a, ...change });
  const ready = askReady(a, ask);
  return (
    <form className="form no-print" data-testid="clockask" noValidate onSubmit={(e) => { e.preventDefault(); if (ready) act.mutate(a); }}>
      {a.how !== 'longer' && pauses.length > 1 && (
        <Field id="cl-how" label={t('mp.pauseHow')}>
          <Radio.Group id="cl-how" value={a.how} onChange={(e) => set({ how: e.target.value as Asked['how'] })} options={[{ value: 'until', label: t('mp.pauseFixed') }, { value: 'condition', label: t('mp.pauseCondition') }]} />
        </Field>
      )}
      {a.how === 'until' && <Field id="cl-until" label={t('mp.pauseUntil')} help={t('mp.pauseUntilHelp', { day: day(ask.until, lang) })} error={act.error?.field('until')}><Input id="cl-until" type="date" min={tomorrow} max={ask.until} value={a.until} onChange={(e) => set({ until: e.target.value })} /></Field>}
      {a.how === 'condition' && (
        <>
          <Field id="cl-condition" label={t('mp.pauseWhen')} help={t('mp.pauseWhenHelp')} error={act.error?.field('condition')}><Input id="cl-condition" maxLength={200} value={a.condition} onChange={(e) => set({ condition: e.target.value })} /></Field>
          <Field id="cl-review" label={t('mp.reviewBy')} help={t('mp.reviewByHelp', { day: day(ask.reviewBy, lang) })} error={act.error?.field('reviewBy')}><Input id="cl-review" type="date" min={tomorrow} max={ask.reviewBy} value={a.reviewBy} onChange={(e) => set({ reviewBy: e.target.value })} /></Field>
        </>
      )}
      {a.how === 'longer' && <Field id="cl-term" label={t('mp.extendBy')} help={t('mp.extendHelp', { most: either(ask.mostText, ask.mostEn) })} error={act.error?.field('term')}><Input id="cl-term" inputMode="numeric" suffix={t(`mu.${ask.unit as 'wd'}`)} value={a.more} onChange={(e) => set({ more: e.target.value.trim() })} /></Field>}
      <Field id="cl-reason" label={t('mp.reason')} error={act.error?.field('reason')}><Input.TextArea id="cl-reason" rows={2} maxLength={2000} value={a.reason} onChange={(e) => set({ reason: e.target.value })} /></Field>
      <ActionError error={act.error} />
      <Button type="primary" size="small" htmlType="submit" disabled={!ready} loading={act.isPending}>{t('mp.do')}</Button>{' '}
      <Button size="small" onClick={() => setA(null)}>{t('do.cancel')}</Button>
      {!ready && <span className="note" style={{ marginLeft: 8 }}>{t('mp.askMissing')}</span>}
    </form>
  );
}
