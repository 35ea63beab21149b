/** Times as people in the field read them: today, tomorrow, how much is left. */
import { civil, day, duration, isoDay, type Lang } from '../lib/format';
import { say } from './words';

const two = (n: number) => String(n).padStart(2, '0');
const DAY = 86_400_000;

/** 今天 12:00, 明天 12:00, 8月31日 周一 18:00 */
export function when(time: string, now: number, lang: Lang): string {
  const c = civil(time);
  if (!c) return '';
  const ms = Date.parse(time);
  const hm = `${two(c.hour)}:${two(c.minute)}`;
  const dayWord = ([[0, 'today'], [1, 'tomorrow'], [-1, 'yesterday']] as const).find(([n]) => isoDay(ms) === isoDay(now + n * DAY));
  return `${dayWord ? say(lang, dayWord[1]) : day(ms, lang)} ${hm}`;
}

/** What is left of a deadline on the phone's own reckoning; "" while it is more than a day away. */
export function left(at: string, now: number, lang: Lang): string {
  const ms = Date.parse(at) - now;
  if (Number.isNaN(ms) || ms > DAY) return '';
  const text = duration(Math.abs(ms) / 60_000, lang);
  return say(lang, ms >= 0 ? 'left' : 'late', { t: text });
}

/** How urgent: past, within four hours, later. */
export function urgency(at: string, now: number): 'late' | 'soon' | 'later' {
  const ms = Date.parse(at) - now;
  return ms < 0 ? 'late' : ms < 4 * 3_600_000 ? 'soon' : 'later';
}
