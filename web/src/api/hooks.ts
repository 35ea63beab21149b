import { keepPreviousData, useInfiniteQuery, useQuery, type InfiniteData, type UseQueryResult } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useLocation } from '../lib/router';
import { get, type Problem, type Query } from './client';
import type { Page } from './types';

/** Reads one address of the API. The key is [path, query], so events can invalidate by prefix. */
export function useApi<T>(path: string, query: Query = {}, options: { enabled?: boolean; keep?: boolean; refetchMs?: number } = {}): UseQueryResult<T, Problem> {
  return useQuery<T, Problem>({
    queryKey: [path, query],
    queryFn: ({ signal }) => get<T>(path, query, signal),
    enabled: options.enabled ?? true,
    placeholderData: options.keep === false ? undefined : (keepPreviousData as never),
    refetchInterval: options.refetchMs,
  });
}

/** Scope and as-of of the whole page, as the air and data API take them. */
export function usePageQuery(): { region: string | undefined; asOf: string | undefined } {
  const { search } = useLocation();
  const p = new URLSearchParams(search);
  return { region: p.get('scope') ?? undefined, asOf: p.get('asOf') ?? undefined };
}

/** Reads a cursor-paged list page by page. */
export function usePages<T>(path: string, query: Query = {}) {
  const r = useInfiniteQuery<Page<T>, Problem, InfiniteData<Page<T>>, unknown[], string>({
    queryKey: [path, query, 'pages'],
    queryFn: ({ pageParam, signal }) => get<Page<T>>(path, { ...query, cursor: pageParam || undefined }, signal),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  });
  const items = useMemo(() => r.data?.pages.flatMap((p) => p.items ?? []) ?? [], [r.data]);
  const total = r.data?.pages[0]?.total ?? items.length;
  return {
    items,
    pending: r.isPending,
    error: r.error,
    retry: () => void r.refetch(),
    more: r.hasNextPage ? { total: Math.max(total, items.length + 1), load: () => void r.fetchNextPage(), busy: r.isFetchingNextPage } : undefined,
  };
}
