import { Rich } from '../../components/Rich';
import { useT } from '../../i18n';
import { signed } from '../../lib/format';
import type { TargetLine } from './types';

/** The year's targets in a line each. */
export function TargetLines({ rows }: { rows: TargetLine[] }) {
  const { t } = useT();
  return (
    <div className="tablebox flat" tabIndex={0} role="region" aria-label={t('td.targets')}>
      <table className="dt targets-lines">
        <thead>
          <tr><th>{t('td.item')}</th><th className="r">{t('td.toDate')}</th><th className="r">{t('td.target')}</th><th className="r">{t('td.gap')}</th><th className="r">{t('td.change')}</th><th className="r">{t('td.rest')}</th><th className="r">{t('td.probability')}</th><th>{t('td.weeks')}</th></tr>
        </thead>
        <tbody>
          {rows.map((x) => (
            <tr key={x.item}>
              <td><Rich text={x.name} /> <span className="note">{x.unit}</span></td>
              <td className="r num big">{x.toDate}</td>
              <td className="r num">{x.target}</td>
              <td className={x.item !== 'good_days' && !x.gap.startsWith('-') && Number(x.gap) !== 0 ? 'r num danger' : 'r num'}>{x.item === 'good_days' ? x.gap : signed(x.gap)}</td>
              <td className="r num">{signed(x.change)}{x.item === 'good_days' ? '' : '%'}</td>
              <td className="r num">{x.rest}</td>
              <td className="r num strong">{x.probability ? `${x.probability}%` : '—'}</td>
              <td><Bars values={x.weeks ?? []} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Eight weeks as bars from zero; the last is this week's; a missing week is a gap. */
function Bars({ values }: { values: (number | null)[] }) {
  const top = Math.max(1, ...values.map((v) => v ?? 0));
  return (
    <svg className="weekbars" width={64} height={24} aria-hidden="true" focusable="false">
      {values.map((v, i) => v !== null && <rect key={i} x={i * 8} width={5} y={24 - Math.max(1, (v / top) * 24)} height={Math.max(1, (v / top) * 24)} fill={i === values.length - 1 ? '#0F766E' : '#A3AEB6'} />)}
    </svg>
  );
}
