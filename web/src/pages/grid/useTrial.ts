import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { send, type Problem } from '../../api/client';
import { placeIn, type Spot } from './geometry';
import type { Area, Effect } from './types';

/** A change to try; the server tells what it would do and stores nothing. */
export type Trial = { change: 'add' | 'shape' | 'absorb' | 'release' | 'split' | 'merge' | 'end'; cell?: string; version?: number; cells?: string[]; tier?: number; region?: string; geometry?: Area; line?: GeoJSON.LineString; snap?: number; fit?: boolean };

const PAUSE = 350; // ms without a stroke before the server is asked

/** What a change would do, asked again when it changes; undefined while there is nothing to try. */
export function useTrial(body: Trial | undefined) {
  const now = body ? JSON.stringify(body) : '';
  const [asked, setAsked] = useState(now);
  useEffect(() => {
    const id = window.setTimeout(() => setAsked(now), PAUSE);
    return () => window.clearTimeout(id);
  }, [now]);
  const r = useQuery<Effect, Problem>({ queryKey: ['/grid/effects', asked], queryFn: () => send<Effect>('POST', '/grid/effects', JSON.parse(asked)), enabled: asked !== '', retry: false });
  const current = now !== '' && asked === now;
  return { effect: current ? r.data : undefined, problem: current ? r.error : null, busy: now !== '' && (!current || r.isFetching), ask: () => void r.refetch() };
}

/** The place that a refusal names. */
export function placeOf(p: Problem | null): Spot | undefined {
  return p ? placeIn([p.detail, ...p.errors.map((e) => `${e.message} ${String(e.value ?? '')}`)].join(' ')) : undefined;
}
