import { useApi, usePageQuery } from '../../api/hooks';
import type { Stream, Streams } from '../../api/types';
import { Card } from '../../components/Card';
import { PageHead } from '../../components/PageHead';
import { Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { count } from '../../lib/format';
import { useChoice } from '../../lib/router';
import { can, useMe } from '../../shell/me';
import { CorrectionForm } from './CorrectionForm';
import { DustDays } from './DustDays';
import { LateTable } from './LateTable';
import { RejectTable } from './RejectTable';
import { RevisionTable } from './RevisionTable';
import { StreamTable } from './StreamTable';

const tabs = ['streams', 'late', 'rejects', 'revisions', 'correct', 'dust'] as const;

/** 数据: did it come, is it complete, what was changed. */
export default function DataPage() {
  const { t } = useT();
  const me = useMe();
  const query = usePageQuery();
  const [tab, setTab] = useChoice('tab', tabs, 'streams');
  const r = useApi<Streams>('/data/streams', query);
  return (
    <div className="page">
      <PageHead title={t('dt.title')} question={t('dt.question')} answer={r.data ? answer(r.data.items, t) : ''} meta={r.data?.meta} acts={<button type="button" className="topctl" onClick={() => window.print()}>{t('do.print')}</button>} />
      <div className="tabs" role="tablist" aria-label={t('dt.title')}>
        {tabs.map((x) => <button key={x} type="button" role="tab" aria-selected={x === tab} onClick={() => setTab(x)}>{t(`dt.${x}`)}</button>)}
      </div>
      {tab === 'streams' && (
        <Card flush>{r.error && !r.data ? <Failed error={r.error} retry={() => void r.refetch()} /> : !r.data ? <Waiting height={320} /> : <><StreamTable rows={r.data.items} query={query} /><p className="note" style={{ padding: '8px 16px' }}>{t('dt.completeNote')}</p></>}</Card>
      )}
      {tab === 'rejects' && <Card flush><RejectTable query={query} /></Card>}
      {tab === 'late' && <Card flush><LateTable query={query} /></Card>}
      {tab === 'revisions' && <RevisionTable query={query} />}
      {tab === 'correct' && (can(me, 'observation.correct') ? <CorrectionForm query={query} /> : <Card><p className="mid">{t('co.forbidden')}</p></Card>)}
      {tab === 'dust' && <DustDays query={query} />}
    </div>
  );
}

/** Every stream accounts for itself: received = stored + unchanged + rejected. */
function answer(rows: Stream[], t: ReturnType<typeof useT>['t']): string {
  if (rows.length === 0) return t('dt.answerNone');
  const sum = (get: (s: Stream) => number) => rows.reduce((n, s) => n + get(s), 0);
  const received = sum((s) => s.received);
  const stored = sum((s) => s.stored);
  const unchanged = sum((s) => s.unchanged);
  const rejected = sum((s) => s.rejected);
  const broken = rows.filter((s) => s.received !== s.stored + s.unchanged + s.rejected);
  const vars = { received: count(received), stored: count(stored), unchanged: count(unchanged), rejected: count(rejected) };
  if (broken.length > 0) return t('dt.answerBroken', { ...vars, n: broken.length, diff: count(received - stored - unchanged - rejected) });
  return t('dt.answer', { ...vars, n: rows.length, late: rows.filter((s) => s.status === 'late' || s.status === 'silent').length });
}
