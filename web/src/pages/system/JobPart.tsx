import { Button, Switch } from 'antd';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { get, send, type Problem } from '../../api/client';
import { useApi } from '../../api/hooks';
import type { Job, Jobs, Schedule } from '../../api/types';
import { Card } from '../../components/Card';
import { DataTable, type Column } from '../../components/DataTable';
import { ActionError, Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { cronWords } from '../../lib/cron';
import { count, minute } from '../../lib/format';
import { useChoice } from '../../lib/router';

const states = ['all', 'dead', 'ready', 'running', 'done'] as const;

/** Background work: what was given up and waits for a person, what runs, and what runs by the clock. */
export default function JobPart() {
  const { t } = useT();
  const client = useQueryClient();
  const [state, setState] = useChoice('state', states, 'all');
  const query = { state: state === 'all' ? undefined : state };
  const r = useInfiniteQuery<Jobs, Problem>({
    queryKey: ['/system/jobs', query],
    queryFn: ({ pageParam, signal }) => get<Jobs>('/system/jobs', { ...query, cursor: String(pageParam ?? '') || undefined }, signal),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
    refetchInterval: 15_000,
  });
  const retry = useMutation<unknown, Problem, string>({
    mutationFn: (id) => send('POST', `/system/jobs/${id}/retry`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['/system/jobs'] }),
  });
  const columns = useColumns(retry.mutate, retry.isPending ? retry.variables : '');
  const rows = r.data?.pages.flatMap((p) => p.items) ?? [];
  const n = r.data?.pages[0]?.counts;
  const more = r.hasNextPage ? { total: rows.length + 1, load: () => void r.fetchNextPage(), busy: r.isFetchingNextPage } : undefined;
  return (
    <>
      {n && <p className="answer" data-testid="jobs-answer">{n.dead > 0 ? t('jb.someDead', { n: n.dead }) : t('jb.noneDead')} {t('jb.counts', { ready: count(n.ready), running: count(n.running), done: count(n.done) })}</p>}
      <ActionError error={retry.error} />
      <Card title={t('sy.jobs')} flush>
        {r.isPending ? <Waiting height={260} /> : r.error ? <Failed error={r.error} retry={() => void r.refetch()} /> : (
          <DataTable
            id="jb"
            label={t('sy.jobs')}
            columns={columns}
            rows={rows}
            rowKey={(x) => x.id}
            more={more}
            exportPath="/system/jobs"
            exportQuery={query}
            empty={{ title: t('jb.none') }}
            bar={states.map((s) => <button key={s} type="button" className="fchip" aria-pressed={s === state} onClick={() => setState(s)}>{t(`jb.${s}`)}</button>)}
          />
        )}
      </Card>
      <Schedules />
    </>
  );
}

function useColumns(retry: (id: string) => void, busy: string): Column<Job>[] {
  const { t, lang } = useT();
  const tone = { dead: 'danger', running: 'info', ready: 'grey', done: 'done' } as const;
  return [
    { key: 'name', head: t('jb.name'), label: t('jb.name'), cell: (x) => <span className="nowrap" title={x.object}>{x.name}</span>, sort: (x) => x.name },
    { key: 'state', head: t('ac.status'), label: t('ac.status'), cell: (x) => <span className={`chip ${tone[x.state]}`}>{t(`jb.${x.state}`)}</span>, sort: (x) => x.state },
    { key: 'attempt', head: t('jb.attempt'), label: t('jb.attempt'), num: true, cell: (x) => `${x.attempt} / ${x.most}`, sort: (x) => x.attempt },
    { key: 'error', head: t('jb.error'), label: t('jb.error'), cell: (x) => (x.error ? <span className="wrap-any">{x.error}</span> : '—') },
    { key: 'created', head: t('jb.created'), label: t('jb.created'), cell: (x) => <span className="nowrap">{minute(x.createdAt, lang)}</span>, sort: (x) => x.createdAt },
    { key: 'when', head: t('jb.when'), label: t('jb.when'), cell: (x) => <span className="nowrap">{minute(x.finishedAt || x.runAt, lang)}</span>, sort: (x) => x.finishedAt || x.runAt },
    { key: 'act', head: '', label: t('jb.retry'), cell: (x) => (x.state === 'dead' ? <Button size="small" loading={busy === x.id} onClick={() => retry(x.id)}>{t('jb.retry')}</Button> : null) },
    { key: 'id', head: t('jb.id'), label: t('jb.id'), spare: true, cell: (x) => <span className="mono">{x.id}</span> },
    { key: 'object', head: t('au.object'), label: t('au.object'), spare: true, cell: (x) => <span className="mono wrap-any">{x.object}</span> },
  ];
}

function Schedules() {
  const { t, lang } = useT();
  const client = useQueryClient();
  const r = useApi<{ items: Schedule[] }>('/system/schedules');
  const turn = useMutation<unknown, Problem, Schedule>({
    mutationFn: (s) => send('PATCH', `/system/schedules/${s.id}`, { enabled: !s.enabled }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['/system/schedules'] }),
  });
  const columns: Column<Schedule>[] = [
    { key: 'name', head: t('jb.name'), label: t('jb.name'), cell: (s) => s.name, sort: (s) => s.name },
    { key: 'spec', head: t('jb.spec'), label: t('jb.spec'), cell: (s) => <span className="nowrap">{cronWords(s.spec, lang)} <span className="mono note">{s.spec}</span></span> },
    { key: 'policy', head: t('jb.policy'), label: t('jb.policy'), cell: (s) => t(`jb.${s.policy}`) },
    { key: 'last', head: t('jb.last'), label: t('jb.last'), cell: (s) => <span className="nowrap">{minute(s.lastRun, lang) || '—'}</span>, sort: (s) => s.lastRun },
    { key: 'next', head: t('jb.next'), label: t('jb.next'), cell: (s) => <span className="nowrap">{minute(s.nextRun, lang) || '—'}</span>, sort: (s) => s.nextRun },
    { key: 'on', head: t('jb.on'), label: t('jb.on'), cell: (s) => <Switch size="small" checked={s.enabled} loading={turn.isPending && turn.variables?.id === s.id} aria-label={`${s.name} ${t('jb.on')}`} onChange={() => turn.mutate(s)} /> },
  ];
  return (
    <Card title={t('jb.schedules')} note={t('jb.schedulesNote')} flush>
      <ActionError error={turn.error} />
      {r.isPending ? <Waiting height={160} /> : r.error ? <Failed error={r.error} retry={() => void r.refetch()} /> : <DataTable id="sc" label={t('jb.schedules')} columns={columns} rows={r.data.items ?? []} rowKey={(s) => s.id} empty={{ title: t('jb.noSchedules') }} />}
    </Card>
  );
}
