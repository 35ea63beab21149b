import { useEffect, useMemo, useState } from 'react';
import type { PublicConfig } from '../api/types';
import type { Lang } from '../lib/format';
import type { Engine } from './engine';
import { GridPage, Visit } from './Grid';
import { Home } from './Home';
import { ItemPage } from './ItemPage';
import { Login, Me, Mine } from './Mine';
import { MoveForm } from './MoveForm';
import { EngineContext, useSnap } from './parts';
import { PlacePage } from './PlacePage';
import { Report } from './Report';
import { useRoute } from './route';
import { Task } from './Task';
import { LangContext, say } from './words';

const STORE = 'qingshan.lang';

function firstLang(): Lang {
  const asked = new URLSearchParams(window.location.search).get('lang');
  if (asked === 'en' || asked === 'zh') return asked;
  try {
    return localStorage.getItem(STORE) === 'en' ? 'en' : 'zh';
  } catch {
    return 'zh';
  }
}

export function App({ engine }: { engine: Engine }) {
  const [lang, setLang] = useState<Lang>(firstLang);
  const choice = useMemo(
    () => ({
      lang,
      setLang: (l: Lang) => {
        setLang(l);
        try {
          localStorage.setItem(STORE, l);
        } catch {
          // The choice lasts until the page closes.
        }
      },
    }),
    [lang],
  );
  useEffect(() => {
    document.documentElement.lang = lang === 'en' ? 'en' : 'zh-CN';
    document.title = `${say(lang, 'field')} · 青山`;
  }, [lang]);
  return (
    <EngineContext value={engine}>
      <LangContext value={choice}>
        <Pages lang={lang} />
      </LangContext>
    </EngineContext>
  );
}

function Pages({ lang }: { lang: Lang }) {
  const { phase } = useSnap();
  const [page = '', id = '', more = ''] = useRoute();
  const config = useConfig();
  if (phase === 'broken') return <p className="banner danger" role="alert">{say(lang, 'full')}</p>;
  if (phase === 'opening') return <p className="opening" role="status">{say(lang, 'loading')}</p>;
  if (phase === 'login' || page === 'login') return <Login config={config} />;
  switch (page) {
    case 'report':
      return more === 'place' ? <PlacePage key={id} id={id} /> : <Report key={id} id={id} />;
    case 'task':
      return <Task key={id} id={id} />;
    case 'do':
      return <MoveForm key={id} id={id} />;
    case 'item':
      return <ItemPage key={id} id={id} />;
    case 'visit':
      return <Visit key={id} id={id} />;
    case 'grid':
      return <GridPage />;
    case 'mine':
      return <Mine />;
    case 'me':
      return <Me />;
    default:
      return <Home />;
  }
}

/** Only the sign-in page shows anything of it; offline there is none. */
function useConfig(): PublicConfig | null {
  const [config, setConfig] = useState<PublicConfig | null>(null);
  useEffect(() => {
    fetch('/api/v1/config/public').then((r) => (r.ok ? r.json() : null)).then((c) => setConfig(c as PublicConfig | null), () => undefined);
  }, []);
  return config;
}
