import { useCallback, useEffect, useMemo, useSyncExternalStore } from 'react';

/**
 * Every state of the interface lives in the address. This is the whole router: the History API,
 * one subscription, and helpers to read and change the query without losing the rest of it.
 */
const listeners = new Set<() => void>();

function notify() {
  for (const f of listeners) f();
}

function subscribe(f: () => void) {
  if (listeners.size === 0) window.addEventListener('popstate', notify);
  listeners.add(f);
  return () => {
    listeners.delete(f);
    if (listeners.size === 0) window.removeEventListener('popstate', notify);
  };
}

const snapshot = () => window.location.pathname + window.location.search;

/** Parameters that belong to the whole page and travel along every link. */
export const carried = ['scope', 'asOf', 'lang'] as const;

/** The address of a page, carrying scope, as-of and language from the present query. */
export function carry(href: string, search: string): string {
  const [path = '/', own = ''] = href.split('?');
  const now = new URLSearchParams(search);
  const next = new URLSearchParams(own);
  for (const key of carried) {
    const value = now.get(key);
    if (value && !next.has(key)) next.set(key, value);
  }
  return join(path, next);
}

/** Applies changes to a query: null or '' removes the key. Key order is stable, so addresses compare. */
export function patch(search: string, changes: Record<string, string | null | undefined>): string {
  const next = new URLSearchParams(search);
  for (const [key, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === '') next.delete(key);
    else next.set(key, value);
  }
  next.sort();
  const text = readable(next);
  return text ? `?${text}` : '';
}

function join(path: string, params: URLSearchParams): string {
  params.sort();
  const text = readable(params);
  return text ? `${path}?${text}` : path;
}

/** Colons and commas stay readable in a copied address; they are legal in a query. */
function readable(params: URLSearchParams): string {
  return params.toString().replace(/%3A/g, ':').replace(/%2C/g, ',');
}

export function navigate(href: string, replace = false) {
  if (href === snapshot()) return;
  if (replace) window.history.replaceState(null, '', href);
  else window.history.pushState(null, '', href);
  notify();
}

export function useLocation(): { path: string; search: string } {
  const at = useSyncExternalStore(subscribe, snapshot);
  return useMemo(() => {
    const cut = at.indexOf('?');
    return cut < 0 ? { path: at, search: '' } : { path: at.slice(0, cut), search: at.slice(cut) };
  }, [at]);
}

/** One query parameter as state. The default is not written into the address. */
export function useParam(key: string, fallback = ''): [string, (value: string, replace?: boolean) => void] {
  const { search } = useLocation();
  const value = new URLSearchParams(search).get(key) ?? fallback;
  const set = useCallback(
    (next: string, replace = false) => {
      navigate(window.location.pathname + patch(window.location.search, { [key]: next === fallback ? null : next }), replace);
    },
    [key, fallback],
  );
  return [value, set];
}

/** A parameter that takes one of a few values; anything else in the address is corrected to the fallback. */
export function useChoice<T extends string>(key: string, options: readonly T[], fallback: T): [T, (value: T, replace?: boolean) => void] {
  const [value, set] = useParam(key, fallback);
  const known = (options as readonly string[]).includes(value);
  useEffect(() => {
    if (!known) setParams({ [key]: null }, true);
  }, [known, key]);
  return [known ? (value as T) : fallback, set];
}

/** Changes several query parameters at once. */
export function setParams(changes: Record<string, string | null | undefined>, replace = false) {
  navigate(window.location.pathname + patch(window.location.search, changes), replace);
}
