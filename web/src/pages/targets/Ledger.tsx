import { useMemo, type CSSProperties } from 'react';
import type { CalendarDay, Targets } from '../../api/types';
import { useT } from '../../i18n';
import { factorName, letterOf } from '../../lib/chem';
import { day } from '../../lib/format';
import { aqiLevel, levelOf } from '../../tokens';

/**
 * The year, one cell a day. A good day is a small square in the standard's colour, a lost day the letter of
 * its primary pollutant over a bar in the standard's colour: exact, but quiet enough to read numbers beside.
 */
export function Ledger({ d }: { d: Targets }) {
  const { t, lang } = useT();
  const byDate = useMemo(() => new Map(d.calendar.map((x) => [x.date, x])), [d.calendar]);
  const lastDay = d.calendar.reduce((m, x) => (x.aqi !== null && x.date > m ? x.date : m), '');
  const invalid = invalidDays(d.calendar, lastDay);
  const heads = [1, 5, 10, 15, 20, 25, 31];
  return (
    <>
      <div className="ledger" data-testid="ledger">
        <div className="ledger-row head" aria-hidden="true">
          <span />
          {Array.from({ length: 31 }, (_, i) => <span key={i}>{heads.includes(i + 1) ? i + 1 : ''}</span>)}
        </div>
        {Array.from({ length: 12 }, (_, m) => (
          <MonthRow key={m} year={d.year} month={m + 1} days={byDate} lastDay={lastDay} />
        ))}
      </div>
      <div className="legend ledger-legend">
        {aqiLevel
          .filter((l) => (d.levels[l.zh] ?? 0) > 0)
          .map((l) => (
            <span key={l.level} title={lang === 'en' ? l.en : undefined}><i className="swatch aqi" style={{ background: l.hex }} />{`${lang === 'en' ? l.shortEn : l.zh} ${d.levels[l.zh]}`}</span>
          ))}
        {invalid > 0 && <span><i className="swatch dc invalid" style={{ height: 10 }} />{`${t('tg.invalid')} ${invalid}`}</span>}
        {d.calendar.some((x) => x.dust) && <span><i className="dc dust" style={{ width: 12, height: 12 }} />{t('tg.dust')}</span>}
        {d.meta.dustMode === 'assessed' && <span className="ledger-note">{t('tg.assessedLedger')}</span>}
      </div>
    </>
  );
}

/** Days up to the last one with an AQI that cannot be judged. */
export const invalidDays = (calendar: Pick<CalendarDay, 'date' | 'valid' | 'aqi'>[], lastDay: string) => calendar.filter((x) => x.date <= lastDay && (!x.valid || x.aqi === null)).length;

function MonthRow({ year, month, days, lastDay }: { year: number; month: number; days: Map<string, CalendarDay>; lastDay: string }) {
  const { t, lang } = useT();
  const count = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const lost = [...days.values()].filter((x) => Number(x.date.slice(5, 7)) === month && x.valid && (x.aqi ?? 0) > 100).length;
  const label = lang === 'en' ? day(`${year}-${String(month).padStart(2, '0')}-01`, lang).slice(2) : `${month}月`;
  const ahead = `${year}-${String(month).padStart(2, '0')}` > lastDay.slice(0, 7);
  return (
    <div className={ahead ? 'ledger-row ahead' : 'ledger-row'} role="img" aria-label={`${label} ${t('tg.lost')} ${lost}`}>
      <span>{label}</span>
      {Array.from({ length: 31 }, (_, i) => {
        if (i >= count) return <i key={i} className="dc nil" />;
        const date = `${year}-${String(month).padStart(2, '0')}-${String(i + 1).padStart(2, '0')}`;
        return <DayCell key={i} date={date} entry={days.get(date)} lastDay={lastDay} />;
      })}
    </div>
  );
}

function DayCell({ date, entry, lastDay }: { date: string; entry: CalendarDay | undefined; lastDay: string }) {
  const { t, lang } = useT();
  const when = day(date, lang);
  if (!entry || (entry.aqi === null && date > lastDay)) return <i className="dc future" title={t('tg.dayFuture', { date: when })} />;
  const l = levelOf(entry.level);
  const extra = `${entry.dust ? ' dust' : ''}${date === lastDay ? ' today' : ''}`;
  if (!entry.valid || entry.aqi === null || !l) return <i className={`dc invalid${extra}`} title={t('tg.dayInvalid', { date: when })} />;
  const primary = entry.primary ?? [];
  const title = `${t('tg.dayTitle', { date: when, aqi: entry.aqi, word: lang === 'en' ? l.en : l.zh, primary: primary.map(factorName).join('、') })}${entry.dust ? ` ${t('tg.dust')}` : ''}`;
  if (entry.level <= 2) return <span className={`dc good${extra}`} title={title}><i style={{ background: l.hex }} /></span>;
  return <span className={`dc lost${extra}`} style={{ '--aqi': l.hex } as CSSProperties} title={title}>{primary[0] ? letterOf(primary[0]) : ''}</span>;
}
