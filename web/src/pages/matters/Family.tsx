import { useState } from 'react';
import { useApi } from '../../api/hooks';
import { Link } from '../../components/Link';
import { useT } from '../../i18n';
import { can, useMe } from '../../shell/me';
import { groups, rowsOf, strangers } from './kin';
import { MergeModal } from './MergeModal';
import { Deadline, StateChip } from './parts';
import { SplitModal } from './SplitModal';
import type { MatterView, Row } from './types';

type Like = Row & { why?: string[] | null };

/** Parents, parts, merged ones, recurrences and what looks like the same: only what the reader may see. */
export function Family({ m, onDone }: { m: MatterView; onDone: () => void }) {
  const { t } = useT();
  const me = useMe();
  const open = m.state.type !== 'closed' && m.state.type !== 'void';
  const manages = open && can(me, 'matter.manage');
  const near = m.lng && m.lat ? { lng: m.lng, lat: m.lat } : {};
  const r = useApi<{ items: Like[] | null }>('/matters/duplicates', { kind: m.kind.id, category: m.category.id, ...near, site: m.site, region: m.region.code, text: m.place }, { enabled: open });
  const [merging, setMerging] = useState<Row | null>(null);
  const [splitting, setSplitting] = useState(false);
  const shown = groups.filter((g) => rowsOf(m, g).length > 0);
  const alike = strangers(m, r.data?.items ?? []);
  return (
    <div className="family">
      {shown.map((g) => (
        <section key={g}>
          <h3>{t(`mp.${g}`)}</h3>
          {rowsOf(m, g).map((x) => <Kin key={x.id} x={x} />)}
        </section>
      ))}
      {alike.length > 0 && (
        <section>
          <h3>{t('mp.duplicates')}</h3>
          {alike.map((x) => (
            <div key={x.id} className="kin">
              <Kin x={x} why={x.why ?? []} />
              {manages && <button type="button" className="linkish no-print" onClick={() => setMerging(x)}>{t('mp.mergeWith')}</button>}
            </div>
          ))}
        </section>
      )}
      {shown.length === 0 && alike.length === 0 && <p className="mid">{t('mp.noFamily')}</p>}
      {manages && <p className="asks no-print"><button type="button" className="linkish" onClick={() => setSplitting(true)}>{t('mp.split')}</button></p>}
      {merging && <MergeModal rows={[m, merging]} into={m.id} onClose={() => setMerging(null)} onDone={onDone} />}
      {splitting && <SplitModal m={m} onClose={() => setSplitting(false)} onDone={onDone} />}
    </div>
  );
}

function Kin({ x, why = [] }: { x: Row; why?: string[] }) {
  return (
    <Link href={`/matters/${x.id}`} className="family-row">
      <span className="mono">{x.number}</span><span className="strong">{x.title}</span><StateChip state={x.state} /><Deadline due={x.due} short />
      {why.length > 0 && <span className="note">{why.join('，')}</span>}
    </Link>
  );
}
