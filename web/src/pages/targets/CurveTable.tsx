import type { Targets } from '../../api/types';
import { Rich } from '../../components/Rich';
import { useT } from '../../i18n';
import { day } from '../../lib/format';
import { readOff } from './curve';

/** The curves as numbers, day by day, newest first. */
export function CurveTable({ d }: { d: Targets }) {
  const { t, lang } = useT();
  const first = d.items[0];
  if (!first) return null;
  const indices = first.curve.days.map((_, i) => i).reverse();
  return (
    <div className="tablebox" style={{ gridRow: '1 / -1', height: '100%' }} tabIndex={0} role="region" aria-label={t('tg.curves')}>
      <table className="dt compact">
        <caption className="sr-only">{t('tg.curves')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('tg.tableDay')}</th>
            {d.items.flatMap((x) => {
              const name = x.item === 'good_days' ? t('tg.goodDays') : x.name;
              return [
                <th key={`${x.item}t`} scope="col" className="r"><Rich text={name} /><br />{t('tg.thisYear')}</th>,
                <th key={`${x.item}l`} scope="col" className="r"><br />{t('tg.lastYear')}</th>,
                <th key={`${x.item}p`} scope="col" className="r"><br />{t('tg.path')}</th>,
                <th key={`${x.item}f`} scope="col" className="r"><br />p10–p90</th>,
              ];
            })}
          </tr>
        </thead>
        <tbody>
          {indices.map((i) => (
            <tr key={first.curve.days[i]}>
              <td className="nowrap">{day(first.curve.days[i], lang)}</td>
              {d.items.flatMap((x) => [
                <td key={`${x.item}t`} className="r num strong">{readOff(x.curve.thisYear[i])}</td>,
                <td key={`${x.item}l`} className="r num">{readOff(x.curve.lastYear[i])}</td>,
                <td key={`${x.item}p`} className="r num">{readOff(x.curve.targetPath[i])}</td>,
                <td key={`${x.item}f`} className="r num nowrap">{x.curve.p10[i] === null || x.curve.p10[i] === undefined ? '—' : `${readOff(x.curve.p10[i])}–${readOff(x.curve.p90[i])}`}</td>,
              ])}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
