import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { call, send, url, type Problem } from '../../api/client';
import { Card } from '../../components/Card';
import { Link } from '../../components/Link';
import { ActionError, Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { useParam } from '../../lib/router';
import { ClockStrip } from './ClockStrip';
import { ClockTable } from './ClockTable';
import { EvidenceGrid } from './Evidence';
import { Family } from './Family';
import { familySize } from './kin';
import { NextStep } from './NextStep';
import { StateChip } from './parts';
import { Timeline } from './Timeline';
import type { MatterView } from './types';

const PlaceMap = lazy(() => import('./PlaceMap'));
const tabs = ['timeline', 'evidence', 'family', 'clocks', 'map'] as const;

export type Loaded = { data: MatterView; etag: string };

/** One matter: who holds the ball, both clocks, what happened, what comes next. */
export default function MatterPage({ id }: { id: string }) {
  const { t, maybe } = useT();
  const client = useQueryClient();
  const [tab, setTab] = useParam('tab', 'timeline');
  const key = [`/matters/${id}`, {}];
  const r = useQuery<Loaded, Problem>({ queryKey: key, queryFn: ({ signal }) => call<MatterView>('GET', `/matters/${id}`, { signal }) });
  const refresh = () => client.invalidateQueries({ predicate: (q) => String(q.queryKey[0]).startsWith('/matters') || String(q.queryKey[0]).startsWith('/today') });
  const watch = useMutation<unknown, Problem, boolean>({ mutationFn: (on) => send(on ? 'POST' : 'DELETE', `/matters/${id}/watch`), onSuccess: () => void refresh() });
  if (r.error && !r.data) return <div className="page"><Failed error={r.error} retry={() => void r.refetch()} /></div>;
  if (!r.data) return <div className="page"><Waiting height={420} /></div>;
  const m = r.data.data;
  const counts = { timeline: 0, evidence: m.evidence?.length ?? 0, family: familySize(m), clocks: m.clocks?.length ?? 0, map: 0 };
  return (
    <div className="page matter" data-testid="matter" data-state={m.state.id} data-version={m.version}>
      <div className="matter-top">
        <nav className="crumbs" aria-label={t('nav.matters')}>
          <Link href="/matters">{t('nav.matters')}</Link> / <Link href={`/matters?kind=${m.kind.id}`}>{m.kind.name}</Link> / <span className="mono">{m.number}</span>
        </nav>
        <div className="acts no-print">
          <button type="button" className="topctl" disabled={watch.isPending} onClick={() => watch.mutate(!m.watching)}>{m.watching ? t('mp.unwatch') : t('mp.watch')}</button>
          <button type="button" className="topctl" onClick={() => window.print()}>{t('do.print')}</button>
          <a className="topctl" href={url(`/matters/${id}/file.zip`)} download>{t('mp.sealed')}</a>
        </div>
      </div>
      <ActionError error={watch.error} />
      <header className="matter-head">
        <div className="titles">
          <h1>{m.title}</h1>
          <p className="question">{[m.region.name, m.place, m.category.name, maybe(`src.${m.source}`, m.source), m.sourceNumber].filter(Boolean).join(' · ')}</p>
        </div>
        <div className="ball">
          <StateChip state={m.state} />
          {m.holder.text ? <span><span className="note">{t('mp.ball')}</span> <b>{m.holder.text}</b></span> : <span className="note">{t('mp.nobody')}</span>}
        </div>
      </header>
      <ClockStrip m={m} />
      <div className="matter-body">
        <section className="card">
          <div className="tabs inset" role="tablist" aria-label={m.number}>
            {tabs.map((x) => <button key={x} type="button" role="tab" aria-selected={x === tab} onClick={() => setTab(x, true)}>{t(`mp.${x}`)}{counts[x] > 0 && <span className="note"> {counts[x]}</span>}</button>)}
          </div>
          <div className="card-body">
            {tab === 'evidence' ? <EvidenceGrid items={m.evidence ?? []} />
              : tab === 'family' ? <Family m={m} onDone={refresh} />
                : tab === 'clocks' ? <ClockTable m={m} onDone={refresh} />
                  : tab === 'map' ? (m.lng && m.lat ? <Suspense fallback={<Waiting height={360} />}><PlaceMap m={m} /></Suspense> : <p className="mid">{t('mp.noPlace')}</p>)
                    : <Timeline m={m} onDone={refresh} />}
          </div>
        </section>
        <aside className="matter-side no-print">
          <NextStep key={`${m.id}-${m.state.id}`} m={m} etag={r.data.etag} onDone={refresh} />
          {(m.description || (m.fields ?? []).length > 0 || (m.parties ?? []).length > 0) && (
            <Card title={t('mp.details')}>
              {m.description && <p className="wrap-any" style={{ whiteSpace: 'pre-wrap', marginBottom: 8 }}>{m.description}</p>}
              <dl className="kv">
                {(m.fields ?? []).filter((f) => f.text || f.value).map((f) => <div key={f.id} style={{ display: 'contents' }}><dt>{f.name}</dt><dd>{f.text || f.value}</dd></div>)}
                {(m.parties ?? []).filter((p) => p.relation !== 'watcher').map((p, i) => <div key={`${p.relation}${i}`} style={{ display: 'contents' }}><dt>{p.name}</dt><dd>{[p.unit?.name ?? p.post?.unit?.name, p.post?.name].filter(Boolean).join(' ') || '—'}</dd></div>)}
              </dl>
            </Card>
          )}
        </aside>
      </div>
    </div>
  );
}
