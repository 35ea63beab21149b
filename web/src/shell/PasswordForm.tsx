import { Button, Input } from 'antd';
import { useState, type FormEvent } from 'react';
import { send, type Problem } from '../api/client';
import { Field } from '../components/Field';
import { ActionError } from '../components/States';
import { useT } from '../i18n';

const MIN = 12;

/** What is wrong with a new password, as a reason key; '' when nothing is. The server has the last word. */
export function passwordFault(old: string, next: string, again: string): '' | 'short' | 'same' | 'differ' {
  if ([...next].length < MIN) return 'short';
  if (next === old) return 'same';
  if (next !== again) return 'differ';
  return '';
}

export function PasswordForm({ onDone }: { onDone: () => void }) {
  const { t } = useT();
  const [old, setOld] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Problem | null>(null);
  const fault = tried ? passwordFault(old, next, again) : '';
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setTried(true);
    if (passwordFault(old, next, again)) return;
    setBusy(true);
    setError(null);
    try {
      await send('POST', '/session/password', { old, new: next });
      onDone();
    } catch (p) {
      setError(p as Problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(e) => void submit(e)} noValidate data-testid="password-form">
      {error && <div style={{ marginBottom: 16 }}><ActionError error={error} /></div>}
      <Field id="old" label={t('password.old')}>
        <Input id="old" name="old" type="password" autoComplete="current-password" autoFocus value={old} onChange={(e) => setOld(e.target.value)} />
      </Field>
      <Field id="new" label={t('password.new')} help={t('password.help')} error={fault === 'short' ? t('password.short', { n: MIN - [...next].length }) : fault === 'same' ? t('password.same') : ''}>
        <Input id="new" name="new" type="password" autoComplete="new-password" value={next} onChange={(e) => setNext(e.target.value)} />
      </Field>
      <Field id="again" label={t('password.again')} error={fault === 'differ' ? t('password.differ') : ''}>
        <Input id="again" name="again" type="password" autoComplete="new-password" value={again} onChange={(e) => setAgain(e.target.value)} />
      </Field>
      <Button type="primary" htmlType="submit" block loading={busy}>{t('password.save')}</Button>
    </form>
  );
}
