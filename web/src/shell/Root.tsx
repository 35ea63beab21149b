import { ConfigProvider } from 'antd';
import type { Locale } from 'antd/es/locale';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import dayjs from 'dayjs';
import 'dayjs/locale/zh-cn';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { get, Problem, whenExpired } from '../api/client';
import type { Session } from '../api/types';
import { Failed } from '../components/States';
import { firstLang, LangContext, rememberLang, useT } from '../i18n';
import type { Lang } from '../lib/format';
import { theme } from '../theme';
import { AppFrame } from './AppFrame';
import { ClockContext } from './clock';
import Login, { Gate } from './Login';
import { MeContext } from './me';
import { PasswordForm } from './PasswordForm';

/** Language and theme around everything; then who is there. */
export function Root() {
  const [lang, setLangState] = useState<Lang>(() => firstLang(window.location.search));
  const setLang = useCallback((next: Lang) => {
    rememberLang(next);
    setLangState(next);
  }, []);
  useEffect(() => {
    document.documentElement.lang = lang === 'en' ? 'en' : 'zh-CN';
    dayjs.locale(lang === 'en' ? 'en' : 'zh-cn');
  }, [lang]);
  const value = useMemo(() => ({ lang, setLang }), [lang, setLang]);
  const locale: Locale = lang === 'en' ? enUS : zhCN;
  return (
    <LangContext.Provider value={value}>
      <ConfigProvider theme={theme} locale={locale} button={{ autoInsertSpace: false }}>
        <Door />
      </ConfigProvider>
    </LangContext.Provider>
  );
}

/** Signed in, to be signed in, or no server: one of three. */
function Door() {
  const { t, lang, setLang } = useT();
  const client = useQueryClient();
  const [expired, setExpired] = useState(false);
  const q = useQuery<Session | null, Problem>({
    queryKey: ['/session'],
    queryFn: ({ signal }) =>
      get<Session>('/session', undefined, signal).catch((p: unknown) => {
        if (p instanceof Problem && p.status === 401) return null;
        throw p;
      }),
    staleTime: 60_000,
    refetchInterval: 300_000,
  });
  const me = q.data;
  const readAt = q.dataUpdatedAt;
  const clock = useMemo(() => ({ at: me ? Date.parse(me.clock) : readAt, readAt, speed: me?.clockSpeed ?? 1 }), [me, readAt]);

  useEffect(
    () =>
      whenExpired(() => {
        setExpired(true);
        client.setQueryData(['/session'], null);
      }),
    [client],
  );

  // The account's own language wins over the browser's memory, once, unless the address asks.
  const accountLang = me?.account.language;
  const accountId = me?.account.id;
  useEffect(() => {
    const asked = new URLSearchParams(window.location.search).get('lang');
    if (accountId && !asked && (accountLang === 'en' || accountLang === 'zh')) setLang(accountLang);
  }, [accountId, accountLang, setLang]);

  const enter = (s: Session) => {
    setExpired(false);
    client.removeQueries({ predicate: (x) => x.queryKey[0] !== '/session' && x.queryKey[0] !== '/config/public' });
    client.setQueryData(['/session'], s);
  };

  if (q.isPending) return <div className="gate" aria-busy="true" lang={lang} />;
  if (q.error && !me) return <Gate lead={t('login.lead')}><Failed error={q.error} retry={() => void q.refetch()} /></Gate>;
  if (!me) return <Login expired={expired} onIn={enter} />;
  if (me.mustChangePassword) {
    return (
      <Gate lead={t('password.first')}>
        <p className="mid" style={{ marginBottom: 16, fontSize: 13 }}>{t('password.firstLead')}</p>
        <PasswordForm onDone={() => void q.refetch()} />
      </Gate>
    );
  }
  return (
    <MeContext.Provider value={me}>
      <ClockContext.Provider value={clock}>
        <AppFrame />
      </ClockContext.Provider>
    </MeContext.Provider>
  );
}
