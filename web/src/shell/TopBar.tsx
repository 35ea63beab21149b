import { Dropdown, Popover } from 'antd';
import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { send } from '../api/client';
import type { LiveState } from '../api/live';
import { Icon, Mark } from '../components/icons';
import { Link } from '../components/Link';
import { Waiting } from '../components/States';
import { useNarrow } from '../components/useNarrow';
import { useT } from '../i18n';
import { clock, minute } from '../lib/format';
import { carry, navigate, patch, useLocation, useParam } from '../lib/router';
import { Bell } from './Bell';
import { useNow } from './clock';
import { useMe } from './me';
import { ScopePicker } from './ScopePicker';
import { Search } from './Search';

const AsOfPanel = lazy(() => import('./AsOfPanel'));

export function TopBar({ live }: { live: LiveState }) {
  const { t } = useT();
  return (
    <header className="topbar">
      <Link href="/air" className="brand" aria-label={t('brand')}>
        <Mark />
        <span className="brand-name">{t('brand')}</span>
      </Link>
      <ScopePicker />
      <AsOf />
      <Search />
      <span className="spring" />
      {live === 'waiting' && <span className="livewait" role="status" title={t('top.waiting')} aria-label={t('top.waiting')} />}
      <DemoMark />
      <Bell />
      <AccountMenu />
    </header>
  );
}

function AsOf() {
  const { t, lang } = useT();
  const [asOf] = useParam('asOf');
  const [open, setOpen] = useState(false);
  const narrow = useNarrow();
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger="click"
      placement="bottomLeft"
      arrow={false}
      content={
        <Suspense fallback={<div className="pop"><Waiting height={120} /></div>}>
          <AsOfPanel onDone={() => setOpen(false)} />
        </Suspense>
      }
    >
      <button type="button" className={asOf ? 'topctl past' : 'topctl'} aria-expanded={open} aria-label={`${t('top.asOf')} ${asOf ? minute(asOf, lang) : t('top.now')}`} data-testid="asof">
        {narrow ? <Icon name="clock" size={16} /> : <span className="lab">{t('top.asOf')}</span>}
        <span className="num">{asOf ? minute(asOf, lang) : t('top.now')}</span>
        <Icon name="down" size={14} />
      </button>
    </Popover>
  );
}

function DemoMark() {
  const { t, lang } = useT();
  const me = useMe();
  const now = useNow();
  const text = clock(now, lang);
  return me.demo ? (
    <span className="demo" data-testid="demo">
      <b>{t('top.demo')}</b>
      <span className="when num">{text}</span>
    </span>
  ) : (
    <span className="note num demo-clock">{text}</span>
  );
}

function AccountMenu() {
  const { t, lang, setLang } = useT();
  const me = useMe();
  const client = useQueryClient();
  const { path, search } = useLocation();
  const post = me.posts[0];
  const language = () => {
    const next = lang === 'zh' ? 'en' : 'zh';
    setLang(next);
    navigate(path + patch(search, { lang: null }), true);
    send('PUT', '/session/language', { language: next }).catch(() => undefined);
  };
  const logout = async () => {
    await send('DELETE', '/session').catch(() => undefined);
    client.clear();
    window.location.assign('/');
  };
  const items = [
    { key: 'post', disabled: true, label: post ? `${post.unit.name} ${post.name}` : t('account.noPost') },
    { type: 'divider' as const },
    { key: 'language', label: t('account.language') },
    { key: 'sessions', label: t('account.sessions') },
    { key: 'password', label: t('account.password') },
    { key: 'notify', label: t('account.notify') },
    { type: 'divider' as const },
    { key: 'logout', label: t('account.logout') },
  ];
  const onClick = ({ key }: { key: string }) => {
    if (key === 'language') language();
    else if (key === 'logout') void logout();
    else navigate(carry(`/me/${key}`, search));
  };
  return (
    <Dropdown trigger={['click']} menu={{ items, onClick }} placement="bottomRight">
      <button type="button" className="who" data-testid="account">
        <span className="sr-only">{`${t('top.account')} `}</span>
        <Icon name="user" size={18} />
        <span className="name">{me.account.displayName}</span>
        {post && <span className="note">{post.name}</span>}
      </button>
    </Dropdown>
  );
}
