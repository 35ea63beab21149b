import type { Lang } from './format';

const two = (n: string) => n.padStart(2, '0');
const whole = /^\d+$/;
const every = /^\*\/(\d+)$/;

/**
 * When a schedule runs, in words, for the shapes in use: every minute, every n minutes, each hour at a minute,
 * each day at a time. Any other shape answers ''.
 */
export function cronWords(spec: string, lang: Lang): string {
  const [minute = '', hour = '', ...rest] = spec.trim().split(/\s+/);
  if (rest.length !== 3 || rest.some((x) => x !== '*')) return '';
  const en = lang === 'en';
  const n = every.exec(minute)?.[1];
  if (hour === '*') {
    if (minute === '*') return en ? 'every minute' : '每分钟';
    if (n) return en ? `every ${n} minutes` : `每 ${n} 分钟`;
    return whole.test(minute) ? (en ? `each hour at :${two(minute)}` : `每小时 ${minute} 分`) : '';
  }
  return whole.test(hour) && whole.test(minute) ? (en ? `daily at ${two(hour)}:${two(minute)}` : `每日 ${two(hour)}:${two(minute)}`) : '';
}
