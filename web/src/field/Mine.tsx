import { useState, type FormEvent } from 'react';
import { bytes } from '../lib/format';
import type { PublicConfig, Session } from '../api/types';
import type { Problem } from '../api/client';
import { hrefOf, whereAndWho } from './Home';
import { login, logout } from './door';
import { Head, Icon, itemIcon, ItemNote, Line, Section, sizeOf, tileIcon, useEngine, useItemState, useNow, useSnap, Warnings } from './parts';
import { owed, waiting } from './machine';
import { back, go } from './route';
import { when } from './time';
import type { Item } from './types';
import { useT } from './words';

/** 我报过的: the receipts of this phone, then the record's. */
export function Mine() {
  const { t, lang } = useT();
  const { start, items } = useSnap();
  const words = useItemState();
  const now = useNow();
  if (!start) return null;
  const here = items.filter((i) => i.account === start.me.id).sort((a, b) => b.madeAt.localeCompare(a.madeAt) || b.order - a.order);
  const known = new Set(here.map((i) => i.receipt?.id));
  const earlier = start.mine.filter((r) => !known.has(r.id));
  const stateNow = (i: Item) => start.mine.find((r) => r.id === i.receipt?.id)?.state.name;
  return (
    <div className="page">
      <Head title={t('myReports')} />
      <main>
        <Warnings />
        {here.length === 0 && earlier.length === 0 && <p className="card empty">{t('reportsNone')}</p>}
        {here.length > 0 && (
          <ul className="card" data-testid="mine">
            {here.map((i) => <Line key={i.id} icon={itemIcon(i)} tone={i.state === 'conflict' || i.state === 'refused' ? 'danger' : 'plain'} title={[i.title, i.place].filter(Boolean).join(' · ')} sub={<ItemNote item={i} />} foot={[words(i), stateNow(i)].filter(Boolean).join(' · ')} onOpen={() => go(hrefOf(i))} testid={`item-${i.state}`} />)}
          </ul>
        )}
        {earlier.length > 0 && (
          <Section title={t('earlier')}>
            <ul className="card">
              {earlier.map((r) => <li key={r.id} className="flat"><span className="badge"><Icon name={tileIcon(r.category.id)} /></span><span className="text"><b>{r.title}</b><span className="sub">{when(r.openedAt, now, lang)} · {r.number}</span><span className="foot">{r.state.name}</span></span></li>)}
            </ul>
          </Section>
        )}
      </main>
    </div>
  );
}

/** 我的: account, language, what lies in the phone, sign out. */
export function Me() {
  const { t, lang, setLang } = useT();
  const engine = useEngine();
  const { start, items } = useSnap();
  const [sure, setSure] = useState(false);
  if (!start) return null;
  const unsent = items.filter((i) => i.account === start.me.id && (waiting(i) || owed(i)));
  const out = async () => {
    if (unsent.length > 0 && !sure) return setSure(true);
    await logout().catch(() => undefined);
    await engine.forget();
    go('', true);
  };
  return (
    <div className="page">
      <Head title={t('settings')} />
      <main>
        <Warnings />
        <section className="card who-card"><b>{start.me.displayName}</b><p className="note">{start.me.name}</p><p>{whereAndWho(start)}</p></section>
        <section className="card plain"><p>{t('storage')}<b>{bytes(items.filter((i) => i.state !== 'done').reduce((n, i) => n + sizeOf(i), 0))}</b></p></section>
        {!window.isSecureContext && <p className="banner warn">{t('noOffline')}</p>}
        <button type="button" className="secondary wide" onClick={() => setLang(lang === 'zh' ? 'en' : 'zh')}>{t('language')}</button>
        {sure && <p className="banner warn" role="alert">{t('logoutKeep', { n: unsent.length })}</p>}
        <button type="button" className="secondary wide" onClick={() => void out()}>{t('logout')}</button>
      </main>
    </div>
  );
}

/** Sign-in in the style of the field; the queue stays whatever happens here. */
export function Login({ config }: { config: PublicConfig | null }) {
  const { t, lang, setLang } = useT();
  const engine = useEngine();
  const { start, online } = useSnap();
  const [name, setName] = useState(start?.me.name ?? '');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Problem | null>(null);
  const [mustChange, setMustChange] = useState(false);
  const unsent = engine.unsent();
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    if (!name || !password) return;
    setBusy(true);
    setError(null);
    try {
      const s = await login<Session>(name, password);
      if (s.mustChangePassword) return setMustChange(true);
      const failed = await engine.refresh();
      if (failed) return setError(failed);
      void engine.kick(true);
      go('', true);
    } catch (p) {
      setError(p as Problem);
      setPassword('');
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="page gate">
      <main>
        {start && <button type="button" className="back lone" aria-label={t('back')} onClick={back}><Icon name="left" size={28} /></button>}
        <p className="brand"><img src="/mark.svg" alt="" width="40" height="40" />青山 · {t('field')}{config?.demo && <span className="chip">{t('demo')}</span>}</p>
        <p className="note">{t('loginLead')}</p>
        {unsent > 0 && <p className="banner warn">{t('loginExpired', { n: unsent })}</p>}
        {!online && <p className="banner warn">{t('noNet')}</p>}
        {mustChange && <p className="banner warn">{t('mustChange')} <a href="/">{t('openOffice')}</a></p>}
        {error && <p className="banner danger" role="alert">{error.unreachable ? t('noNet') : error.message}{error.requestId && <span className="note"> {t('requestId', { id: error.requestId })}</span>}</p>}
        <form onSubmit={(e) => void submit(e)} data-testid="login">
          <label className="field">{t('account')}<input id="name" className="line-input" autoComplete="username" autoCapitalize="off" value={name} onChange={(e) => setName(e.target.value.trim())} /></label>
          <label className="field">{t('password')}<input id="password" className="line-input" type="password" autoComplete="current-password" value={password} onChange={(e) => setPassword(e.target.value)} /></label>
          <button type="submit" className="primary" disabled={busy || !name || !password}>{t('login')}</button>
        </form>
        {config?.oidc.enabled && <a className="secondary wide button" href="/api/v1/login/oidc?next=/field">{config.oidc.name}</a>}
        <button type="button" className="inline centre" onClick={() => setLang(lang === 'zh' ? 'en' : 'zh')}>{t('language')}</button>
      </main>
    </div>
  );
}
