import { useApi } from '../../api/hooks';
import type { CalendarYear } from '../../api/types';
import { Card } from '../../components/Card';
import { Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { addDays, civil, day, weekday } from '../../lib/format';
import { useParam } from '../../lib/router';
import { useNow } from '../../shell/clock';

/** Statutory holidays and make-up workdays of a year. A missing year is said, never guessed. */
export default function CalendarPart() {
  const { t, lang, maybe } = useT();
  const thisYear = civil(useNow(60_000))?.year ?? 2026;
  const [yearText, setYear] = useParam('year', String(thisYear));
  const year = Number(yearText);
  const r = useApi<CalendarYear>('/system/calendar', { year });
  const years = [-2, -1, 0, 1].map((n) => thisYear + n);
  const days = r.data?.days ?? [];
  const n = (kind: string) => days.filter((d) => d.kind === kind).length;
  const special = days.filter((d) => d.kind === 'holiday' || d.kind === 'makeup');
  return (
    <>
      <div className="tabs" role="tablist" aria-label={t('ca.year')}>
        {years.map((y) => <button key={y} type="button" role="tab" aria-selected={y === year} onClick={() => setYear(String(y))}>{y}</button>)}
      </div>
      {r.isPending ? <Waiting height={300} /> : r.error ? <Card><Failed error={r.error} retry={() => void r.refetch()} /></Card> : !r.data.present ? (
        <div className="banner warn" role="note">{t('ca.missing', { y: year })}</div>
      ) : (
        <>
          <p className="note">{t('ca.counts', { w: workdays(year, days), h: n('holiday'), m: n('makeup') })}。{`${t('ca.source')}：${r.data.source}`}</p>
          <div className="cal-grid">
            {Array.from({ length: 12 }, (_, m) => <Month key={m} year={year} month={m + 1} days={days} />)}
          </div>
          <Card title={t('ca.list')} flush>
            <table className="dt small">
              <tbody>
                {special.map((d) => (
                  <tr key={d.date}>
                    <td className="nowrap">{day(d.date, lang)} <span className="note">{weekday(d.date, lang)}</span></td>
                    <td><span className={d.kind === 'holiday' ? 'chip info' : 'chip warn'}>{maybe(`ca.${d.kind}`, d.kind)}</span></td>
                    <td>{d.name}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Card>
        </>
      )}
    </>
  );
}

/** Mondays to Fridays that are no holiday, and the days made up. */
function workdays(year: number, days: NonNullable<CalendarYear['days']>): number {
  const special = new Map(days.map((d) => [d.date, d.kind]));
  let sum = 0;
  for (let date = `${year}-01-01`; date.startsWith(String(year)); date = addDays(date, 1)) {
    const kind = special.get(date);
    if (kind === 'makeup' || (kind !== 'holiday' && !free(date))) sum++;
  }
  return sum;
}

const free = (date: string) => [0, 6].includes(civil(date)?.weekday ?? 1);

function Month({ year, month, days }: { year: number; month: number; days: NonNullable<CalendarYear['days']> }) {
  const { lang, maybe } = useT();
  const prefix = `${year}-${String(month).padStart(2, '0')}`;
  const special = new Map(days.map((d) => [d.date, d]));
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const own = Array.from({ length }, (_, i) => {
    const date = `${prefix}-${String(i + 1).padStart(2, '0')}`;
    return special.get(date) ?? { date, kind: free(date) ? 'weekend' : 'workday', name: '' };
  });
  const lead = ((civil(`${prefix}-01`)?.weekday ?? 0) + 6) % 7;
  const heads = lang === 'en' ? ['M', 'T', 'W', 'T', 'F', 'S', 'S'] : ['一', '二', '三', '四', '五', '六', '日'];
  return (
    <section className="cal-month" aria-label={prefix}>
      <h3>{lang === 'en' ? day(`${prefix}-01`, lang).slice(2) : `${month}月`}</h3>
      <div className="cal-days">
        {heads.map((h, i) => <span key={i} className="note">{h}</span>)}
        {Array.from({ length: lead }, (_, i) => <span key={`b${i}`} />)}
        {own.map((d) => <span key={d.date} className={`cal-day ${d.kind}`} title={`${maybe(`ca.${d.kind}`, d.kind)} ${d.name}`.trim()}>{Number(d.date.slice(8))}{d.kind === 'holiday' ? <i>休</i> : d.kind === 'makeup' ? <i>班</i> : null}</span>)}
      </div>
    </section>
  );
}
