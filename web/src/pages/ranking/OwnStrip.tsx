import type { Ranking, RankRow } from '../../api/types';
import { Figure } from '../../components/Figure';
import { Pollutant, Rich } from '../../components/Rich';
import { useT } from '../../i18n';
import { factorName } from '../../lib/chem';
import { signed } from '../../lib/format';
import { items, Moved } from './columns';

/** Difference of two printed numbers with as many decimals as they were printed with. */
export function printedDiff(a: string, b: string): string {
  const decimals = Math.max(a.split('.')[1]?.length ?? 0, b.split('.')[1]?.length ?? 0);
  const scale = 10 ** decimals;
  return (Math.round(Number(a) * scale - Number(b) * scale) / scale).toFixed(decimals);
}

/** Our own place, its parts, and the distance to the neighbours; always in view above the list. */
export function OwnStrip({ d, own, onShow }: { d: Ranking; own: RankRow | undefined; onShow: () => void }) {
  const { t, lang } = useT();
  if (!own) return d.rows.length > 0 ? <p className="note">{t('rk.noOwn')}</p> : null;
  const at = d.rows.indexOf(own);
  const better = d.rows.slice(0, at).reverse().find((r) => r.rank > 0 && r.rank < own.rank);
  const worse = d.rows.slice(at + 1).find((r) => r.rank > own.rank);
  return (
    <section className="card strip own-strip" aria-label={own.region.name}>
      <div className="strip-item">
        <span className="note">{own.region.name}</span>
        <span className="strip-primary">{own.rank > 0 ? own.rank : '—'}<span className="note"> / {d.own?.of || d.rows.length}</span></span>
      </div>
      <div className="strip-item"><span className="note">{t('rk.moved')}</span><span className="strip-primary"><Moved n={own.rank > 0 && (own.rankLast ?? 0) > 0 ? own.rankChange : null} t={t} /></span></div>
      <div className="strip-item"><span className="note">{t('rk.composite')}</span><Figure figure={own.composite} size="table" name={t('rk.composite')} against={`${signed(own.change)}%`} /></div>
      <div className="strip-item wide">
        <span className="note">{t('rk.parts')}{own.worst && <>{lang === 'en' ? ', ' : '，'}{t('rk.worst')} <Pollutant name={factorName(own.worst)} /></>}</span>
        <Parts row={own} />
      </div>
      <div className="strip-item">
        <span className="note">{t('rk.neighbours')}</span>
        <span style={{ fontSize: 13 }}>
          {better ? <>{t('rk.toBetter', { name: better.region.name, v: printedDiff(own.composite.value, better.composite.value) })}<br /></> : null}
          {worse ? t('rk.toWorse', { name: worse.region.name, v: printedDiff(worse.composite.value, own.composite.value) }) : null}
        </span>
      </div>
      <div className="strip-item"><button type="button" className="linkish" onClick={onShow}>{t('rk.toOwn')}</button></div>
    </section>
  );
}

const shades = ['#0F766E', '#46525E', '#5BA39B', '#8FA3AE', '#C4CED4', '#DDE3E7'];

/** The six single indices as one bar. */
export function Parts({ row }: { row: RankRow }) {
  const values = items.map((i) => Number(row[i.index]) || 0);
  const sum = values.reduce((a, b) => a + b, 0) || 1;
  return (
    <span className="parts" role="img" aria-label={items.map((i) => `${i.name} ${row[i.index]}`).join('，')}>
      {items.map((i, n) => (
        <span key={i.index} className="part" style={{ width: `${((values[n] ?? 0) / sum) * 100}%` }} title={`${i.name} ${row[i.index]}`}>
          <i style={{ background: shades[n] }} />
          {(values[n] ?? 0) / sum > 0.15 && <em><Rich text={i.name} /> {row[i.index]}</em>}
        </span>
      ))}
    </span>
  );
}
