import { DatePicker, Segmented } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { useApi, usePageQuery } from '../../api/hooks';
import type { Ranking, RankRow } from '../../api/types';
import { Card } from '../../components/Card';
import { DataTable } from '../../components/DataTable';
import { PageHead } from '../../components/PageHead';
import { Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { day } from '../../lib/format';
import { setParams, useParam } from '../../lib/router';
import { OwnStrip } from './OwnStrip';
import { RankDrawer } from './RankDrawer';
import { columnsOf } from './columns';

const lists = ['province', '2+26', 'nation', 'county'] as const;
const periods = ['month', 'ytd', 'year'] as const;

/** 排名: which place, which item costs most, how far to the next. */
export default function RankingPage() {
  const { t, lang } = useT();
  const query = usePageQuery();
  const [list, setList] = useParam('list', 'province');
  const [period, setPeriod] = useParam('period', 'ytd');
  const [date, setDate] = useParam('date');
  const [dust, setDust] = useParam('dust', 'observed');
  const [show, setShow] = useParam('show', 'value');
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
          {d.standardNote && <div className="banner warn" role="note">{d.standardNote}</div>}
          <OwnStrip d={d} own={own} onShow={() => setFocus(focus + 1)} />
          <Card
            title={d.list.name}
            note={`${t('rk.members', { n: d.rows.length })} · ${t('rk.span', { from: day(d.from, lang), to: day(d.to, lang) })} · ${d.list.confidence ? t('rk.source', { s: d.list.source, c: d.list.confidence }) : t('rk.sourceOnly', { s: d.list.source })}`}
            right={<Segmented size="small" value={show} onChange={setShow} options={[{ value: 'value', label: t('rk.showValue') }, { value: 'index', label: t('rk.showIndex') }]} aria-label={t('rk.parts')} />}
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
              own={(x) => x.own}
              onOpen={(x) => setParams({ open: x.region.code })}
              focusKey={own ? own.region.code : undefined}
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
