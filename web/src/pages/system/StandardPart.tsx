import { useApi } from '../../api/hooks';
import type { Standard } from '../../api/types';
import { Card } from '../../components/Card';
import { Rich } from '../../components/Rich';
import { Empty, Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { isoDay, plain } from '../../lib/format';
import { setParams, useParam } from '../../lib/router';
import { useNow } from '../../shell/clock';

/** Standards as dated data: number, dates, tables, confidence and source. */
export default function StandardPart() {
  const { t } = useT();
  const today = isoDay(useNow(60_000));
  const [id] = useParam('std');
  const r = useApi<Standard[]>('/system/standards');
  if (r.isPending) return <Waiting height={300} />;
  if (r.error) return <Card><Failed error={r.error} retry={() => void r.refetch()} /></Card>;
  const chosen = r.data.find((s) => s.id === id) ?? r.data.find((s) => s.from <= today && (!s.to || s.to >= today)) ?? r.data[0];
  if (!chosen) return <Card><Empty title={t('st.none')} /></Card>;
  return (
    <div className="std-grid">
      <Card title={t('sy.standards')} flush>
        <div className="pick-list">
          {r.data.map((s) => (
            <div key={s.id} className={s.id === chosen.id ? 'pick on' : 'pick'}>
              <button type="button" aria-current={s.id === chosen.id || undefined} onClick={() => setParams({ std: s.id }, true)}>
                <span className="strong">{s.number}</span>
                <span className="note">{s.name}</span>
                <span><Force s={s} today={today} /> <span className="note">{s.to ? t('st.span', { from: s.from, to: s.to }) : t('st.from', { from: s.from })}</span></span>
              </button>
            </div>
          ))}
        </div>
      </Card>
      <div style={{ display: 'flex', flexDirection: 'column', gap: 12, minWidth: 0 }}>
        <Card title={chosen.number} note={chosen.name}>
          <dl className="kv">
            <dt>{t('ac.status')}</dt><dd><Force s={chosen} today={today} /> {chosen.to ? t('st.span', { from: chosen.from, to: chosen.to }) : t('st.from', { from: chosen.from })}</dd>
            <dt>{t('explain.confidence')}</dt><dd>{chosen.confidence}</dd>
            <dt>{t('st.source')}</dt><dd>{chosen.source}</dd>
            <dt>{t('st.file')}</dt><dd className="mono">{chosen.file}</dd>
          </dl>
        </Card>
        {chosen.tables.map((table) => (
          <Card key={table.name + table.clause} title={<Rich text={table.name} />} note={table.clause} right={<span className="chip">{t('st.confidence', { c: table.confidence })}</span>} flush>
            <div className="tablebox" style={{ maxHeight: 420 }} tabIndex={0} role="region" aria-label={table.name}>
              <table className="dt small">
                <caption className="sr-only">{table.name}</caption>
                <thead><tr>{table.head.map((h, i) => <th key={i} className={i > 0 ? 'r' : undefined}><Rich text={h} /></th>)}</tr></thead>
                <tbody>{table.rows.map((row, i) => <tr key={i}>{(row ?? []).map((cell, j) => <td key={j} className={j > 0 ? 'r num' : undefined}><Rich text={plain(cell)} /></td>)}</tr>)}</tbody>
              </table>
            </div>
          </Card>
        ))}
      </div>
    </div>
  );
}

function Force({ s, today }: { s: Standard; today: string }) {
  const { t } = useT();
  if (s.from > today) return <span className="chip grey">{t('st.future')}</span>;
  if (s.to && s.to < today) return <span className="chip grey">{t('st.ended')}</span>;
  return <span className="chip done">{t('st.inForce')}</span>;
}
