import type { Query } from '../../api/client';
import { useApi } from '../../api/hooks';
import { Card } from '../../components/Card';
import { Link } from '../../components/Link';
import { Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { rfc3339 } from '../../lib/format';
import { useLocation, useParam } from '../../lib/router';
import { useNow } from '../../shell/clock';
import { dueAddress } from './query';

type Day = { date: string; due: number; opened: number; closed: number };

const shift = (month: string, by: number) => {
  const [y = 2026, m = 1] = month.split('-').map(Number);
  const at = y * 12 + (m - 1) + by;
  return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`;
};

/** What falls due, came in and was closed, day by day. */
export function CalendarView({ query }: { query: Query }) {
  const { t, lang } = useT();
  const now = rfc3339(useNow(60_000));
  const [month, setMonth] = useParam('month', now.slice(0, 7));
  const r = useApi<{ days: Day[] | null }>('/matters/calendar', { ...query, month });
  if (r.error && !r.data) return <Failed error={r.error} retry={() => void r.refetch()} />;
  if (!r.data) return <Waiting height={420} />;
  const days = r.data.days ?? [];
  const first = days[0] ? (new Date(`${days[0].date}T00:00:00Z`).getUTCDay() + 6) % 7 : 0;
  const today = now.slice(0, 10);
  const sum = (key: 'due' | 'opened' | 'closed') => days.reduce((n, d) => n + d[key], 0);
  const title = lang === 'en' ? month : `${Number(month.slice(0, 4))}年${Number(month.slice(5))}月`;
  const heads = lang === 'en' ? ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] : ['一', '二', '三', '四', '五', '六', '日'];
  return (
    <Card
      title={title}
      right={
        <>
          <button type="button" className="topctl" aria-label={t('ma.monthBefore')} onClick={() => setMonth(shift(month, -1))}>‹</button>
          <button type="button" className="topctl" aria-label={t('ma.monthAfter')} onClick={() => setMonth(shift(month, 1))}>›</button>
        </>
      }
    >
      <div className="mcal">
        {heads.map((h) => <span key={h} className="note">{h}</span>)}
        {Array.from({ length: first }, (_, i) => <span key={`b${i}`} />)}
        {days.map((d) => (
          <div key={d.date} className={d.date === today ? 'mcal-day today' : 'mcal-day'}>
            <b>{Number(d.date.slice(8))}</b>
            {d.due > 0 && <Due date={d.date} today={today} n={d.due} />}
            {d.opened > 0 && <span className="note"><span className="word">{t('ma.opened')} </span>{d.opened}</span>}
            {d.closed > 0 && <span className="done"><span className="word">{t('mt.closed')} </span>{d.closed}</span>}
          </div>
        ))}
      </div>
      <p className="mcal-key"><span className="warn">{t('ma.due')} {sum('due')}</span><span className="note">{t('ma.opened')} {sum('opened')}</span><span className="done">{t('mt.closed')} {sum('closed')}</span></p>
    </Card>
  );
}

/** What is due today or was due before leads to the list that holds it; of a coming day the list has no question. */
function Due({ date, today, n }: { date: string; today: string; n: number }) {
  const { t } = useT();
  const { search } = useLocation();
  const late = date < today;
  const text = <><span className="word">{t('ma.due')} </span>{n}</>;
  if (date > today) return <span className="warn">{text}</span>;
  return <Link className={late ? 'danger' : 'warn'} href={dueAddress(search, late ? 'overdue' : 'today')}>{text}</Link>;
}
