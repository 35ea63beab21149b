import { DatePicker, Segmented } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { useApi, usePageQuery } from '../../api/hooks';
import type { Ranking, RankRow } from '../../api/types';
import { Card } from '../../components/Card';
import { DataTable } from '../../components/DataTable';
import { PageHead } from '../../components/PageHead';
import { Rich } from '../../components/Rich';
import { Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { day } from '../../lib/format';
import { depthOf } from '../../lib/region';
import { setParams, useChoice, useParam } from '../../lib/router';
import { useMe } from '../../shell/me';
import { OwnStrip } from './OwnStrip';
import { RankDrawer } from './RankDrawer';
import { columnsOf } from './columns';

const lists = ['province', '2+26', 'nation', 'county'] as const;
const periods = ['month', 'ytd', 'year'] as const;

/** 排名: which place, which item costs most, how far to the next. */
export default function RankingPage() {
  const { t, lang, either } = useT();
  const query = usePageQuery();
  const me = useMe();
  // A county asks first for its place among the counties.
  const [list, setList] = useChoice('list', lists, depthOf(query.region ?? me.scope.code) >= 6 ? 'county' : 'province');
  const [period, setPeriod] = useChoice('period', periods, 'ytd');
  const [date, setDate] = useParam('date');
  const [dust, setDust] = useChoice('dust', ['observed', 'assessed'] as const, 'observed');
  const [show, setShow] = useChoice('show', ['value', 'index'] as const, 'value');
  const [find] = useParam('find');
  const [open] = useParam('open');
  const [focus, setFocus] = useState(0);
  const full = { ...query, list, period, date: date || undefined, dust: dust === 'observed' ? undefined : dust };
  const r = useApi<Ranking>('/air/ranking', full);
  const d = r.data;
  const own = d?.rows.find((x) => x.own);
  const acts = (
    <>
      <button type="button" className="topctl" onClick={() => window.print()}>{t('do.print')}</button>
      <DatePicker value={date ? dayjs(date) : null} onChange={(v) => setDate(v ? v.format('YYYY-MM-DD') : '')} placeholder={t('air.date')} aria-label={t('air.date')} style={{ width: 128 }} />
      <Segmented value={period} onChange={setPeriod} options={periods.map((p) => ({ value: p, label: t(`rk.${p}`) }))} aria-label={t('rk.ytd')} />
      <Segmented value={dust} onChange={setDust} options={[{ value: 'observed', label: t('tg.modeObserved') }, { value: 'assessed', label: t('tg.modeAssessed') }]} aria-label={t('tg.mode')} />
    </>
  );
  return (
    <div className="page rank">
      <PageHead title={t('rk.title')} question={t('rk.question')} answer={d ? (lang === 'en' ? d.answerEn || d.answer : d.answer) : ''} meta={d?.meta} acts={acts} />
      <div className="tabs" role="tablist" aria-label={t('rk.title')}>
        {lists.map((x) => (
          <button key={x} type="button" role="tab" aria-selected={x === list} onClick={() => setList(x)}>{t(`rk.${x}`)}</button>
        ))}
      </div>
      {r.error && !d ? <Card><Failed error={r.error} retry={() => void r.refetch()} /></Card> : !d ? <Waiting height={460} /> : (
        <>
          {d.standardNote && <div className="banner warn" role="note"><Rich text={either(d.standardNote, d.standardNoteEn)} /></div>}
          {d.validityNote && <div className="banner warn" role="note"><Rich text={either(d.validityNote, d.validityNoteEn)} /></div>}
          <OwnStrip d={d} own={own} onShow={() => setFocus(focus + 1)} />
          <Card
            title={either(d.list.name, d.list.nameEn)}
            note={`${t('rk.members', { n: d.rows.length })} · ${t('rk.span', { from: day(d.from, lang), to: day(d.to, lang) })} · ${t('rk.sourceOnly', { s: either(d.list.source, d.list.sourceEn) })}`}
            right={<>{d.list.confidence && <span className="chip" title={t('confidence.help')}>{t('st.confidence', { c: d.list.confidence })}</span>}<Segmented size="small" value={show} onChange={setShow} options={[{ value: 'value', label: t('rk.showValue') }, { value: 'index', label: t('rk.showIndex') }]} aria-label={t('rk.parts')} /></>}
            flush
            className="rank-card"
          >
            <DataTable<RankRow>
              key={`${list}${show}`}
              id="rk"
              label={t('rk.title')}
              columns={columnsOf(t, show === 'index')}
              rows={d.rows}
              rowKey={(x) => x.region.code}
              own={(x) => x.own || x.region.code === find}
              onOpen={(x) => setParams({ open: x.region.code })}
              focusKey={find && focus === 0 ? find : own?.region.code}
              focusTick={focus}
              exportPath="/air/ranking"
              exportQuery={full}
              height="100%"
              empty={{ title: t('rk.empty'), help: t('rk.emptyHelp') }}
            />
          </Card>
        </>
      )}
      {open && d && <RankDrawer row={d.rows.find((x) => x.region.code === open)} code={open} months={list === 'county' || open === own?.region.code} year={Number(d.to.slice(0, 4))} onClose={() => setParams({ open: null })} />}
    </div>
  );
}
