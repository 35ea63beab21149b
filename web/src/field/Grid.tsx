import { isoDay, rfc3339 } from '../lib/format';
import { locate } from './geo';
import { newReport } from './Report';
import { Head, Icon, Line, Section, Shutter, Thumb, useEngine, useNow, useSnap, Warnings } from './parts';
import { back, go } from './route';
import { when } from './time';
import { visited } from './tasks';
import type { Cell, CheckItem, Item, PatrolPlace, VisitBody } from './types';
import { useT } from './words';

/** 我的网格: which cells, and what in them is worth a look today. */
export function GridPage() {
  const { t, lang } = useT();
  const engine = useEngine();
  const { start, items } = useSnap();
  const now = useNow();
  if (!start) return null;
  const cells = start.cells.filter((c) => c.mine);
  return (
    <div className="page">
      <Head title={t('myGrid')} />
      <main>
        <Warnings />
        <Section title={t('patrol')} note={t('patrolNote')}>
          {start.patrol.length === 0 ? <p className="card empty">{t('patrolNone')}</p> : (
            <ul className="card">
              {start.patrol.map((p) => {
                const seen = visited(items, p.id, isoDay(now));
                return <Line key={p.id} icon={seen ? 'done' : 'place'} title={p.place} sub={p.reasons.map((r) => r.text).join('；')}
                  foot={seen ? t('visitDone') : p.lastSeen ? t('lastSeen', { d: when(p.lastSeen, now, lang) }) : t('neverSeen')} onOpen={() => go(`/visit/${encodeURIComponent(p.id)}`)} testid="visit" />;
              })}
            </ul>
          )}
        </Section>
        <Section title={t('cells')}>
          {cells.length === 0 ? <p className="card empty">{t('cellsNone')}</p> : <ul className="card cells">{cells.map((c) => <CellLine key={c.id} cell={c} />)}</ul>}
        </Section>
        <p className="note under">{t('asOf', { t: when(start.asOf, now, lang) })} <button type="button" className="inline" onClick={() => void engine.refresh()}>{t('refresh')}</button></p>
      </main>
    </div>
  );
}

function CellLine({ cell }: { cell: Cell }) {
  const points = cell.outline.flat();
  const [x0, x1] = [Math.min(...points.map((p) => p[0])), Math.max(...points.map((p) => p[0]))];
  const [y0, y1] = [Math.min(...points.map((p) => p[1])), Math.max(...points.map((p) => p[1]))];
  const k = 44 / Math.max((x1 - x0) * Math.cos((y0 * Math.PI) / 180), y1 - y0, 1e-9);
  const d = cell.outline.map((r) => `M${r.map(([x, y]) => `${(2 + (x - x0) * k * Math.cos((y0 * Math.PI) / 180)).toFixed(1)} ${(46 - (y - y0) * k).toFixed(1)}`).join('L')}Z`).join('');
  return (
    <li className="cell-line">
      <svg viewBox="0 0 48 48" width="48" height="48" aria-hidden="true">{points.length > 0 && <path d={d} className="cell mine" fillRule="evenodd" />}</svg>
      <span><b>{cell.name}</b><span className="note">{[cell.town, cell.duty].filter(Boolean).join(' · ')}</span></span>
    </li>
  );
}

/** One place of the day's list: why, what to look at, and what was seen. Seeing nothing is one tap. */
export function Visit({ id }: { id: string }) {
  const { t, lang } = useT();
  const engine = useEngine();
  const { start, items } = useSnap();
  const now = useNow();
  const place = start?.patrol.find((p) => p.id === id);
  const seen = place && visited(items, place.id, isoDay(now));
  const draft = items.find((i) => i.state === 'draft' && i.body.type === 'visit' && i.body.visit === id);
  if (!place) {
    const done = items.find((i) => i.body.type === 'visit' && i.body.visit === id && i.state !== 'draft');
    return <div className="page"><Head title={t('visit')} /><main>{done ? <Seen item={done} /> : <p className="card empty">{t('gone')}</p>}</main></div>;
  }
  const body = draft?.body as VisitBody | undefined;
  /** Only what was tapped or written makes a draft: opening the page leaves nothing behind. */
  const ensure = () => draft?.id ?? engine.draft(visitOf(place, rfc3339(engine.now())), t('visit'), place.place).item.id;
  const set = (more: Partial<VisitBody>) => void engine.edit(ensure(), (i) => ({ ...i, body: { ...(i.body as VisitBody), ...more } }));
  const leave = () => {
    if (draft && draft.files.length === 0 && !body?.note && (body?.found ?? []).length === 0) void engine.discard(draft.id);
    back();
  };
  const finish = async (result: 'none' | 'found') => {
    const own = ensure();
    await engine.edit(own, (i) => ({ ...i, body: { ...(i.body as VisitBody), result, at: rfc3339(engine.now()) } }));
    await engine.send(own);
  };
  const found = body?.found ?? [];
  const bad = found.length > 0;
  const first = place.checklist.find((c) => c.id === found[0]);
  const chip = (c: CheckItem) => {
    const on = found.includes(c.id);
    return <button key={c.id} type="button" aria-pressed={on} className={on ? 'check-chip on' : 'check-chip'} onClick={() => set({ found: on ? found.filter((x) => x !== c.id) : [...found, c.id] })}>{c.text}</button>;
  };
  const town = start?.cells.find((c) => c.id === place.cell.id)?.town ?? place.region.name;
  return (
    <div className="page">
      <Head title={t('visit')} onBack={leave} />
      <main>
        <Warnings />
        <h2 className="matter-title">{place.place}</h2>
        <p className="note">{[town, place.cell.name].filter(Boolean).join(' · ')}</p>
        <section className="card reasons">
          <h2>{t('why')}</h2>
          <ul>{place.reasons.map((r, i) => <li key={i}>{r.text}</li>)}</ul>
          <p className="note">{place.lastSeen ? t('lastSeen', { d: when(place.lastSeen, now, lang) }) : t('neverSeen')}</p>
        </section>
        {seen ? <Seen item={seen} /> : (
          <>
            {place.checklist.length > 0 && (
              <Section title={t('checklist')} note={t('checklistNote')}>
                <div className="checks">{place.checklist.slice(0, 8).map(chip)}</div>
                {place.checklist.length > 8 && (
                  <details className="more" open={found.some((f) => place.checklist.findIndex((c) => c.id === f) >= 8)}>
                    <summary>{t('moreKinds', { n: place.checklist.length - 8 })}</summary>
                    <div className="checks">{place.checklist.slice(8).map(chip)}</div>
                  </details>
                )}
              </Section>
            )}
            <div className="photos">
              {draft?.files.map((f) => <Thumb key={f.id} file={f} onRemove={() => void engine.removeFile(draft.id, f.id)} />)}
              <Shutter capture label={`${t('shoot')}（${t('optional')}）`} onFiles={(x) => { const own = ensure(); void locate(6000).catch(() => null).then((spot) => engine.add(own, x, 'photo', spot)); }} />
            </div>
            <input className="line-input" placeholder={t('oneLine')} aria-label={t('oneLine')} value={body?.note ?? ''} maxLength={300} onChange={(e) => set({ note: e.target.value })} />
          </>
        )}
      </main>
      {!seen && (
        <footer className="foot-bar two">
          <button type="button" className={bad ? 'danger' : 'secondary'} onClick={() => { newReport(engine, place, first && { id: first.id, name: first.text }); void finish('found'); }} data-testid="visit-found">{t('visitFound')}</button>
          <button type="button" className="primary" disabled={bad} onClick={() => void finish('none')} data-testid="visit-none">{t('visitNone')}</button>
        </footer>
      )}
    </div>
  );
}

function Seen({ item }: { item: Item }) {
  const { t } = useT();
  const done = item.state === 'done';
  return <p className={`card state ${done ? 'done' : 'queued'}`} role="status" data-testid="visit-done"><Icon name={done ? 'done' : 'cloud'} size={34} /><b>{t(done ? 'visitDone' : 'visitSaved')}</b></p>;
}

function visitOf(p: PatrolPlace, at: string): VisitBody {
  return { type: 'visit', visit: p.id, kind: p.kind, object: p.object, cell: p.cell.id, at, result: 'none', found: [], note: '' };
}
