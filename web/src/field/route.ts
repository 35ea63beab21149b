/** Addresses under /field; Back works as everywhere. */
import { useSyncExternalStore } from 'react';

const BASE = '/field';
const listeners = new Set<() => void>();
const tell = () => {
  for (const f of listeners) f();
};

function subscribe(f: () => void) {
  if (listeners.size === 0) window.addEventListener('popstate', tell);
  listeners.add(f);
  return () => {
    listeners.delete(f);
    if (listeners.size === 0) window.removeEventListener('popstate', tell);
  };
}

export function go(path: string, replace = false) {
  window.history[replace ? 'replaceState' : 'pushState']({ field: true }, '', BASE + path);
  window.scrollTo(0, 0);
  tell();
}

/** Back within the app; the home page when the app was opened here. */
export function back() {
  if ((window.history.state as { field?: boolean } | null)?.field) window.history.back();
  else go('', true);
}

/** The parts of the address behind /field. */
export function useRoute(): string[] {
  const path = useSyncExternalStore(subscribe, () => window.location.pathname);
  return path.replace(/^\/field(\.html)?/, '').split('/').filter(Boolean).map(decodeURIComponent);
}
