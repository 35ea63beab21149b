import type { Targets } from '../../api/types';
import { Pollutant } from '../../components/Rich';
import { useT } from '../../i18n';
import { signed } from '../../lib/format';

/** Days lost by primary pollutant: this year, the same days of last year, this month. */
export function LostTable({ d }: { d: Targets }) {
  const { t } = useT();
  const max = Math.max(1, ...d.lost.flatMap((x) => [x.thisYear, x.lastYear]));
  const total = d.lostTotal;
  return (
    <div className="lost-box">
      <table className="dt" data-testid="lost">
        <caption className="sr-only">{t('tg.lost')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('tg.lost')}</th>
            <th scope="col" className="bars">
              <span className="legend"><span><i className="swatch" style={{ background: 'var(--accent)' }} />{t('tg.thisYear')}</span><span><i className="swatch" style={{ background: 'var(--grey-bar)' }} />{t('tg.lastSame')}</span></span>
            </th>
            <th scope="col" className="r">{t('tg.thisYear')}</th>
            <th scope="col" className="r">{t('tg.lastYear')}</th>
            <th scope="col" className="r">{t('tg.change')}</th>
            <th scope="col" className="r">{t('tg.month')}</th>
            <th scope="col" className="r">{t('tg.monthLast')}</th>
          </tr>
        </thead>
        <tbody>
          {d.lost.map((x) => (
            <tr key={x.pollutant}>
              <td><Pollutant name={x.pollutant} /></td>
              <td className="bars"><span className="lost-bars" aria-hidden="true"><i style={{ width: `${(x.thisYear / max) * 100}%` }} /><i style={{ width: `${(x.lastYear / max) * 100}%` }} /></span></td>
              <td className="r num strong">{x.thisYear}</td>
              <td className="r num mid">{x.lastYear}</td>
              <td className="r num">{signed(x.change)}</td>
              <td className="r num">{x.thisMonth}</td>
              <td className="r num mid">{x.lastYearMonth}</td>
            </tr>
          ))}
          <tr>
            <td>{t('word.total')}</td>
            <td className="bars" />
            <td className="r num strong">{total.thisYear}</td>
            <td className="r num mid">{total.lastYear}</td>
            <td className="r num">{signed(total.change)}</td>
            <td className="r num">{total.thisMonth}</td>
            <td className="r num mid">{total.lastYearMonth}</td>
          </tr>
        </tbody>
      </table>
    </div>
  );
}
