import { Head, Icon, useEngine, useNow, useSnap, Warnings } from './parts';
import { go } from './route';
import { left, when } from './time';
import { checkPair, moveBody, movesOf, stepsOf } from './tasks';
import type { Item, Matter, Move, MoveBody } from './types';
import { useT } from './words';

/** One matter as its holder needs it: how long, what was seen, what to do. */
export function Task({ id }: { id: string }) {
  const { t } = useT();
  const { start, items } = useSnap();
  const m = start?.tasks.find((x) => x.id === id);
  if (!start || !m) return <div className="page"><Head title={t('task')} /><main><Warnings /><p className="card empty">{t('gone')}</p></main></div>;
  const { moves, after, state } = movesOf(m, items, start.kinds);
  const waits = stepsOf(items, id).filter((i) => i.state !== 'draft');
  const open = moves.filter((x) => x.allowed);
  const pair = checkPair(open);
  const shut = moves.filter((x) => !x.allowed && x.refusal);
  return (
    <div className="page">
      <Head title={pair ? pair.yes.name : t('task')} note={m.number} />
      <main>
        <Warnings />
        <MatterHead m={m} state={state} />
        {waits.map((i) => (
          <button key={i.id} type="button" className="card waits" onClick={() => go(`/item/${i.id}`)}>
            <Icon name={i.state === 'conflict' || i.state === 'refused' ? 'alert' : 'cloud'} />
            {i.state === 'conflict' ? t('stateConflict') : i.state === 'refused' ? t('stateRefused', { why: i.fault?.message ?? '' }) : t('waitsUp', { name: (i.body as MoveBody).name })}
          </button>
        ))}
        {after && open.length > 0 && <p className="note">{t('likelyNext')}</p>}
        <Pictures m={m} />
        <Story m={m} />
        {shut.length > 0 && (
          <details className="card shut">
            <summary>{t('cannot')}（{shut.length}）</summary>
            <ul>{shut.map((x) => <li key={x.id}><b>{x.name}</b>：{x.refusal?.message}</li>)}</ul>
          </details>
        )}
      </main>
      <Acts m={m} moves={open} after={after} />
    </div>
  );
}

export function MatterHead({ m, state }: { m: Matter; state: string }) {
  const { t, lang } = useT();
  const now = useNow();
  const clock = m.clocks.find((c) => c.state === 'running' || c.state === 'late') ?? m.clocks[0];
  const rest = m.due ? left(m.due.at, now, lang) || (lang === 'en' ? m.due.leftEn : m.due.left) : '';
  const pauses = m.clocks.reduce((n, c) => n + (c.pauses?.length ?? 0), 0);
  const late = m.due !== null && Date.parse(m.due.at) < now;
  return (
    <>
      <h2 className="matter-title">{m.title}</h2>
      <p className="note">{[m.region.name, m.place, state].filter(Boolean).join(' · ')}</p>
      {m.description && m.description !== m.title && <p className="described">{m.description}</p>}
      <div className="card clocks">
        <div>
          <span className="note">{t('official')}{m.due?.name ? ` · ${m.due.name}` : ''}</span>
          <b className={late ? 'danger' : ''}>{m.due ? rest || when(m.due.at, now, lang) : '—'}</b>
          <span className="note">{m.due ? t('to', { t: when(m.due.at, now, lang) }) : (clock?.left ?? '')}</span>
        </div>
        <div>
          <span className="note">{t('actual')}</span>
          <b>{m.elapsed || '—'}</b>
          <span className="note">{pauses > 0 ? t('pausedTimes', { n: pauses }) : when(m.openedAt, now, lang)}</span>
        </div>
      </div>
    </>
  );
}

/** Before and after, side by side; anything found about a photo stands beneath it. */
function Pictures({ m }: { m: Matter }) {
  const { t, lang } = useT();
  const now = useNow();
  const seen = m.events.flatMap((e) => (e.evidence ?? []).filter((x) => x.kind === 'photo').map((x) => ({ e, x })));
  if (seen.length === 0) return null;
  const firstDo = seen.find(({ e }) => e.act === 'do');
  const shown = [seen[0]!, ...(seen.length > 1 ? [seen.filter(({ e }) => e.act === 'do').at(-1) ?? seen.at(-1)!] : [])];
  return (
    <div className="pictures">
      {shown.map(({ e, x }, i) => (
        <figure key={x.id}>
          <img src={x.thumb} alt={x.name} loading="lazy" onError={(ev) => ev.currentTarget.classList.add('missing')} />
          <figcaption><b>{t(e.act === 'do' ? (firstDo ? 'after1' : 'atDo') : i === 0 && firstDo ? 'before1' : 'atReport')}</b> {when(e.at, now, lang)} {e.actor.unit || e.actor.display}</figcaption>
          {(x.marks ?? []).map((k) => <p key={k.code} className="mark">{k.message}</p>)}
        </figure>
      ))}
    </div>
  );
}

function Story({ m }: { m: Matter }) {
  const { t, lang } = useT();
  const now = useNow();
  return (
    <details className="card story">
      <summary>{t('story')}（{m.events.length}）</summary>
      <ol>
        {[...m.events].reverse().map((e) => (
          <li key={e.seq}>
            <span className="note">{when(e.at, now, lang)} · {[e.actor.unit, e.actor.post, e.actor.display].filter(Boolean).join(' ')}</span>
            <b>{e.name}</b>{e.opinion && <p>{e.opinion}</p>}
          </li>
        ))}
      </ol>
    </details>
  );
}

/** A draft of this move that lies in the phone, or a new one; its form opens. */
function useBegin() {
  const engine = useEngine();
  const { items } = useSnap();
  return (m: Matter, move: Move, after: Item | null, choice: boolean) => {
    const old = items.find((i) => i.state === 'draft' && i.body.type === 'move' && i.body.matter === m.id && (choice || i.body.transition === move.id));
    if (old) return go(`/do/${old.id}`);
    const body = moveBody(m, move, after);
    const { item } = engine.draft(choice ? { ...body, transition: '', name: '', act: '', to: '' } : body, `${choice ? '' : `${move.name} · `}${m.title}`, m.place);
    go(`/do/${item.id}`);
  };
}

function Acts({ m, moves, after }: { m: Matter; moves: Move[]; after: Item | null }) {
  const { t } = useT();
  const engine = useEngine();
  const begin = useBegin();
  const pair = checkPair(moves);
  const desk = moves.filter((x) => x.assigns !== '');
  const rest = moves.filter((x) => x.assigns === '' && x !== pair?.yes && x !== pair?.no);
  const order = (x: Move) => ['do', 'accept', 'check', 'approve', 'verify', 'report', 'resume', 'return', 'withdraw', 'void'].indexOf(x.act);
  const sorted = [...rest].sort((a, b) => order(a) - order(b));
  /** A move that needs nothing but the word goes at once. */
  const act = (x: Move) => {
    const bare = x.need.evidence.length === 0 && x.need.fields.length === 0 && !x.need.opinion;
    if (!bare) return begin(m, x, after, false);
    const { item, kept } = engine.draft(moveBody(m, x, after), `${x.name} · ${m.title}`, m.place);
    void kept.then((ok) => ok && engine.send(item.id));
  };
  if (moves.length === 0) return <footer className="foot-bar"><p className="note">{t('noMoves')}</p></footer>;
  const [first, ...others] = sorted;
  return (
    <footer className="foot-bar">
      {pair && <button type="button" className="primary" onClick={() => begin(m, pair.yes, after, true)} data-testid="act-check"><Icon name="camera" />{pair.yes.name}</button>}
      {!pair && first && <button type="button" className={first.act === 'return' ? 'danger' : 'primary'} onClick={() => act(first)} data-testid={`act-${first.id}`}>{first.name}</button>}
      {(pair ? sorted : others).length > 0 && (
        <div className="row">{(pair ? sorted : others).map((x) => <button key={x.id} type="button" className="secondary" onClick={() => act(x)} data-testid={`act-${x.id}`}>{x.name}</button>)}</div>
      )}
      {!pair && first?.consequence && <p className="note">{t('consequence', { t: first.consequence })}</p>}
      {desk.length > 0 && <p className="note">{desk.map((x) => x.name).join('、')}：{t('atDesk')}</p>}
    </footer>
  );
}
