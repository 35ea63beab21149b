import { Button, Input, Select } from 'antd';
import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useApi, usePageQuery, usePages } from '../../api/hooks';
import { Card } from '../../components/Card';
import { DataTable, type Column } from '../../components/DataTable';
import { Link } from '../../components/Link';
import { PageHead } from '../../components/PageHead';
import { Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { minute } from '../../lib/format';
import { carry, navigate, setParams, useLocation, useParam } from '../../lib/router';
import { can, useMe } from '../../shell/me';
import { Board } from './Board';
import { CalendarView } from './CalendarView';
import { Deadline, Holder, StateChip } from './parts';
import { deskQuery, withClosed } from './query';
import { AssignMany } from './AssignMany';
import { MergeModal } from './MergeModal';
import { mergeBar } from './picks';
import { SavedViews } from './SavedViews';
import type { Counts, KindView, Row } from './types';

const MatterMap = lazy(() => import('./MatterMap'));
const views = ['list', 'board', 'map', 'calendar'] as const;

/** One question in the address, seen as list, board, map or calendar. */
export function MatterDesk() {
  const { t } = useT();
  const me = useMe();
  const { region } = usePageQuery();
  const { search } = useLocation();
  const [view, setView] = useParam('view', 'list');
  const query = deskQuery(search, region);
  const counts = useApi<Counts>('/matters/counts', { region });
  return (
    <div className="page">
      <PageHead
        title={t('nav.matters')}
        question={t('ma.question')}
        answer={counts.data ? answer(counts.data, t) : ''}
        acts={
          <>
            <Link className="topctl" href="/matters/kinds">{t('ma.kinds')}</Link>
            {can(me, 'matter.report') && <Link className="topctl primary" href="/matters/new">{t('ma.new')}</Link>}
          </>
        }
      />
      <div className="desk-bar no-print">
        <div className="tabs" role="tablist" aria-label={t('nav.matters')}>
          {views.map((v) => <button key={v} type="button" role="tab" aria-selected={v === view} onClick={() => setView(v)}>{t(`ma.${v}`)}</button>)}
        </div>
        <Filters />
        <SavedViews />
      </div>
      {view === 'board' ? <Board query={query} />
        : view === 'map' ? <Suspense fallback={<Waiting height={420} />}><MatterMap query={query} /></Suspense>
          : view === 'calendar' ? <CalendarView query={query} />
            : <List query={query} />}
    </div>
  );
}

function answer(c: Counts, t: ReturnType<typeof useT>['t']): string {
  const open = Object.entries(c.byType).filter(([k]) => k !== 'closed' && k !== 'void').reduce((n, [, v]) => n + (v ?? 0), 0);
  return t('ma.answer', { open, late: c.overdue, today: c.dueToday, mine: c.mine });
}

const chips = [
  { key: 'holder', value: 'me', word: 'ma.filterMine' },
  { key: 'relation', value: 'mine', word: 'ma.filterRelation' },
  { key: 'due', value: 'overdue', word: 'ma.overdue' },
  { key: 'due', value: 'today', word: 'ma.today' },
  { key: 'due', value: '3d', word: 'ma.3d' },
  { key: 'due', value: 'week', word: 'ma.week' },
  { key: 'type', value: withClosed, word: 'ma.closedToo' },
] as const;

function Filters() {
  const { t } = useT();
  const { search } = useLocation();
  const p = new URLSearchParams(search);
  const kinds = useApi<KindView[]>('/matters/kinds');
  return (
    <div className="desk-filters">
      <div className="chips">
        {chips.map((c) => {
          const on = p.get(c.key) === c.value;
          return <button key={c.key + c.value} type="button" className="fchip" aria-pressed={on} onClick={() => setParams({ [c.key]: on ? null : c.value }, true)}>{t(c.word)}</button>;
        })}
      </div>
      <Select
        size="small"
        aria-label={t('ma.kind')}
        style={{ minWidth: 112 }}
        value={p.get('kind') ?? ''}
        onChange={(v: string) => setParams({ kind: v || null }, true)}
        options={[{ value: '', label: t('ma.allKinds') }, ...(kinds.data ?? []).map((k) => ({ value: k.id, label: k.name }))]}
      />
      <Input.Search size="small" allowClear aria-label={t('ma.find')} placeholder={t('ma.find')} defaultValue={p.get('q') ?? ''} style={{ width: 170 }} onSearch={(v) => setParams({ q: v.trim() || null }, true)} />
    </div>
  );
}

function List({ query }: { query: ReturnType<typeof deskQuery> }) {
  const { t, lang } = useT();
  const { search } = useLocation();
  const me = useMe();
  const client = useQueryClient();
  const r = usePages<Row>('/matters', query);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [doing, setDoing] = useState<'' | 'assign' | 'merge'>('');
  const kinds = useApi<KindView[]>('/matters/kinds');
  const acts = can(me, 'matter.act') || can(me, 'matter.manage');
  const picked = r.items.filter((x) => chosen.has(x.id)); // what a filter has taken out of sight is not acted upon
  const bar = mergeBar(picked);
  const changed = (gone: string[]) => {
    setChosen(new Set([...chosen].filter((id) => !gone.includes(id))));
    void client.invalidateQueries({ predicate: (q) => /^\/(matters|today)/.test(String(q.queryKey[0])) });
  };
  const columns: Column<Row>[] = [
    { key: 'number', head: t('ma.number'), label: t('ma.number'), width: 132, cell: (x) => <Link href={`/matters/${x.id}`} className="mono">{x.number}</Link>, sort: (x) => x.number },
    { key: 'title', head: t('ma.what'), label: t('ma.what'), cell: (x) => <span className="strong">{x.title}{x.recurrences > 0 && <span className="chip danger gap">{t('ma.recur')} {x.recurrences}</span>}{x.reworks > 0 && <span className="chip warn gap">{t('ma.reworks')} {x.reworks}</span>}</span>, sort: (x) => x.title },
    { key: 'state', head: t('ma.state'), label: t('ma.state'), cell: (x) => <StateChip state={x.state} />, sort: (x) => x.state.name },
    { key: 'due', head: t('ma.due'), label: t('ma.due'), cell: (x) => <Deadline due={x.due} />, sort: (x) => x.due?.at ?? '9' },
    { key: 'holder', head: t('ma.holder'), label: t('ma.holder'), cell: (x) => <Holder row={x} />, sort: (x) => x.holder.text },
    { key: 'where', head: t('ma.where'), label: t('ma.where'), cell: (x) => x.region.name, sort: (x) => x.region.code },
    { key: 'category', head: t('ma.category'), label: t('ma.category'), cell: (x) => x.category.name, sort: (x) => x.category.name, spare: true },
    { key: 'kind', head: t('ma.kind'), label: t('ma.kind'), cell: (x) => x.kind.name, sort: (x) => x.kind.name, spare: true },
    { key: 'opened', head: t('ma.opened'), label: t('ma.opened'), cell: (x) => <span className="nowrap">{minute(x.openedAt, lang)}</span>, sort: (x) => x.openedAt },
  ];
  if (r.pending) return <Card flush><Waiting height={420} /></Card>;
  if (r.error) return <Card><Failed error={r.error} retry={r.retry} /></Card>;
  return (
    <Card flush>
      {picked.length > 0 && (
        <div className="pickbar no-print" role="toolbar" aria-label={t('ma.chosen', { n: picked.length })}>
          <b>{t('ma.chosen', { n: picked.length })}</b>
          {can(me, 'matter.act') && <Button size="small" type="primary" disabled={!kinds.data || picked.length > 200} onClick={() => setDoing('assign')}>{t('ma.assignMany')}</Button>}
          {can(me, 'matter.manage') && <Button size="small" disabled={bar !== ''} title={bar ? t(`ma.bar.${bar}`) : undefined} onClick={() => setDoing('merge')}>{t('ma.merge')}</Button>}
          {can(me, 'matter.manage') && bar !== '' && <span className="note">{t(`ma.bar.${bar}`)}</span>}
          {picked.length > 200 && <span className="note">{t('ma.tooMany')}</span>}
          <button type="button" className="linkish" onClick={() => setChosen(new Set())}>{t('ma.dropChoice')}</button>
        </div>
      )}
      {doing === 'assign' && <AssignMany rows={picked} kinds={kinds.data ?? []} onClose={() => setDoing('')} onDone={changed} />}
      {doing === 'merge' && <MergeModal rows={picked} onClose={() => setDoing('')} onDone={(into) => changed(picked.map((x) => x.id).filter((id) => id !== into))} />}
      <DataTable id="m" label={t('nav.matters')} columns={columns} rows={r.items} rowKey={(x) => x.id} chosen={acts ? chosen : undefined} onChoose={acts ? setChosen : undefined} more={r.more} exportPath="/matters" exportQuery={query} onOpen={(x) => navigate(carry(`/matters/${x.id}`, search))} empty={{ title: t('ma.none'), help: t('ma.noneHelp') }} />
    </Card>
  );
}
