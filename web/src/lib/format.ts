/**
 * Times are shown in the civil time of the data, Asia/Shanghai (UTC+8, no summer time since 1991),
 * whatever the browser's own zone is. Printed numbers come from the server as text and are never
 * rounded here.
 */
const DAY_MS = 86_400_000;
const OFFSET_MS = 8 * 3_600_000;

export type Lang = 'zh' | 'en';

const weekdays: Record<Lang, string[]> = {
  zh: ['星期日', '星期一', '星期二', '星期三', '星期四', '星期五', '星期六'],
  en: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'],
};
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const two = (n: number) => String(n).padStart(2, '0');

export type Civil = { year: number; month: number; day: number; hour: number; minute: number; weekday: number };

/** Splits an RFC 3339 time, a civil day (2026-08-28) or epoch milliseconds; null when it is none of them. */
export function civil(time: string | number | null | undefined): Civil | null {
  if (time === null || time === undefined || time === '') return null;
  const ms = typeof time === 'number' ? time : Date.parse(time.length === 10 ? `${time}T00:00:00+08:00` : time);
  if (Number.isNaN(ms)) return null;
  const d = new Date(ms + OFFSET_MS);
  return {
    year: d.getUTCFullYear(),
    month: d.getUTCMonth() + 1,
    day: d.getUTCDate(),
    hour: d.getUTCHours(),
    minute: d.getUTCMinutes(),
    weekday: d.getUTCDay(),
  };
}

/** 8月28日 / 28 Aug; with the year in front when it is not the reference year. */
export function day(time: string | number | null | undefined, lang: Lang, refYear?: number): string {
  const c = civil(time);
  if (!c) return '';
  const other = refYear !== undefined && c.year !== refYear;
  if (lang === 'en') return `${c.day} ${months[c.month - 1]}${other ? ` ${c.year}` : ''}`;
  return `${other ? `${c.year}年` : ''}${c.month}月${c.day}日`;
}

/** 8月28日 14时: the end label of an hour. Midnight ends the day before: 8月27日 24时. */
export function hour(time: string | number | null | undefined, lang: Lang): string {
  const c = civil(time);
  if (!c) return '';
  return `${day(c.hour === 0 ? instant(time) - DAY_MS : time, lang)} ${hourOnly(time, lang)}`;
}

/** 14时 / 14:00; midnight is 24时, as the last hour of its day. */
export function hourOnly(time: string | number | null | undefined, lang: Lang): string {
  const c = civil(time);
  if (!c) return '';
  const h = c.hour === 0 ? 24 : c.hour;
  return lang === 'en' ? `${two(h)}:00` : `${h}时`;
}

const instant = (time: string | number | null | undefined): number => (typeof time === 'number' ? time : Date.parse(String(time)));

/** Whole hours from one time to another; 0 when one of them is none. */
export function hoursBetween(from: string | null | undefined, to: string | null | undefined): number {
  const ms = instant(to ?? '') - instant(from ?? '');
  return Number.isNaN(ms) ? 0 : Math.floor(ms / 3_600_000);
}

/** 8月28日 07:00 */
export function minute(time: string | number | null | undefined, lang: Lang): string {
  const c = civil(time);
  if (!c) return '';
  return `${day(time, lang)} ${two(c.hour)}:${two(c.minute)}`;
}

/** 2026-08-28 07:00:05 for logs and audit, where order matters more than reading. */
export function stamp(time: string | null | undefined): string {
  if (!time) return '';
  const ms = Date.parse(time);
  if (Number.isNaN(ms)) return '';
  return new Date(ms + OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ');
}

/** 8月28日 星期五 08:00 */
export function clock(ms: number, lang: Lang): string {
  const c = civil(ms);
  if (!c) return '';
  return `${day(ms, lang)} ${weekdays[lang][c.weekday]} ${two(c.hour)}:${two(c.minute)}`;
}

export function weekday(time: string, lang: Lang): string {
  const c = civil(time);
  return c ? (weekdays[lang][c.weekday] ?? '') : '';
}

/** The civil day (YYYY-MM-DD) of an instant. */
export function isoDay(ms: number): string {
  return new Date(ms + OFFSET_MS).toISOString().slice(0, 10);
}

/** RFC 3339 with the civil offset, to the minute. */
export function rfc3339(ms: number): string {
  return `${new Date(ms + OFFSET_MS).toISOString().slice(0, 16)}:00+08:00`;
}

export function addDays(iso: string, n: number): string {
  return new Date(Date.parse(`${iso}T00:00:00Z`) + n * DAY_MS).toISOString().slice(0, 10);
}

/** 12,345: counts of things, not measured values. */
export function count(n: number | null | undefined): string {
  if (n === null || n === undefined) return '';
  return String(Math.trunc(n)).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** A signed text with the real minus: "+1.8" and "-3" become "+1.8" and "−3". */
export function signed(value: string | number | null | undefined): string {
  if (value === null || value === undefined || value === '') return '';
  const text = String(value);
  if (text.startsWith('-')) return `−${text.slice(1)}`;
  if (text.startsWith('+') || text.startsWith('−') || Number(text) === 0) return text;
  return `+${text}`;
}

/** Real minus without forcing a plus. */
export function plain(value: string | number | null | undefined): string {
  return value === null || value === undefined ? '' : String(value).replace(/^-/, '−');
}

/** 1.4 MB */
export function bytes(n: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let value = n;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** 2 小时 5 分 / 2 h 5 min, from minutes. */
export function duration(minutes: number, lang: Lang): string {
  const m = Math.max(0, Math.round(minutes));
  const d = Math.floor(m / 1440);
  const h = Math.floor((m % 1440) / 60);
  const rest = m % 60;
  const words = lang === 'en' ? { d: ' d', h: ' h', m: ' min' } : { d: ' 天', h: ' 小时', m: ' 分' };
  const parts = [d ? `${d}${words.d}` : '', h ? `${h}${words.h}` : '', rest || m === 0 ? `${rest}${words.m}` : ''];
  return parts.filter(Boolean).slice(0, 2).join(' ');
}
