import { useEffect, useMemo, useRef, useState } from 'react';
import type { TargetItem, Targets } from '../../api/types';
import { Chart } from '../../components/Chart';
import { Derived } from '../../components/Derived';
import { Figure, percent } from '../../components/Figure';
import { Rich } from '../../components/Rich';
import { useT } from '../../i18n';
import { day, plain, signed } from '../../lib/format';
import { can, useMe } from '../../shell/me';
import { accent, ink } from '../../tokens';
import { curveOption, PLOT, rangeOf, spread } from './curve';
import { TargetEdit } from './TargetEdit';

/** One target as a row: to date, target, gap, last year, what the rest must be, probability; and the year's curve. */
export function Goal({ item, d }: { item: TargetItem; d: Targets }) {
  const { t } = useT();
  const me = useMe();
  const days = item.item === 'good_days';
  const name = days ? t('tg.goodDays') : item.name;
  const set = item.target.value !== '';
  return (
    <article className="goal" aria-label={name} data-item={item.item}>
      <div className="goal-facts">
        <h3><Rich text={name} /><span className="note">{`${days ? t('tg.days') : item.unit} · ${days ? t('tg.ytdDays') : t('tg.ytd')}`}</span></h3>
        <div className="goal-value">
          <Figure figure={item.toDate} size="hero" name={name} part={false} />
          <div className="note">
            {set ? <>{t('tg.target')} <Figure figure={item.target} name={`${name} ${t('tg.target')}`} /></> : t('tg.noTarget')}
            {can(me, 'target.write') && <TargetEdit item={item} d={d} name={name} />}
            <div><Gap item={item} days={days} name={name} /></div>
            <div><Change item={item} days={days} name={name} /></div>
          </div>
        </div>
        <Rest item={item} d={d} days={days} name={name} />
        {set ? (
          <div className="goal-prob" title={item.percentileOfHistory ? t('tg.history', { n: item.percentileOfHistory }) : undefined}>
            {t('tg.prob')}
            <span className="strong nowrap"><Figure figure={item.probability} name={`${name} ${t('tg.prob')}`} />{item.probability.value !== '' && '%'}</span>
            <span className="bar" aria-hidden="true"><i style={{ width: `${share(item.probability.value)}%` }} /></span>
          </div>
        ) : (
          <p className="goal-prob">{t('tg.noTargetHelp')}</p>
        )}
      </div>
      <Plot item={item} name={name} days={days} />
    </article>
  );
}

/** "<1" and ">99" are printed as they are and drawn as the number in them. */
const share = (text: string) => Number(text.replace(/^[<>]/, '')) || 0;

function Gap({ item, days, name }: { item: TargetItem; days: boolean; name: string }) {
  const { t } = useT();
  if (item.gap === '') return null;
  const behind = days ? !item.gap.startsWith('+') && Number(item.gap) !== 0 : item.gap.startsWith('+');
  const sum = <><Figure figure={item.toDate} name={name} /> − <Figure figure={item.target} name={t('tg.target')} /> = <b>{plain(item.gap)}</b></>;
  return <>{t('tg.gap')} <Derived name={`${name} ${t('tg.gap')}`} sum={sum} note={days ? t('tg.gapDaysHelp') : t('tg.gapHelp')}><b className={`num ${behind && !days ? 'danger' : behind ? '' : 'done'}`}>{plain(item.gap)}</b></Derived></>;
}

function Change({ item, days, name }: { item: TargetItem; days: boolean; name: string }) {
  const { t } = useT();
  if (item.change === '') return null;
  const text = `${signed(item.change)}${days ? ` ${t('tg.days')}` : '%'}`;
  const [now, last] = [<Figure key="n" figure={item.toDate} name={name} />, <Figure key="l" figure={item.samePeriodLastYear} name={`${name} ${t('tg.lastSame')}`} />];
  const sum = days ? <>{now} − {last} = <b>{text}</b></> : <>({now} − {last}) ÷ {item.samePeriodLastYear.value} = <b>{text}</b></>;
  return <>{t('tg.yoy')} <Derived name={`${name} ${t('tg.yoy')}`} sum={sum} note={t('tg.yoyHelp')}><b className="num">{text}</b></Derived></>;
}

function Part({ item }: { item: TargetItem }) {
  const { t } = useT();
  const share = item.toDate.completeness;
  return share !== undefined && share < 1 ? <span className="warn">{` ${t('word.complete', { p: percent(share) })}`}</span> : null;
}

function Rest({ item, d, days, name }: { item: TargetItem; d: Targets; days: boolean; name: string }) {
  const { t } = useT();
  const last = item.lastYearRest.value !== '' && <>{t('tg.lastRest', { v: '' })}<Figure figure={item.lastYearRest} name={`${name} ${t('tg.lastYear')}`} />{days && ` ${t('tg.days')}`}</>;
  if (item.target.value === '') return <div className="note">{last} <Part item={item} /></div>;
  if (days) {
    const n = item.goodNeeded ?? 0;
    const over = n - d.daysLeft;
    return <div><div>{over > 0 ? <span className="danger">{t('tg.impossible', { left: d.daysLeft, n: over })}</span> : t('tg.needed', { left: d.daysLeft, n })}</div><div className="note"><Part item={item} /></div></div>;
  }
  return (
    <div>
      {t('tg.allowed')} ≤ <span className="strong"><Figure figure={item.allowedMean} name={`${name} ${t('tg.allowed')}`} /></span>
      <div className="note">
        {last}
        <Part item={item} />
      </div>
    </div>
  );
}

function Plot({ item, name, days }: { item: TargetItem; name: string; days: boolean }) {
  const { t, lang } = useT();
  const box = useRef<HTMLDivElement>(null);
  const [h, setH] = useState(160);
  useEffect(() => {
    const el = box.current;
    if (!el) return;
    const watch = new ResizeObserver(() => setH(Math.max(120, el.clientHeight - 8)));
    watch.observe(el);
    return () => watch.disconnect();
  }, []);
  const target = Number(item.target.value) || 0;
  const range = useMemo(() => rangeOf(item.curve, days, target), [item.curve, days, target]);
  const names = useMemo(() => ({ thisYear: t('tg.thisYear'), lastYear: t('tg.lastYear'), path: t('tg.path'), fan: t('tg.fan') }), [t]);
  const option = useMemo(() => curveOption(item.curve, range, lang, names), [item.curve, range, lang, names]);
  const yOf = (v: number) => PLOT.top + (1 - (v - range.lo) / (range.hi - range.lo)) * (h - PLOT.top - PLOT.bottom);
  const labels = [
    { text: plain(item.p90), v: Number(item.p90), color: accent.main, bold: false },
    { text: target ? `${t('tg.target')} ${plain(item.target.value)}` : '', v: target, color: ink.strong, bold: true },
    { text: plain(item.p10), v: Number(item.p10), color: accent.main, bold: false },
  ].filter((l) => l.text !== '' && !Number.isNaN(l.v));
  const ys = spread(labels.map((l) => yOf(l.v)), 14, PLOT.top, h - PLOT.bottom);
  return (
    <div className="goal-plot" ref={box}>
      <Chart option={option} height={h} label={t('tg.chartLabel', { name })} />
      {labels.map((l, i) => (
        <span key={`${l.text}${i}`} className="end-label" style={{ top: (ys[i] ?? 0) - 2, color: l.color, fontWeight: l.bold ? 600 : 400 }}>{l.text}</span>
      ))}
      {range.cutBefore && <span className="cut-note note">{lang === 'en' ? `Above ${range.hi} before ${day(range.cutBefore, lang)}, not drawn` : `${day(range.cutBefore, lang)}前高于 ${range.hi}，未画`}</span>}
    </div>
  );
}
