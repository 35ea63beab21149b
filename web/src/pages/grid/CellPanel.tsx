import { Drawer } from 'antd';
import { useApi } from '../../api/hooks';
import { Link } from '../../components/Link';
import { Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import type { CellFeature, Fault, Source } from './types';

/** One cell: who serves it, what lies in it, what is wrong with it. */
export function CellPanel({ id, region, faults, onClose }: { id: string; region: string; faults: Fault[]; onClose: () => void }) {
  const { t } = useT();
  const r = useApi<CellFeature>(`/grid/cells/${id}`);
  const sources = useApi<{ items: Source[] | null }>('/grid/objects', { region });
  const c = r.data?.properties;
  const inside = (sources.data?.items ?? []).filter((s) => (s.cells ?? []).includes(id));
  const wrong = faults.filter((f) => f.cell === id || (f.cells ?? []).includes(id));
  return (
    <Drawer open size={420} title={c?.name ?? t('gr.cell')} onClose={onClose}>
      {r.error ? <Failed error={r.error} retry={() => void r.refetch()} /> : !c ? <Waiting height={240} /> : (
        <>
          <dl className="kv">
            <dt>{t('gr.code')}</dt><dd className="mono">{c.code}</dd>
            <dt>{t('gr.where')}</dt><dd>{c.region.name}</dd>
            <dt>{t('gr.area')}</dt><dd>{t('gr.km2', { n: c.areaKm2.toFixed(2) })}</dd>
          </dl>
          {wrong.map((f) => <p key={f.id} className="gline"><span className="chip warn">{t(`gk.${f.kind}`)}</span><span>{f.situation}</span><span className="note">{t('gr.days', { n: f.days })}</span></p>)}
          <h3 className="gsec">{t('gr.holders')}</h3>
          {(c.holders ?? []).length === 0 && <p className="mid">{t('gr.noHolders')}</p>}
          {(c.holders ?? []).map((h) => <p key={h.role + h.post} className="gline"><span className="strong">{h.name}</span><span>{h.title}</span><span className={h.person || h.standIn ? 'mid' : 'warn'}>{h.standIn ? t('gr.standIn', { name: h.standIn }) : h.person || t('gr.vacant')}</span></p>)}
          <h3 className="gsec">{t('gr.sources')} <span className="note">{inside.length}</span></h3>
          {sources.data && inside.length === 0 && <p className="mid">{t('gr.noSources')}</p>}
          {inside.slice(0, 60).map((s) => <p key={s.id} className="gline"><span>{s.name}</span><span className="chip grey">{s.className}</span>{s.roadside && <span className="note">{t('gr.roadside')}</span>}{s.decided && <span className="note">{t('gr.decided')}</span>}</p>)}
          <p style={{ marginTop: 16 }}><Link href={`/matters?cell=${id}&sort=updated`}>{t('gr.matters')}</Link></p>
        </>
      )}
    </Drawer>
  );
}
