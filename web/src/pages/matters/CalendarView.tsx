import type { Query } from '../../api/client';
import { useApi } from '../../api/hooks';
import { Card } from '../../components/Card';
import { Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { rfc3339 } from '../../lib/format';
import { useParam } from '../../lib/router';
import { useNow } from '../../shell/clock';

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
  const heads = lang === 'en' ? ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] : ['一', '二', '三', '四', '五', '六', '日'];
  return (
    <Card title={month} right={<><button type="button" className="linkish" onClick={() => setMonth(shift(month, -1))}>←</button><button type="button" className="linkish" onClick={() => setMonth(shift(month, 1))}>→</button></>}>
      <div className="mcal">
        {heads.map((h) => <span key={h} className="note">{h}</span>)}
        {Array.from({ length: first }, (_, i) => <span key={`b${i}`} />)}
        {days.map((d) => (
          <div key={d.date} className={d.date === now.slice(0, 10) ? 'mcal-day today' : 'mcal-day'}>
            <b>{Number(d.date.slice(8))}</b>
            {d.due > 0 && <span className="warn">{t('ma.due')} {d.due}</span>}
            {d.opened > 0 && <span className="note">{t('ma.opened')} {d.opened}</span>}
            {d.closed > 0 && <span className="done">{t('mt.closed')} {d.closed}</span>}
          </div>
        ))}
      </div>
    </Card>
  );
}
