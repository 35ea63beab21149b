import { useState } from 'react';
import { hrefOf } from './Home';
import { Head, Icon, itemIcon, ItemNote, progress, Thumb, useEngine, useItemState, useNow, useSnap, Warnings } from './parts';
import { fetchMatter } from './door';
import { back, go } from './route';
import { lastSeq } from './tasks';
import { when } from './time';
import type { Item, MoveBody } from './types';
import { useT } from './words';

/** One thing this person did: how far it is, and what to do when it did not go through. */
export function ItemPage({ id }: { id: string }) {
  const { t } = useT();
  const { items } = useSnap();
  const words = useItemState();
  const item = items.find((i) => i.id === id);
  if (!item) return <div className="page"><Head title={t('item')} /><main><p className="card empty">{t('gone')}</p></main></div>;
  return (
    <div className="page">
      <Head title={item.title} />
      <main>
        <Warnings />
        <div className={`card state ${item.state}`} role="status" data-testid="state">
          <Icon name={itemIcon(item)} size={34} />
          <b>{words(item)}</b>
          {item.state === 'sending' && <progress max={100} value={progress(item)} aria-label={words(item)} />}
          {item.fault?.requestId && <span className="note">{t('requestId', { id: item.fault.requestId })}</span>}
        </div>
        {item.state === 'conflict' && <Clashed item={item} />}
        <Did item={item} />
      </main>
      <Choices item={item} />
    </div>
  );
}

/** Who changed what since this person looked. */
function Clashed({ item }: { item: Item }) {
  const { t, lang } = useT();
  const now = useNow();
  const c = item.clash;
  if (!c) return null;
  return (
    <section className="card clash" data-testid="clash">
      <h2>{t(c.changes.length > 0 ? 'changed' : 'changedNone')}</h2>
      <ul>
        {c.changes.map((x, i) => <li key={i}><b>{x.who}</b> {when(x.at, now, lang)} {x.name}{x.to ? ` → ${x.to}` : ''}{x.opinion && <p>“{x.opinion}”</p>}</li>)}
      </ul>
      {c.message && <p>{c.message}</p>}
      {c.state && <p>{t('nowState', { s: c.state })}</p>}
    </section>
  );
}

function Did({ item }: { item: Item }) {
  const { t } = useT();
  const b = item.body;
  const lines = b.type === 'report' ? [b.description] : b.type === 'move' ? [b.name, ...Object.values(b.fields), b.opinion] : [b.note];
  return (
    <section className="card did">
      <h2>{t('yours')}</h2>
      <p className="note"><ItemNote item={item} /></p>
      {item.place && <p>{item.place}</p>}
      {lines.filter(Boolean).map((x, i) => <p key={i}>{x}</p>)}
      <div className="photos">{item.files.map((f) => <Thumb key={f.id} file={f} />)}</div>
    </section>
  );
}

function Choices({ item }: { item: Item }) {
  const { t } = useT();
  const engine = useEngine();
  const { busy, start } = useSnap();
  const [sure, setSure] = useState(false);
  const [why, setWhy] = useState('');
  if (item.state === 'done' || item.state === 'dropped' || item.state === 'sending') return null;
  if (start && item.account !== start.me.id) return <footer className="foot-bar"><p className="note">{t('othersWait', { n: 1, who: item.accountName })}</p></footer>;
  const drop = () => (sure ? void engine.drop(item.id).then(back) : setSure(true));
  const redo = async () => {
    setWhy('');
    const body = item.body as MoveBody;
    try {
      const m = await fetchMatter(body.matter);
      await engine.refresh();
      const move = m.moves.find((x) => x.id === body.transition && x.allowed);
      if (!move) {
        setWhy(m.moves.find((x) => x.id === body.transition)?.refusal?.message ?? t('nowState', { s: m.state.name }));
        return;
      }
      const id = await engine.redo(item, { ...body, version: m.version, seq: lastSeq(m), state: m.state.name, after: '' }, item.title);
      go(`/do/${id}`, true);
    } catch {
      setWhy(t('savedOffline'));
    }
  };
  return (
    <footer className="foot-bar">
      {why && <p className="note danger" role="alert">{why}</p>}
      {item.state === 'conflict' && item.body.type === 'move' && (
        <>
          <button type="button" className="primary" onClick={() => void redo()} data-testid="redo">{t('redo')}</button>
          <p className="note">{t('redoNote')}</p>
        </>
      )}
      {item.state === 'refused' && (
        <div className="row">
          <button type="button" className="primary" onClick={() => void engine.reopen(item.id).then(() => go(hrefOf({ ...item, state: 'draft' }), true))} data-testid="fix">{t('fix')}</button>
          <button type="button" className="secondary" onClick={() => void engine.retry(item.id)}>{t('tryAgain')}</button>
        </div>
      )}
      {item.state === 'queued' && <button type="button" className="primary" disabled={busy} onClick={() => void engine.kick(true)}><Icon name="cloudUp" />{t('sendNow')}</button>}
      {sure && <p className="note danger" role="alert">{t('dropSure')}</p>}
      <button type="button" className="secondary wide" onClick={drop} data-testid="drop">{t('drop')}</button>
    </footer>
  );
}
