import { Segmented } from 'antd';
import { url } from '../../api/client';
import { useApi, usePageQuery } from '../../api/hooks';
import type { Targets } from '../../api/types';
import { Card } from '../../components/Card';
import { Figure } from '../../components/Figure';
import { PageHead } from '../../components/PageHead';
import { Pollutant } from '../../components/Rich';
import { Failed, Waiting } from '../../components/States';
import { useWide } from '../../components/useNarrow';
import { useT } from '../../i18n';
import { letterOf } from '../../lib/chem';
import { useChoice, useParam } from '../../lib/router';
import { chart } from '../../tokens';
import { CurveTable } from './CurveTable';
import { Goal } from './Goal';
import { Ledger } from './Ledger';
import { LostTable } from './LostTable';
import { MonthBars } from './MonthBars';
import { WhatIf } from './WhatIf';

/** 目标: can the three targets be met, and what must the rest of the year look like. */
export default function TargetsPage() {
  const { t, lang } = useT();
  const query = usePageQuery();
  const wide = useWide();
  const [year] = useParam('year');
  const [dust, setDust] = useChoice('dust', ['observed', 'assessed'] as const, 'observed');
  const [view, setView] = useChoice('view', ['chart', 'table'] as const, 'chart');
  const full = { ...query, year: year || undefined, dust: dust === 'observed' ? undefined : dust };
  const r = useApi<Targets>('/air/targets', full);
  const d = r.data;
  const acts = (
    <>
      <Segmented value={dust} onChange={setDust} options={[{ value: 'observed', label: t('tg.modeObserved') }, { value: 'assessed', label: t('tg.modeAssessed') }]} aria-label={t('tg.mode')} />
      <button type="button" className="topctl" onClick={() => window.print()}>{t('do.print')}</button>
      <a className="topctl" href={url('/air/targets.xlsx', full)} download>{t('do.export')}</a>
      <button type="button" className="topctl" aria-pressed={view === 'table'} onClick={() => setView(view === 'table' ? 'chart' : 'table')}>{view === 'table' ? t('do.chart') : t('do.table')}</button>
    </>
  );
  if (r.error && !d) {
    return (
      <div className="page">
        <PageHead title={t('tg.title')} question={t('tg.question')} acts={acts} />
        <Card><Failed error={r.error} retry={() => void r.refetch()} /></Card>
      </div>
    );
  }
  return (
    <div className="page targets">
      <PageHead title={t('tg.title')} question={t('tg.question')} answer={d ? (lang === 'en' ? d.answerEn || d.answer : d.answer) : ''} meta={d?.meta} acts={acts} />
      {!d ? <Waiting height={560} /> : (
        <div className="targets-grid">
          <Card title={t('tg.curves')} note={d.joint && d.joint.value !== '' ? <>{t('tg.joint')} <span className="nowrap"><Figure figure={d.joint} name={t('tg.joint')} strong />%</span></> : undefined} right={<CurveLegend />} flush className="curves-card">
            {view === 'table' ? <CurveTable d={d} /> : d.items.map((item) => <Goal key={item.item} item={item} d={d} />)}
          </Card>
          <div className="targets-right">
            <Card title={t('tg.ledger')} note={<LedgerNote d={d} />} right={<Letters d={d} />} flush className="ledger-card" scrolls={t('tg.ledger')}>
              <Ledger d={d} />
              <LostTable d={d} />
              {wide && <MonthBars d={d} />}
            </Card>
            <WhatIf d={d} key={`${d.meta.region.code}${d.year}${d.meta.asOf}${d.meta.dustMode}`} />
          </div>
        </div>
      )}
    </div>
  );
}

function LedgerNote({ d }: { d: Targets }) {
  const { t } = useT();
  const good = (d.levels['优'] ?? 0) + (d.levels['良'] ?? 0);
  const lost = d.lostTotal.thisYear;
  const invalid = d.daysUsed - good - lost;
  return <>{t('tg.ledgerNote', { used: d.daysUsed, good, lost })}{invalid > 0 && t('tg.ledgerInvalid', { n: invalid })}</>;
}

/** What the letters in the ledger stand for: only those that occur. */
function Letters({ d }: { d: Targets }) {
  const { t } = useT();
  const names = new Map<string, string>();
  for (const x of d.lost) names.set(letterOf(x.pollutant), x.pollutant);
  return <span className="note nowrap" title={t('tg.letters')}>{[...names].map(([letter, name], i) => <span key={letter}>{i > 0 && ' '}<b>{letter}</b> <Pollutant name={name} /></span>)}</span>;
}

function CurveLegend() {
  const { t } = useT();
  return (
    <span className="legend">
      <span><i className="line-key" style={{ borderColor: chart.thisYear }} />{t('tg.thisYear')}</span>
      <span><i className="line-key" style={{ borderColor: chart.lastYear }} />{t('tg.lastYear')}</span>
      <span><i className="line-key" style={{ borderColor: chart.path, borderTopStyle: 'dashed', borderTopWidth: 1 }} />{t('tg.path')}</span>
      <span><i className="swatch" style={{ background: 'rgba(15,118,110,0.18)', width: 18 }} />{t('tg.fan')}</span>
    </span>
  );
}
