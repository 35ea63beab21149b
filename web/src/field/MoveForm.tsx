import { useState } from 'react';
import { Head, Icon, Shutter, Thumb, useEngine, useSnap, Warnings } from './parts';
import { locate } from './geo';
import { back, go } from './route';
import { MatterHead } from './Task';
import { checkPair, lacking, movesOf } from './tasks';
import type { EvidenceKind, FieldDef, Item, Matter, Move, MoveBody, Need, Spot } from './types';
import { useT } from './words';

/** Doing, checking, refusing: what the step needs, and the one button. All of it is in the phone as it is typed. */
export function MoveForm({ id }: { id: string }) {
  const { t } = useT();
  const { start, items } = useSnap();
  const item = items.find((i) => i.id === id && i.body.type === 'move');
  const body = item?.body as MoveBody | undefined;
  const m = start?.tasks.find((x) => x.id === body?.matter);
  if (!start || !item || !body || item.state !== 'draft') return <AfterSend item={item} />;
  if (!m) return <div className="page"><Head title={item.title} /><main><Warnings /><p className="card empty">{t('gone')}</p></main></div>;
  // Its own step does not wait for itself, and what waits before it is what it stands on.
  const { moves, state } = movesOf(m, items.filter((i) => i.id !== id), start.kinds);
  return <Form item={item} body={body} m={m} moves={moves.filter((x) => x.allowed)} state={state} />;
}

function AfterSend({ item }: { item: Item | undefined }) {
  const { t } = useT();
  const done = item?.state === 'done';
  return (
    <div className="page">
      <Head title={item?.title ?? t('task')} onBack={() => go('', true)} />
      <main className="sent" role="status" data-testid="sent">
        <span className={done ? 'seal done' : 'seal'}><Icon name={done ? 'done' : item?.state === 'conflict' || item?.state === 'refused' ? 'alert' : 'cloud'} size={72} /></span>
        <h2>{t(done ? 'submitted' : item?.state === 'conflict' ? 'stateConflict' : 'savedTitle')}</h2>
        <p>{done ? '' : item?.state === 'refused' ? item.fault?.message : item?.state === 'conflict' ? item.clash?.message : t('savedOffline')}</p>
      </main>
      <footer className="foot-bar">
        {item?.state === 'conflict' || item?.state === 'refused' ? <button type="button" className="primary" onClick={() => go(`/item/${item.id}`, true)}>{t('decide')}</button> : <button type="button" className="primary" onClick={() => go('', true)}>{t('home')}</button>}
      </footer>
    </div>
  );
}

function Form({ item, body, m, moves, state }: { item: Item; body: MoveBody; m: Matter; moves: Move[]; state: string }) {
  const { t } = useT();
  const engine = useEngine();
  const [spot, setSpot] = useState<Spot | null>(null);
  const pair = checkPair(moves);
  const asking = pair !== null && (body.transition === '' || body.transition === pair.yes.id || body.transition === pair.no.id);
  const move = moves.find((x) => x.id === body.transition);
  const needs = needsOf(move, asking ? pair : null);
  const set = (more: Partial<MoveBody>, title?: string) => void engine.edit(item.id, (i) => ({ ...i, title: title ?? i.title, body: { ...(i.body as MoveBody), ...more } }));
  const choose = (x: Move) => set({ transition: x.id, name: x.name, act: x.act, to: x.to.id }, `${x.name} · ${m.title}`);
  const add = async (files: File[], kind: EvidenceKind) => {
    // The position is noted with the evidence, once; without it the photo goes as it is.
    const here = spot ?? (kind === 'photo' ? await locate(6000).catch(() => null) : null);
    setSpot(here);
    await engine.add(item.id, files, kind, here);
  };
  const lacks = move ? lacking(move, item, { opinion: t(move.act === 'return' ? 'opinionWhy' : 'opinion'), field: (n) => n, files: (n) => n }) : [t('isTrue')];
  const done = () => void engine.send(item.id);
  return (
    <div className="page">
      <Head title={asking ? pair.yes.name : (move?.name ?? body.name)} note={m.number} onBack={() => (item.files.length === 0 && !body.opinion && Object.keys(body.fields).length === 0 ? void engine.discard(item.id).then(back) : back())} />
      <main>
        <Warnings />
        <MatterHead m={m} state={state} />
        {asking && (
          <section>
            <div className="section-head"><h2>{t('isTrue')}</h2><span className="note">{t('must')}</span></div>
            <div className="two-choice" role="radiogroup" aria-label={t('isTrue')}>
              <Choice on={body.transition === pair.yes.id} text={t('yes')} tone="good" onPick={() => choose(pair.yes)} />
              <Choice on={body.transition === pair.no.id} text={t('no')} tone="bad" onPick={() => choose(pair.no)} />
            </div>
          </section>
        )}
        {needs.length > 0 && (
          <section>
            <div className="section-head"><h2>{t('needs')}</h2><span className="note">{t('needsNote')}</span></div>
            <div className="card needs">{needs.map((n) => <NeedRow key={n.kind + n.name} need={n} item={item} onAdd={(f) => void add(f, n.kind)} onText={(x) => void engine.addText(item.id, x, n.kind)} onRemove={(f) => void engine.removeFile(item.id, f)} />)}</div>
          </section>
        )}
        {move?.need.fields.map((f) => <FieldInput key={f.id} def={f} value={body.fields[f.id] ?? ''} onChange={(v) => set({ fields: { ...body.fields, [f.id]: v } })} />)}
        {(move?.need.opinion || asking) && (
          <label className="field">{t(move?.act === 'return' ? 'opinionWhy' : asking ? 'opinionCheck' : 'opinion')}
            <textarea className="line-input" rows={3} maxLength={1000} value={body.opinion} onChange={(e) => set({ opinion: e.target.value })} data-testid="opinion" />
          </label>
        )}
        {move?.consequence && <p className="note">{t('consequence', { t: move.consequence })}</p>}
      </main>
      <footer className="foot-bar">
        {asking ? (
          <div className="two check">
            <PairButton move={pair.yes} on={body.transition === pair.yes.id} ready={lacks.length === 0} only={t('onlyIfYes')} className="primary" onSend={done} />
            <PairButton move={pair.no} on={body.transition === pair.no.id} ready={lacks.length === 0} only={t('onlyIfNo')} className="danger" onSend={done} />
          </div>
        ) : (
          <button type="button" className={move?.act === 'return' ? 'danger' : 'primary'} disabled={lacks.length > 0} onClick={done} data-testid="submit">{move?.name ?? body.name}</button>
        )}
        {lacks.length > 0 && <p className="note">{t('still', { what: lacks.join('、') })}</p>}
      </footer>
    </div>
  );
}

/** The evidence of the chosen step; while none is chosen, that of both, so that photos can be taken first. */
function needsOf(move: Move | undefined, pair: { yes: Move; no: Move } | null): Need[] {
  if (!pair) return move?.need.evidence ?? [];
  const must = (move ?? pair.yes).need.evidence;
  const more = [...pair.yes.need.evidence, ...pair.no.need.evidence].filter((n) => !must.some((x) => x.kind === n.kind)).map((n) => ({ ...n, min: 0 }));
  // A refusal is better with a photo, also where none is asked for.
  const all = [...must, ...more];
  return all.some((n) => n.kind === 'photo') ? all : [...all, { kind: 'photo', min: 0, name: '现场照片' }];
}

function PairButton({ move, on, ready, only, className, onSend }: { move: Move; on: boolean; ready: boolean; only: string; className: string; onSend: () => void }) {
  return (
    <button type="button" className={className} disabled={!on || !ready} onClick={onSend} data-testid={`submit-${move.id}`}>
      <span>{move.name}{!on && <small>{only}</small>}</span>
    </button>
  );
}

function Choice({ on, text, tone, onPick }: { on: boolean; text: string; tone: 'good' | 'bad'; onPick: () => void }) {
  return (
    <button type="button" role="radio" aria-checked={on} className={`radio ${tone}${on ? ' on' : ''}`} onClick={onPick}>
      <span className="dot" />
      {text}
    </button>
  );
}

function NeedRow({ need, item, onAdd, onText, onRemove }: { need: Need; item: Item; onAdd: (f: File[]) => void; onText: (x: string) => void; onRemove: (id: string) => void }) {
  const { t } = useT();
  const [text, setText] = useState('');
  const files = item.files.filter((f) => f.kind === need.kind);
  const ok = files.length >= need.min;
  const written = need.kind === 'reading' || need.kind === 'statement';
  return (
    <div className="need">
      <p className="need-head">
        <span className={ok && files.length > 0 ? 'okay yes' : 'okay'}>{ok && files.length > 0 && <Icon name="check" size={18} />}</span>
        <b>{need.name}</b>
        <span className="note">{need.min === 0 && files.length === 0 ? t('optional') : ok ? t('count', { n: files.length }) : t('ofMin', { n: files.length, min: need.min })}</span>
      </p>
      <div className="photos">
        {files.map((f) => <Thumb key={f.id} file={f} onRemove={() => onRemove(f.id)} />)}
        <Shutter capture={need.kind === 'photo'} accept={need.kind === 'photo' ? 'image/*' : 'image/*,application/pdf,.docx,.xlsx,.txt'} label={t(files.length ? 'shootMore' : 'shoot')} onFiles={onAdd} testid={`need-${need.kind}`} />
      </div>
      {written && (
        <div className="row">
          <input className="line-input" value={text} aria-label={need.name} onChange={(e) => setText(e.target.value)} />
          <button type="button" className="secondary" disabled={!text.trim()} onClick={() => { onText(text.trim()); setText(''); }}><Icon name="plus" /></button>
        </div>
      )}
    </div>
  );
}

function FieldInput({ def, value, onChange }: { def: FieldDef; value: string; onChange: (v: string) => void }) {
  const { t, lang } = useT();
  const name = lang === 'en' ? (def.nameEn ?? def.name) : def.name;
  if (def.type === 'choice' || def.type === 'bool') {
    const choices = def.type === 'bool' ? [{ id: 'true', name: t('yes') }, { id: 'false', name: t('no') }] : (def.choices ?? []);
    return (
      <fieldset className="choices">
        <legend>{name}</legend>
        {choices.map((c) => <label key={c.id} className={c.id === value ? 'choice on' : 'choice'}><input type="radio" name={def.id} checked={c.id === value} onChange={() => onChange(c.id)} />{c.name}</label>)}
      </fieldset>
    );
  }
  const type = ({ day: 'date', number: 'text', time: 'datetime-local' } as Record<string, string>)[def.type] ?? 'text';
  return (
    <label className="field">{name}{def.unit ? `（${def.unit}）` : ''}
      {def.type === 'longtext' ? (
        <textarea className="line-input" rows={3} maxLength={def.max || 1000} value={value} onChange={(e) => onChange(e.target.value)} data-testid={`field-${def.id}`} />
      ) : (
        <input className="line-input" type={type} inputMode={def.type === 'number' ? 'decimal' : undefined} maxLength={def.max || 200} value={value} onChange={(e) => onChange(e.target.value)} data-testid={`field-${def.id}`} />
      )}
    </label>
  );
}
