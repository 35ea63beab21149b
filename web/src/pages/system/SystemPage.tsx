import { lazy, Suspense } from 'react';
import { Link } from '../../components/Link';
import { PageHead } from '../../components/PageHead';
import { Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { useLocation } from '../../lib/router';
import { Forbidden, NotFound } from '../../shell/Errors';
import { can, useMe } from '../../shell/me';

/** Parts of system administration: what each needs, and its page. */
const parts = [
  { id: 'org', needs: ['org.read'], view: lazy(() => import('./OrgPart')) },
  { id: 'accounts', needs: ['account.read'], view: lazy(() => import('./AccountPart')) },
  { id: 'roles', needs: ['org.read', 'account.read'], view: lazy(() => import('./RolePart')) },
  { id: 'standards', needs: ['system.read'], view: lazy(() => import('./StandardPart')) },
  { id: 'calendar', needs: ['system.read'], view: lazy(() => import('./CalendarPart')) },
  { id: 'audit', needs: ['audit.read'], view: lazy(() => import('./AuditPart')) },
  { id: 'jobs', needs: ['system.manage'], view: lazy(() => import('./JobPart')) },
  { id: 'hooks', needs: ['system.manage'], view: lazy(() => import('./HookPart')) },
  { id: 'health', needs: ['system.manage'], view: lazy(() => import('./HealthPart')) },
] as const;

export default function SystemPage() {
  const { t } = useT();
  const me = useMe();
  const { path } = useLocation();
  const open = parts.filter((p) => p.needs.some((n) => can(me, n)));
  const id = path.split('/')[2] ?? '';
  const known = parts.some((p) => p.id === id);
  const part = id === '' ? open[0] : open.find((p) => p.id === id);
  if (id !== '' && !known) return <NotFound />;
  if (!part) return <Forbidden />;
  const View = part.view;
  return (
    <div className="page">
      <PageHead title={t('sy.title')} question={t('sy.question')} />
      <nav className="tabs" aria-label={t('sy.title')} ref={(el) => el?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' })}>
        {open.map((p) => <Link key={p.id} href={`/system/${p.id}`} aria-current={p === part ? 'page' : undefined}>{t(`sy.${p.id}`)}</Link>)}
      </nav>
      <Suspense fallback={<Waiting height={300} />}>
        <View />
      </Suspense>
    </div>
  );
}
