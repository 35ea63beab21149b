import { Button, Input } from 'antd';
import { useState, type FormEvent, type ReactNode } from 'react';
import { send, url, type Problem } from '../api/client';
import { useApi } from '../api/hooks';
import type { PublicConfig, Session } from '../api/types';
import { Field } from '../components/Field';
import { Mark } from '../components/icons';
import { ActionError } from '../components/States';
import { useT } from '../i18n';

/** The sheet before the frame: brand, one card. */
export function Gate({ lead, children }: { lead: string; children: ReactNode }) {
  const { t, lang, setLang } = useT();
  return (
    <main className="gate">
      <div className="gate-card">
        <div className="brand"><Mark size={30} />{t('brand')}</div>
        <p className="lead">{lead}</p>
        <div className="card">{children}</div>
        <div className="foot">
          <button type="button" className="linkish" onClick={() => setLang(lang === 'zh' ? 'en' : 'zh')}>{t('account.language')}</button>
        </div>
      </div>
    </main>
  );
}

/** Sign-in. The address stays, so the page asked for opens afterwards. */
export default function Login({ expired, onIn }: { expired: boolean; onIn: (s: Session) => void }) {
  const { t } = useT();
  const config = useApi<PublicConfig>('/config/public');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Problem | null>(null);
  document.title = `${t('login.title')} · ${t('brand')}`;

  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setTried(true);
    if (!name || !password) return;
    setBusy(true);
    setError(null);
    try {
      onIn(await send<Session>('POST', '/session', { name, password }));
    } catch (p) {
      setError(p as Problem);
      setPassword('');
      setTried(false);
    } finally {
      setBusy(false);
    }
  };
  const oidc = config.data?.oidc;
  return (
    <Gate lead={t('login.lead')}>
      <form onSubmit={(e) => void submit(e)} noValidate data-testid="login">
        {expired && <div className="banner warn" style={{ marginBottom: 16 }} role="status">{t('login.expired')}</div>}
        {error && <div style={{ marginBottom: 16 }}><ActionError error={error} /></div>}
        <Field id="name" label={t('login.name')} error={tried && !name ? t('login.needName') : ''}>
          <Input id="name" name="name" autoComplete="username" autoFocus value={name} onChange={(e) => setName(e.target.value.trim())} aria-invalid={tried && !name} />
        </Field>
        <Field id="password" label={t('login.password')} error={tried && !password ? t('login.needPassword') : ''}>
          <Input id="password" name="password" type="password" autoComplete="current-password" value={password} onChange={(e) => setPassword(e.target.value)} aria-invalid={tried && !password} />
        </Field>
        <Button type="primary" htmlType="submit" block loading={busy}>{t('login.submit')}</Button>
        {oidc?.enabled && (
          <Button block style={{ marginTop: 8 }} href={url('/login/oidc', { next: window.location.pathname + window.location.search })}>{t('login.oidc', { name: oidc.name })}</Button>
        )}
      </form>
      {config.data?.demo && <p className="note" style={{ marginTop: 16 }}>{t('login.demo')}</p>}
    </Gate>
  );
}
