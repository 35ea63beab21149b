import { useEffect, useState } from 'react';
import { useApi } from '../api/hooks';
import type { OrgRegion, Page } from '../api/types';
import { fullCode, parentOf, within } from '../lib/region';
import { setParams, useLocation } from '../lib/router';
import { useMe } from './me';

/** Pages whose own parameter is called region. */
const ownRegion = /^\/system\/org/;

/**
 * Keeps the scope in the address honest: what an old link calls region becomes scope, a short code is written
 * out, and a scope that does not exist or is not the account's is taken out. Answers what was taken out, so that
 * the page can say so, and whether the scope is still being looked up.
 */
export function useHonestScope(): { refused: string; dismiss: () => void } {
  const me = useMe();
  const { path, search } = useLocation();
  const [refused, setRefused] = useState('');
  const params = new URLSearchParams(search);
  const region = ownRegion.test(path) ? null : params.get('region');
  const asked = region ?? params.get('scope') ?? '';
  const code = fullCode(asked);
  const mine = code !== '' && within(code, me.scope.code);
  const look = mine && code !== me.scope.code;
  const siblings = useApi<Page<OrgRegion>>('/org/regions', { parent: parentOf(code) }, { enabled: look, keep: false });
  // A list that goes on proves nothing; the page itself then answers that there is no such region.
  const absent = look && siblings.data !== undefined && siblings.data.next === '' && !siblings.data.items.some((r) => r.code === code);
  const bad = asked !== '' && (!mine || absent);
  useEffect(() => {
    if (asked === '') return;
    if (bad) {
      setRefused(asked);
      setParams({ scope: null, region: null }, true);
    } else if (region !== null || code !== asked || code === me.scope.code) {
      setParams({ scope: code === me.scope.code ? null : code, region: null }, true);
    }
  }, [asked, bad, code, region, me.scope.code]);
  return { refused, dismiss: () => setRefused('') };
}
