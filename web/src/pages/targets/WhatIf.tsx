import { Popover, Slider } from 'antd';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { send, type Problem } from '../../api/client';
import { usePageQuery } from '../../api/hooks';
import type { Outcome, Targets, WhatIfAnswer, WhatIfRequest } from '../../api/types';
import { Card } from '../../components/Card';
import { Rich } from '../../components/Rich';
import { ActionError } from '../../components/States';
import { useT } from '../../i18n';
import { plain, signed } from '../../lib/format';
import { setParams, useParam } from '../../lib/router';

type Knobs = { pm: number; pmDays: number; o3Days: number };

const DEBOUNCE_MS = 90;

/** Three sliders; the server answers while they are dragged. The position lives in the address. */
export function WhatIf({ d }: { d: Targets }) {
  const { t, lang } = useT();
  // Asked for the region of the page, none for one's own: a town is answered with its county's figures, which it may not ask for itself.
  const { asOf, region } = usePageQuery();
  const [saved] = useParam('wi');
  const start: Knobs = { pm: Number(d.whatIf.pmRest.value), pmDays: Number(d.whatIf.pmExceedDays.value), o3Days: Number(d.whatIf.o3ExceedDays.value) };
  const [knobs, setKnobs] = useState<Knobs>(() => parse(saved) ?? start);
  const timer = useRef(0);
  const ask = useMutation<WhatIfAnswer, Problem, WhatIfRequest>({ mutationFn: (body) => send('POST', '/air/targets/what-if', body) });
  const kept = useRef<WhatIfAnswer | null>(null);
  if (ask.data) kept.current = ask.data;

  const request = (k: Knobs): WhatIfRequest => ({ region: region ?? '', year: d.year, asOf, dust: d.meta.dustMode, pm25RestMean: k.pm, pmExceedDays: k.pmDays, o3ExceedDays: k.o3Days });
  const { mutate } = ask;
  const first = useRef(request(knobs));
  useEffect(() => mutate(first.current), [mutate]);
  useEffect(() => () => window.clearTimeout(timer.current), []);

  const turn = (next: Knobs) => {
    setKnobs(next);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => mutate(request(next)), DEBOUNCE_MS);
  };
  const settle = (next: Knobs) => setParams({ wi: `${next.pm},${next.pmDays},${next.o3Days}` }, true);
  const preset = (next: Knobs) => {
    turn(next);
    settle(next);
  };
  const last: Knobs = { pm: Number(d.whatIf.pmRest.lastYear), pmDays: Number(d.whatIf.pmExceedDays.lastYear), o3Days: Number(d.whatIf.o3ExceedDays.lastYear) };
  const reset = () => {
    turn(start);
    setParams({ wi: null }, true);
  };
  const a = kept.current;
  return (
    <Card
      title={t('tg.whatIf', { n: d.daysLeft })}
      note={t('tg.whatIfNote')}
      right={
        <>
          <button type="button" className="linkish" onClick={() => preset(last)}>{t('tg.presetLast')}</button>
          <button type="button" className="linkish" onClick={() => preset({ pm: tenth(last.pm * 0.95), pmDays: Math.round(last.pmDays * 0.95), o3Days: Math.round(last.o3Days * 0.95) })}>{t('tg.preset5')}</button>
          <button type="button" className="linkish" onClick={() => preset({ ...last, o3Days: Math.round(last.o3Days / 2) })}><Rich text={t('tg.presetO3')} /></button>
          <button type="button" className="linkish" onClick={reset}>{t('do.reset')}</button>
        </>
      }
      className="whatif"
    >
      <div>
        <Knob label={t('tg.pmRest', { v: plain(knobs.pm) })} value={knobs.pm} last={last.pm} max={niceMax(Math.max(last.pm, start.pm))} step={0.5} percent onChange={(pm) => turn({ ...knobs, pm })} onDone={(pm) => settle({ ...knobs, pm })} />
        <Knob label={t('tg.pmExceed', { v: knobs.pmDays })} value={knobs.pmDays} last={last.pmDays} max={Math.min(d.daysLeft, Math.max(10, Math.round(Math.max(last.pmDays, start.pmDays) * 1.8)))} step={1} onChange={(pmDays) => turn({ ...knobs, pmDays })} onDone={(pmDays) => settle({ ...knobs, pmDays })} />
        <Knob label={t('tg.o3Exceed', { v: knobs.o3Days })} value={knobs.o3Days} last={last.o3Days} max={Math.min(d.daysLeft, Math.max(10, Math.round(Math.max(last.o3Days, start.o3Days) * 1.8)))} step={1} onChange={(o3Days) => turn({ ...knobs, o3Days })} onDone={(o3Days) => settle({ ...knobs, o3Days })} />
        <p className="note whatif-pm10"><Rich text={t('tg.pm10Note')} /></p>
      </div>
      <div className="whatif-out" aria-live="polite" data-testid="whatif-out">
        {ask.error ? <ActionError error={ask.error} /> : a && (
          <>
            <table className="res">
              <thead><tr><th scope="col"><span className="sr-only">{t('dt.factor')}</span></th><th scope="col" className="r">{t('tg.fullYear')}</th><th scope="col">{t('tg.againstTarget')}</th><th scope="col" className="r"><ChanceHelp /></th></tr></thead>
              <tbody>
                <Result label="PM2.5" out={a.pm25} set={hasTarget(d, 'pm25')} prob={a.probability.pm25} />
                <Result label="PM10" out={a.pm10} set={hasTarget(d, 'pm10')} prob={a.probability.pm10} />
                <Result label={t('tg.goodDays')} out={a.goodDays} set={hasTarget(d, 'good_days')} days prob={a.probability.good_days} />
              </tbody>
            </table>
            <ul className="sums" aria-label={t('explain.formula')}>{(lang === 'en' && a.arithmeticEn.length > 0 ? a.arithmeticEn : a.arithmetic).map((x) => <li key={x}><Rich text={x} /></li>)}</ul>
          </>
        )}
      </div>
    </Card>
  );
}

const hasTarget = (d: Targets, item: string) => d.items.some((x) => x.item === item && x.target.value !== '');

function Result({ label, out, set, days = false, prob }: { label: string; out: Outcome; set: boolean; days?: boolean; prob?: string }) {
  const { t } = useT();
  const n = unsigned(out.margin);
  const word = !set ? t('tg.noTarget') : out.met ? (days ? t('tg.margin', { n }) : t('tg.met')) : days ? t('tg.short', { n }) : t('tg.notMet');
  return (
    <tr>
      <th scope="row"><Rich text={label} /></th>
      <td className="r"><b className="num">{plain(out.value)}</b></td>
      <td className={!set ? 'note' : out.met ? 'done' : 'danger'}>{word}</td>
      <td className="r num">{prob ? `${prob}%` : ''}</td>
    </tr>
  );
}

/** Where the probability of an assumption comes from; and what is assumed for PM10, which has no slider. */
function ChanceHelp() {
  const { t } = useT();
  return (
    <Popover trigger="click" placement="topRight" title={t('tg.prob')} content={<div className="derived" data-testid="derived"><p>{t('tg.chanceHelp')}</p><p className="note"><Rich text={t('tg.pm10Assumed')} /></p></div>}>
      <button type="button" className="linkish">{t('tg.prob')}<span className="sr-only">{t('explain.open')}</span></button>
    </Popover>
  );
}

function Knob({ label, value, last, max, step, percent, onChange, onDone }: { label: string; value: number; last: number; max: number; step: number; percent?: boolean; onChange: (v: number) => void; onDone: (v: number) => void }) {
  const { t } = useT();
  const diff = percent ? (last > 0 ? Math.round(((value - last) / last) * 100) : 0) : Math.round(value - last);
  const text = diff === 0 ? t('tg.same') : t('tg.vsLast', { v: percent ? `${signed(diff)}%` : `${signed(diff)} ${t('tg.days')}` });
  return (
    <div className="whatif-row">
      <div className="top"><span><Rich text={label} /></span><b className="num">{text}</b></div>
      <Slider min={0} max={max} step={step} value={Math.min(value, max)} onChange={onChange} onChangeComplete={onDone} tooltip={{ open: false }} ariaLabelForHandle={label} />
      <i className="whatif-mark" style={{ left: `calc(9px + (100% - 18px) * ${Math.min(1, last / max)})` }} aria-hidden="true" />
    </div>
  );
}

const unsigned = (margin: string) => margin.replace(/^[+−-]/, '');
const tenth = (v: number) => Math.round(v * 2) / 2;
const niceMax = (v: number) => Math.max(20, Math.ceil((v * 1.6) / 10) * 10);

function parse(text: string): Knobs | null {
  const n = text.split(',').map(Number);
  if (n.length !== 3 || n.some((x) => Number.isNaN(x))) return null;
  return { pm: n[0]!, pmDays: n[1]!, o3Days: n[2]! };
}
