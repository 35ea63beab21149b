import { Button, Drawer } from 'antd';
import { useApi } from '../../api/hooks';
import type { AuditEntry, Page } from '../../api/types';
import { Link } from '../../components/Link';
import { Failed, Waiting } from '../../components/States';
import { useNarrow } from '../../components/useNarrow';
import { useT } from '../../i18n';
import { stamp } from '../../lib/format';
import { setParams } from '../../lib/router';
import { can, useMe } from '../../shell/me';
import type { CellFeature, Fault, Source } from './types';

const edits = ['shape', 'split', 'merge', 'end'] as const;

/** One cell: who serves it, what lies in it, what is wrong with it, what was changed; and the ways to change it. */
export function CellPanel({ id, region, faults, may, onClose }: { id: string; region: string; faults: Fault[]; may: boolean; onClose: () => void }) {
  const { t } = useT();
  const me = useMe();
  const narrow = useNarrow();
  const r = useApi<CellFeature>(`/grid/cells/${id}`, {}, { keep: false });
  const sources = useApi<{ items: Source[] | null }>('/grid/objects', { region, cell: id }, { keep: false });
  const audit = useApi<Page<AuditEntry>>('/audit', { object: `cell/${id}`, limit: 20 }, { enabled: can(me, 'audit.read'), keep: false });
  const c = r.data?.properties;
  const inside = sources.data?.items ?? [];
  const wrong = faults.filter((f) => f.cell === id || (f.cells ?? []).includes(id));
  return (
    <Drawer open size={narrow ? '100%' : 420} title={c?.name ?? t('gr.cell')} onClose={onClose} mask={false} closable={{ 'aria-label': t('do.close') }}>
      {r.error ? <Failed error={r.error} retry={() => void r.refetch()} /> : !c ? <Waiting height={240} /> : (
        <>
          <dl className="kv">
            <dt>{t('gr.code')}</dt><dd className="mono">{c.code}</dd>
            <dt>{t('gr.where')}</dt><dd>{c.region.name}</dd>
            <dt>{t('gr.area')}</dt><dd>{t('gr.km2', { n: c.areaKm2.toFixed(2) })}</dd>
          </dl>
          {may && (
            <div className="gform" style={{ margin: '12px 0' }}>
              <div className="row">{edits.map((e) => <Button key={e} size="small" disabled={narrow} onClick={() => setParams({ edit: e })}>{t(`ge.${e}`)}</Button>)}</div>
              {narrow && <p className="note">{t('gr.wide')}</p>}
            </div>
          )}
          {wrong.map((f) => <p key={f.id} className="gline"><span className="chip warn">{t(`gk.${f.kind}`)}</span><span>{f.situation}</span><span className="note">{t('gr.days', { n: f.days })}</span></p>)}
          <h3 className="gsec">{t('gr.holders')}</h3>
          {(c.holders ?? []).length === 0 && <p className="mid">{t('gr.noHolders')}</p>}
          {(c.holders ?? []).map((h) => <p key={h.role + h.post} className="gline"><span className="strong">{h.name}</span><span>{h.title}</span><span className={h.person || h.standIn ? 'mid' : 'warn'}>{h.standIn ? t('gr.standIn', { name: h.standIn }) : h.person || t('gr.vacant')}</span></p>)}
          <h3 className="gsec">{t('gr.sources')} <span className="note">{inside.length}</span></h3>
          {sources.data && inside.length === 0 && <p className="mid">{t('gr.noSources')}</p>}
          {inside.slice(0, 60).map((s) => <p key={s.id} className="gline"><span>{s.name}</span><span className="chip grey">{s.className}</span>{s.roadside && <span className="note">{t('gr.roadside')}</span>}{s.decided && <span className="note">{t('gr.decided')}</span>}</p>)}
          {audit.data && (
            <>
              <h3 className="gsec">{t('gr.history')}</h3>
              {audit.data.items.length === 0 && <p className="mid">{t('gr.noHistory')}</p>}
              {audit.data.items.map((a) => <p key={a.seq} className="gline"><span className="note">{stamp(a.at)}</span><span>{a.summary}</span></p>)}
            </>
          )}
          <p style={{ marginTop: 16 }}><Link href={`/matters?cell=${id}&sort=updated`}>{t('gr.matters')}</Link></p>
        </>
      )}
    </Drawer>
  );
}
