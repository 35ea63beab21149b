import { useT, type Word } from '../../i18n';
import { count } from '../../lib/format';
import type { Rate } from './types';

/** What a rate means: formula words, numerator and denominator; shown wherever the rate is. */
export function useFormula() {
  const { t } = useT();
  return (formula: Word, r: Rate) => t('gr.formula', { words: t(formula), num: count(r.num), den: count(r.den), text: r.text === '—' ? '—' : `${r.text} %` });
}

/** A rate as a number that explains itself. */
export function RateText({ rate, formula, strong }: { rate: Rate; formula: Word; strong?: boolean }) {
  const say = useFormula();
  return <span className={strong ? 'nowrap strong' : 'nowrap'} title={say(formula, rate)}>{rate.den === 0 ? '—' : `${rate.text} %`}</span>;
}

/** A quiet bar beside its number; the number is the figure. */
export function Bar({ share, tone }: { share: number; tone: 'rate' | 'days' }) {
  return <span className={`gbar ${tone}`} aria-hidden="true"><i style={{ width: `${Math.max(0, Math.min(1, share)) * 100}%` }} /></span>;
}

/** The number of a line, filled when the map shows it too. */
export function Badge({ n, spot }: { n: number; spot: boolean }) {
  return <span className={spot ? 'gbadge' : 'gbadge hollow'}>{n}</span>;
}

/** One big figure with what it is made of. */
export function BigRate({ name, rate, unit, formula }: { name: string; rate: Rate; unit: string; formula: Word }) {
  const say = useFormula();
  return (
    <div className="gfig" title={say(formula, rate)}>
      <span className="note">{name}</span>
      <span className="gfig-value">{rate.den === 0 ? '—' : <>{rate.text}<small> %</small></>}</span>
      <span className="note num">{count(rate.num)} / {count(rate.den)} {unit}<span className="sr-only">{`，${say(formula, rate)}`}</span></span>
    </div>
  );
}
