import { useSyncExternalStore } from 'react';

function media(query: string) {
  const list = window.matchMedia(query);
  return {
    subscribe(f: () => void) {
      list.addEventListener('change', f);
      return () => list.removeEventListener('change', f);
    },
    now: () => list.matches,
  };
}

const narrow = media('screen and (max-width: 767px)');
const wide = media('(min-width: 1600px)');

/** True on a phone: tables become lists, the navigation moves to the bottom. */
export const useNarrow = () => useSyncExternalStore(narrow.subscribe, narrow.now);

/** True from 1600 px: pages use the extra room. */
export const useWide = () => useSyncExternalStore(wide.subscribe, wide.now);
