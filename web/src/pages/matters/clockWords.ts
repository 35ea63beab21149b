import type { useT } from '../../i18n';
import { day, minute } from '../../lib/format';
import type { PauseView } from './types';

/** A term's code as people write it: 3wd is 3 工作日. */
export function termText(code: string, t: ReturnType<typeof useT>['t']): string {
  const [, n, unit] = /^(\d+)(wd|cd|wh|h|min)$/.exec(code) ?? [];
  return n && unit ? `${n} ${t(`mu.${unit as 'wd'}`)}` : code;
}

/** From when to when a clock stands still: until a day, or until a condition that is reviewed. */
export function pauseText(p: Pick<PauseView, 'from' | 'to' | 'until' | 'condition' | 'review'>, t: ReturnType<typeof useT>['t'], lang: 'zh' | 'en'): string {
  const end = p.to ? minute(p.to, lang) : p.until ? minute(p.until, lang) : p.condition && t('mp.untilMet', { what: p.condition, by: day(Date.parse(p.review) - 1, lang) });
  return [minute(p.from, lang), end].filter(Boolean).join(' → ');
}
