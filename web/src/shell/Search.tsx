import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { useApi } from '../api/hooks';
import type { SearchHit } from '../api/types';
import { Icon } from '../components/icons';
import { useT } from '../i18n';
import { navigate, useLocation } from '../lib/router';
import { hitAddress } from './hit';
import { useMe } from './me';
import { pages } from './pages';

/** Ctrl-K: pages at once from the dictionary, everything else from the server. */
export function Search() {
  const { t, maybe } = useT();
  const me = useMe();
  const { search } = useLocation();
  const input = useRef<HTMLInputElement>(null);
  const list = useId();
  const [text, setText] = useState('');
  const [asked, setAsked] = useState('');
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);

  useEffect(() => {
    const key = (e: globalThis.KeyboardEvent) => {
      if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 'k') {
        e.preventDefault();
        input.current?.focus();
        input.current?.select();
      }
    };
    window.addEventListener('keydown', key);
    return () => window.removeEventListener('keydown', key);
  }, []);

  useEffect(() => {
    const id = window.setTimeout(() => setAsked(text.trim()), 150);
    return () => window.clearTimeout(id);
  }, [text]);

  const r = useApi<{ items: SearchHit[] }>('/search', { q: asked }, { enabled: open && asked !== '' });
  const own: SearchHit[] = pages
    .filter((p) => p.allowed(me) && (text.trim() === '' || t(p.word).toLowerCase().includes(text.trim().toLowerCase())))
    .map((p) => ({ kind: 'page', title: t(p.word), subtitle: '', href: p.path }));
  const found = asked === '' ? [] : (r.data?.items ?? []).filter((h) => !own.some((o) => o.href === h.href));
  const hits = [...own, ...found];

  const go = (hit: SearchHit | undefined) => {
    if (!hit) return;
    setOpen(false);
    setText('');
    input.current?.blur();
    navigate(hitAddress(hit, search));
  };
  const onKey = (e: KeyboardEvent) => {
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault();
      setAt((n) => Math.max(0, Math.min(hits.length - 1, n + (e.key === 'ArrowDown' ? 1 : -1))));
    } else if (e.key === 'Enter') go(hits[at]);
    else if (e.key === 'Escape') {
      setOpen(false);
      input.current?.blur();
    }
  };

  return (
    <div className="search" role="search">
      <div className="searchbox">
        <Icon name="search" size={16} />
        <input
          ref={input}
          value={text}
          placeholder={t('top.search')}
          aria-label={t('top.searchLabel')}
          role="combobox"
          aria-expanded={open}
          aria-controls={list}
          aria-autocomplete="list"
          aria-activedescendant={open && hits[at] ? `${list}-${at}` : undefined}
          onChange={(e) => { setText(e.target.value); setAt(0); setOpen(true); }}
          onFocus={() => setOpen(true)}
          onBlur={() => window.setTimeout(() => setOpen(false), 120)}
          onKeyDown={onKey}
        />
        <kbd aria-hidden="true">Ctrl K</kbd>
      </div>
      {open && (
        <ul className="search-list" id={list} role="listbox" aria-label={t('top.searchLabel')}>
          {hits.map((h, i) => (
            <li key={`${h.kind}${h.href}${h.title}`} id={`${list}-${i}`} role="option" aria-selected={i === at} onMouseEnter={() => setAt(i)} onMouseDown={(e) => { e.preventDefault(); go(h); }}>
              <span>{h.title}</span>
              {h.subtitle && <span className="sub">{h.subtitle}</span>}
              <span className="kind">{maybe(`kind.${h.kind}`, h.kind)}</span>
            </li>
          ))}
          {hits.length === 0 && !r.isFetching && <li className="none" role="option" aria-selected="false">{t('top.noHit', { q: text })}</li>}
        </ul>
      )}
    </div>
  );
}
