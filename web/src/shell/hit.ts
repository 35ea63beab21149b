import type { SearchHit } from '../api/types';
import { carry } from '../lib/router';

/**
 * Where a found thing opens. A region becomes the page's scope; a station or a city may lie outside of the
 * scope in the address, so that one stays behind. Pages keep it.
 */
export function hitAddress(hit: Pick<SearchHit, 'kind' | 'href'>, search: string): string {
  const [path = '/', own = ''] = hit.href.split('?');
  const params = new URLSearchParams(own);
  const region = params.get('region');
  if (region) {
    params.delete('region');
    params.set('scope', region);
  }
  const now = new URLSearchParams(search);
  if (hit.kind !== 'page') now.delete('scope');
  return carry(params.size > 0 ? `${path}?${params}` : path, now.toString());
}
