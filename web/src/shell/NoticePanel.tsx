import { Button } from 'antd';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { get, send, type Problem } from '../api/client';
import type { Notice, NoticePage } from '../api/types';
import { Link } from '../components/Link';
import { ActionError, Empty, Failed, Waiting } from '../components/States';
import { useT } from '../i18n';
import { minute } from '../lib/format';
import { carry, navigate, useLocation } from '../lib/router';

/** The inbox under the bell: newest first; a click opens the page it speaks of and marks it read. */
export default function NoticePanel({ onDone }: { onDone: () => void }) {
  const { t } = useT();
  const client = useQueryClient();
  const { search } = useLocation();
  const [unread, setUnread] = useState(false);
  const r = useInfiniteQuery<NoticePage, Problem>({
    queryKey: ['/notices', { unread }, 'pages'],
    queryFn: ({ pageParam, signal }) => get<NoticePage>('/notices', { limit: 20, unread: unread || undefined, cursor: String(pageParam ?? '') || undefined }, signal),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  });
  const read = useMutation<unknown, Problem, string[]>({
    mutationFn: (ids) => send('POST', '/notices/read', { ids }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['/notices'] }),
  });
  const items = r.data?.pages.flatMap((p) => p.items) ?? [];
  const left = r.data?.pages[0]?.unread ?? 0;
  const open = (n: Notice) => {
    if (n.readAt === '') read.mutate([n.id]);
    if (!n.link.startsWith('/')) return;
    onDone();
    navigate(carry(n.link, search));
  };
  return (
    <div className="pop notices" data-testid="notices">
      <div className="notices-head">
        <h3>{t('nt.title')}</h3>
        <button type="button" className="fchip" aria-pressed={unread} onClick={() => setUnread(!unread)}>{t('nt.unreadOnly')}</button>
        {left > 0 && <button type="button" className="linkish" onClick={() => read.mutate([])}>{t('nt.readAll')}</button>}
        <Link href="/me/notify" onClick={onDone} className="end">{t('nt.settings')}</Link>
      </div>
      <ActionError error={read.error} />
      {r.isPending ? <Waiting height={160} /> : r.error ? <Failed error={r.error} retry={() => void r.refetch()} /> : items.length === 0 ? <Empty title={t('nt.none')}>{t('nt.noneHelp')}</Empty> : (
        <ul className="notice-list">
          {items.map((n) => <li key={n.id}><Line n={n} onOpen={() => open(n)} /></li>)}
        </ul>
      )}
      {r.hasNextPage && <div className="dt-more"><Button size="small" loading={r.isFetchingNextPage} onClick={() => void r.fetchNextPage()}>{t('do.more')}</Button></div>}
    </div>
  );
}

function Line({ n, onOpen }: { n: Notice; onOpen: () => void }) {
  const { t, lang, maybe } = useT();
  const fresh = n.readAt === '';
  return (
    <button type="button" className={fresh ? 'notice fresh' : 'notice'} onClick={onOpen}>
      <span className="notice-title">{n.urgent && <span className="chip danger">{t('nt.urgent')}</span>} {n.title}{fresh && <span className="sr-only">{`，${t('nt.unread')}`}</span>}</span>
      {n.body && <span className="notice-body">{n.body}</span>}
      <span className="note">
        {minute(n.createdAt, lang)}
        {n.sent.map((s) => <span key={s.channel} className={s.state === 'failed' ? 'warn' : undefined} title={s.error || s.receipt}>{` · ${maybe(`noticeVia.${s.channel}`, s.channel)}${lang === 'en' ? ' ' : ''}${maybe(`noticeState.${s.state}`, s.state)}`}</span>)}
      </span>
    </button>
  );
}
