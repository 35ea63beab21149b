import { useState } from 'react';
import { Icon } from '../components/icons';
import { Link } from '../components/Link';
import { useT } from '../i18n';
import { useLocation } from '../lib/router';
import { useMe } from './me';
import { pageOf, pages } from './pages';

const STORE = 'qingshan.nav';

/** The parts of the work, only those the account may use; collapsible to icons. */
export function SideNav() {
  const { t } = useT();
  const me = useMe();
  const { path } = useLocation();
  const [thin, setThin] = useState(() => localStorage.getItem(STORE) === 'thin');
  const now = pageOf(path);
  const toggle = () => {
    localStorage.setItem(STORE, thin ? 'full' : 'thin');
    setThin(!thin);
  };
  return (
    <nav className={thin ? 'sidenav thin' : 'sidenav'} aria-label={t('nav.label')}>
      <ul>
        {pages.filter((p) => p.allowed(me)).map((p) => (
          <li key={p.path}>
            <Link href={p.path} aria-current={p === now ? 'page' : undefined} title={thin ? t(p.word) : undefined}>
              <Icon name={p.icon} />
              <span className={thin ? 'sr-only' : undefined}>{t(p.word)}</span>
            </Link>
          </li>
        ))}
      </ul>
      <button type="button" className="collapse" onClick={toggle} aria-label={thin ? t('nav.expand') : t('nav.collapse')} title={thin ? t('nav.expand') : t('nav.collapse')}>
        <Icon name="side" size={16} />
      </button>
    </nav>
  );
}

/** On a phone: the parts at the bottom, within reach of the thumb. */
export function BottomNav() {
  const { t } = useT();
  const me = useMe();
  const { path } = useLocation();
  const now = pageOf(path);
  return (
    <nav className="bottomnav" aria-label={t('nav.label')}>
      {pages.filter((p) => p.allowed(me)).map((p) => (
        <Link key={p.path} href={p.path} aria-current={p === now ? 'page' : undefined}>
          <Icon name={p.icon} size={20} />
          <span>{t(p.word)}</span>
        </Link>
      ))}
    </nav>
  );
}
