import { createContext, useContext } from 'react';
import type { Lang } from '../lib/format';
import { air } from './air';
import { desk } from './desk';
import { grid } from './grid';
import { outcome } from './outcome';
import { matters } from './matters';
import { shell } from './shell';
import { system } from './system';
import { today } from './today';

export const words = { ...shell, ...air, ...desk, ...system, ...matters, ...grid, ...outcome, ...today };
export type Word = keyof typeof words;
export type Vars = Record<string, string | number>;

/** The word in the language, with {name} replaced. */
export function say(lang: Lang, key: Word, vars?: Vars): string {
  const text = words[key][lang === 'en' ? 1 : 0];
  return vars ? text.replace(/\{(\w+)\}/g, (_, name: string) => String(vars[name] ?? '')) : text;
}

/** A word looked up by a key made from data; the fallback when the dictionary has no such word. */
export function sayMaybe(lang: Lang, key: string, fallback: string): string {
  return key in words ? say(lang, key as Word) : fallback;
}

export const LangContext = createContext<{ lang: Lang; setLang: (l: Lang) => void }>({ lang: 'zh', setLang: () => undefined });

export function useT() {
  const { lang, setLang } = useContext(LangContext);
  return {
    lang,
    setLang,
    t: (key: Word, vars?: Vars) => say(lang, key, vars),
    maybe: (key: string, fallback: string) => sayMaybe(lang, key, fallback),
    /** A text of the server in both languages; the Chinese one when there is no English. */
    either: (zh: string, en: string | undefined) => (lang === 'en' && en ? en : zh),
  };
}

const STORE = 'qingshan.lang';

/** The address decides, then the browser's memory, then Chinese. */
export function firstLang(search: string): Lang {
  const asked = new URLSearchParams(search).get('lang');
  if (asked === 'en' || asked === 'zh') return asked;
  try {
    return localStorage.getItem(STORE) === 'en' ? 'en' : 'zh';
  } catch {
    return 'zh';
  }
}

export function rememberLang(lang: Lang) {
  try {
    localStorage.setItem(STORE, lang);
  } catch {
    // A browser that forbids storage still works; the choice lasts until the page closes.
  }
}
