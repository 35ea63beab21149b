import type { AirNow } from '../../api/types';
import { Card } from '../../components/Card';
import { useT } from '../../i18n';
import { hour, hourOnly } from '../../lib/format';

/** 24 hours of every station, one square an hour. Missing is hollow and red-edged, doubtful is hatched. */
export function Completeness({ now }: { now: AirNow }) {
  const { t, lang } = useT();
  const c = now.completeness;
  const word = (cell: number) => (cell === 1 ? t('air.cell1') : cell === 2 ? t('air.cell2') : t('air.cell0'));
  const marks = [0, 8, 16, 23].filter((i) => i < c.hours.length);
  return (
    <Card
      title={t('air.complete')}
      note={t('air.completeNote', { n: c.rows.length })}
      right={<><b className="num">{c.share}%</b><span className="note">{t('air.missing', { n: c.missing })}</span></>}
      flush
      className="complete-card"
    >
      <div className="complete" tabIndex={0} role="region" aria-label={t('air.complete')}>
        <div className="complete-row head" aria-hidden="true">
          <span />
          <div className="complete-cells">
            {c.hours.map((h, i) => <i key={h}>{marks.includes(i) ? hourOnly(h, lang) : ''}</i>)}
          </div>
          <span />
        </div>
        {c.rows.map((r) => (
          <div className="complete-row" key={r.siteId}>
            <span className="complete-name" title={r.name}>{r.name}</span>
            <div className="complete-cells" role="img" aria-label={`${r.name} ${r.present}/${r.cells.length}`}>
              {r.cells.map((cell, i) => <i key={i} className={`cc c${cell}`} title={`${hour(c.hours[i], lang)} ${word(cell)}`} />)}
            </div>
            <span className={r.present < r.cells.length * 0.8 ? 'num danger' : 'num'}>{r.present}/{r.cells.length}</span>
          </div>
        ))}
      </div>
    </Card>
  );
}
