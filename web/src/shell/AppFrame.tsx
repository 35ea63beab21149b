import { lazy, Suspense, useEffect, useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { listen, type LiveState } from '../api/live';
import { Waiting } from '../components/States';
import { useNarrow } from '../components/useNarrow';
import { useT } from '../i18n';
import { navigate, patch, useLocation } from '../lib/router';
import { minute } from '../lib/format';
import { CrashGuard, Forbidden, NotFound } from './Errors';
import { useMe } from './me';
import { BottomNav, SideNav } from './Nav';
import { pageOf, pages } from './pages';
import { useHonestScope } from './scope';
import { TopBar } from './TopBar';

const Explain = lazy(() => import('../components/Explain'));
const AccountPages = lazy(() => import('./AccountPages'));

/** The frame of the office: bar above, parts at the left (below on a phone), one page. */
export function AppFrame() {
  const { t, lang } = useT();
  const me = useMe();
  const narrow = useNarrow();
  const client = useQueryClient();
  const { path, search } = useLocation();
  const [live, setLive] = useState<LiveState>('waiting');
  useEffect(() => listen(client, setLive), [client]);

  const home = pages.find((p) => p.allowed(me))?.path;
  useEffect(() => {
    if (path === '/' && home) navigate(home + window.location.search, true);
  }, [path, home]);

  const params = new URLSearchParams(search);
  const asOf = params.get('asOf');
  const why = params.get('why');
  const { refused, dismiss } = useHonestScope();
  return (
    <div className="shell">
      <a href="#main" className="skip">{t('skip')}</a>
      <TopBar live={live} />
      {!narrow && <SideNav />}
      <main id="main" className="main" tabIndex={-1}>
        {asOf && (
          <div className="pastbar no-print" role="status">
            <span>{t('top.past', { at: minute(asOf, lang) })}</span>
            <button type="button" className="linkish" onClick={() => navigate(path + patch(search, { asOf: null }))}>{t('top.backToNow')}</button>
          </div>
        )}
        {refused && (
          <div className="pastbar no-print" role="status" data-testid="scope-refused">
            <span>{t('scope.refused', { code: refused, own: me.scope.name })}</span>
            <button type="button" className="linkish" onClick={dismiss}>{t('do.close')}</button>
          </div>
        )}
        <CrashGuard at={path}>
          <Suspense fallback={<div className="page"><Waiting height={300} /></div>}>
            <Current path={path} />
          </Suspense>
        </CrashGuard>
      </main>
      {narrow && <BottomNav />}
      {why && (
        <Suspense fallback={null}>
          <Explain why={why} />
        </Suspense>
      )}
    </div>
  );
}

function Current({ path }: { path: string }) {
  const me = useMe();
  if (path === '/') return null;
  if (path.startsWith('/me/')) return <AccountPages />;
  const page = pageOf(path);
  if (!page) return <NotFound />;
  if (!page.allowed(me)) return <Forbidden />;
  const View = page.view;
  return <View />;
}
