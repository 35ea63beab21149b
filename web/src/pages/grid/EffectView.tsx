import { useT } from '../../i18n';
import type { Effect, Fault, Named } from './types';

const MOST = 8;

/** What a change would do: which gaps go or come, which sources fall to which cell. */
export function EffectView({ effect }: { effect: Effect }) {
  const { t } = useT();
  const cells = effect.cells ?? [];
  const moves = effect.moves ?? [];
  const name = (f: Fault) => (f.kind === 'gap' || f.kind === 'overlap' || f.kind === 'outside' ? t('gr.areaOf', { kind: t(`gk.${f.kind}`), n: f.area.toFixed(2) }) : `${t(`gk.${f.kind}`)} ${f.name}`);
  const into = (list: Named[] | null) => ((list ?? []).length === 0 ? t('gf.noCell') : (list ?? []).map((c) => c.name).join('、'));
  const lines = (list: Fault[] | null, tone: 'done' | 'danger', word: string) =>
    (list ?? []).slice(0, MOST).map((f) => <li key={f.id}><span className={`chip ${tone}`}>{word}</span><span>{name(f)}</span><span className="note">{f.where}</span></li>);
  const rest = Math.max(0, (effect.closed ?? []).length - MOST) + Math.max(0, (effect.opened ?? []).length - MOST);
  return (
    <section className="geffect" data-testid="effect" aria-label={t('gf.title')}>
      <p className="strong">{t('gf.sum', { closed: (effect.closed ?? []).length, opened: (effect.opened ?? []).length, moved: effect.moved })}</p>
      <ul>
        {lines(effect.closed, 'done', t('gf.closed'))}
        {lines(effect.opened, 'danger', t('gf.opened'))}
        {(effect.lasting ?? []).map((l) => <li key={l.is.id}><span className="chip warn">{t('gf.stays')}</span><span>{t('gf.from', { kind: t(`gk.${l.is.kind}`), was: l.was.area.toFixed(2), is: l.is.area.toFixed(2) })}</span></li>)}
        {rest > 0 && <li className="note">{t('gf.more', { n: rest })}</li>}
      </ul>
      {moves.length > 0 && (
        <>
          <h3 className="gsec">{t('gf.moves', { n: effect.moved })}</h3>
          <ul>
            {moves.slice(0, MOST).map((m) => <li key={m.object.kind + m.object.id}><span>{m.name}</span><span className="note">{into(m.from)} → <span className="strong">{into(m.to)}</span></span></li>)}
            {effect.moved > MOST && <li className="note">{t('gf.more', { n: effect.moved - MOST })}</li>}
          </ul>
        </>
      )}
      <h3 className="gsec">{t('gf.cells')}</h3>
      <ul>
        {cells.slice(0, MOST).map((c) => <li key={c.id}><span className="strong">{c.name}</span><span className="note">{c.change === 'added' ? t('gf.new', { is: c.is.toFixed(2) }) : c.change === 'ended' ? t('gf.ended', { was: c.was.toFixed(2) }) : t('gf.km2', { was: c.was.toFixed(2), is: c.is.toFixed(2) })}</span></li>)}
        {cells.length > MOST && <li className="note">{t('gf.more', { n: cells.length - MOST })}</li>}
      </ul>
      <p className="note">{t('gf.rate', { was: effect.before.text, is: effect.after.text })}{effect.posts > 0 && ` ${t('gf.posts', { n: effect.posts })}`}{cells.some((c) => c.change === 'added') && ` ${t('gf.noPosts')}`}</p>
    </section>
  );
}
