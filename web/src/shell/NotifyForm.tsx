import { Button, Checkbox, Input } from 'antd';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { call, type Answer, type Problem } from '../api/client';
import type { NoticeSettings } from '../api/types';
import { Field } from '../components/Field';
import { ActionError, Failed, Waiting } from '../components/States';
import { useT, type Word } from '../i18n';

const key = ['/notices/settings'];

/** How an account wants to be told outside of the system. */
export function NotifyForm() {
  const r = useQuery<Answer<NoticeSettings>, Problem>({ queryKey: key, queryFn: ({ signal }) => call<NoticeSettings>('GET', '/notices/settings', { signal }) });
  if (r.isPending) return <Waiting height={320} />;
  if (r.error) return <Failed error={r.error} retry={() => void r.refetch()} />;
  return <Form first={r.data} />;
}

/** What is wrong with the settings, by field. */
export function settingsFaults(s: NoticeSettings): Partial<Record<keyof NoticeSettings, Word>> {
  const out: Partial<Record<keyof NoticeSettings, Word>> = {};
  if ((s.byEmail || s.digest) && !/^\S+@\S+\.\S+$/.test(s.email)) out.email = 'nt.needEmail';
  if (s.byText && !/^\+?\d[\d -]{5,}$/.test(s.phone)) out.phone = 'nt.needPhone';
  for (const at of ['digestAt', 'quietFrom', 'quietTo'] as const) if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(s[at])) out[at] = 'nt.time';
  return out;
}

function Form({ first }: { first: Answer<NoticeSettings> }) {
  const { t } = useT();
  const client = useQueryClient();
  const [s, setS] = useState(first.data);
  const [tried, setTried] = useState(false);
  const save = useMutation<Answer<NoticeSettings>, Problem, NoticeSettings>({
    mutationFn: (body) => call<NoticeSettings>('PUT', '/notices/settings', { body, ifMatch: first.etag }),
    onSuccess: (answer) => client.setQueryData(key, answer),
  });
  const faults = settingsFaults(s);
  const set = <K extends keyof NoticeSettings>(k: K, v: NoticeSettings[K]) => {
    save.reset();
    setS({ ...s, [k]: v });
  };
  const err = (k: keyof NoticeSettings) => (tried && faults[k] ? t(faults[k]) : (save.error?.field(k) ?? ''));
  const submit = (e: FormEvent) => {
    e.preventDefault();
    setTried(true);
    if (Object.keys(faults).length === 0) save.mutate(s);
  };
  const box = (k: 'byEmail' | 'byText' | 'digest', word: Word) => <div className="field"><Checkbox checked={s[k]} onChange={(e) => set(k, e.target.checked)}>{t(word)}</Checkbox></div>;
  const time = (k: 'digestAt' | 'quietFrom' | 'quietTo', word: Word) => (
    <Field id={k} label={t(word)} error={err(k)}><Input id={k} inputMode="numeric" placeholder="08:00" maxLength={5} style={{ width: 110 }} value={s[k]} onChange={(e) => set(k, e.target.value.trim().replace('：', ':'))} /></Field>
  );
  return (
    <form onSubmit={submit} noValidate data-testid="notify-form">
      <Field id="email" label={t('nt.email')} error={err('email')}><Input id="email" type="email" autoComplete="email" value={s.email} onChange={(e) => set('email', e.target.value.trim())} /></Field>
      {box('byEmail', 'nt.byEmail')}
      {box('digest', 'nt.digest')}
      {s.digest && time('digestAt', 'nt.digestAt')}
      <Field id="phone" label={t('nt.phone')} error={err('phone')}><Input id="phone" type="tel" autoComplete="tel" value={s.phone} onChange={(e) => set('phone', e.target.value.trim())} /></Field>
      {box('byText', 'nt.byText')}
      <div style={{ display: 'flex', gap: 16 }}>{time('quietFrom', 'nt.quietFrom')}{time('quietTo', 'nt.quietTo')}</div>
      <p className="note" style={{ margin: '-8px 0 16px' }}>{t('nt.quietHelp')}</p>
      <ActionError error={save.error} />
      <Button type="primary" htmlType="submit" loading={save.isPending}>{t('do.save')}</Button>
      {save.isSuccess && <span className="done" role="status" style={{ marginLeft: 12 }}>{t('nt.saved')}</span>}
    </form>
  );
}
