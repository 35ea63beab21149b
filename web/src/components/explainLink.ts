import { setParams } from '../lib/router';

/** Opens the explanation of a figure. The address carries it, so a colleague sees the same drawer. */
export function openExplain(link: string) {
  const cut = link.indexOf('?');
  setParams({ why: cut < 0 ? link : link.slice(cut + 1) });
}

export function closeExplain() {
  setParams({ why: null });
}
