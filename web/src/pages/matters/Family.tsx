import { Link } from '../../components/Link';
import { useT } from '../../i18n';
import { Deadline, StateChip } from './parts';
import type { MatterView, Row } from './types';

const groups = ['parent', 'children', 'mergedInto', 'merged', 'recurrences', 'duplicates'] as const;

const rowsOf = (m: MatterView, g: (typeof groups)[number]): Row[] => {
  const v = m.family?.[g];
  return !v ? [] : Array.isArray(v) ? v : [v];
};

export const familySize = (m: MatterView) => groups.reduce((n, g) => n + rowsOf(m, g).length, 0);

/** Parents, parts, merged ones, recurrences: only what the reader may see. */
export function Family({ m }: { m: MatterView }) {
  const { t } = useT();
  if (familySize(m) === 0) return <p className="mid">{t('mp.noFamily')}</p>;
  return (
    <div className="family">
      {groups.filter((g) => rowsOf(m, g).length > 0).map((g) => (
        <section key={g}>
          <h3>{t(`mp.${g}`)}</h3>
          {rowsOf(m, g).map((x) => (
            <Link key={x.id} href={`/matters/${x.id}`} className="family-row">
              <span className="mono">{x.number}</span><span className="strong">{x.title}</span><StateChip state={x.state} /><Deadline due={x.due} short />
            </Link>
          ))}
        </section>
      ))}
    </div>
  );
}
