import { useEffect, useRef, useState } from 'react';
import { rfc3339 } from '../lib/format';
import { fetchDuplicates, type Nearby } from './door';
import type { Engine } from './engine';
import { cellAt, locate, type NoSpot } from './geo';
import { Head, Icon, Shutter, Thumb, tileIcon, useEngine, useSnap, Warnings } from './parts';
import { back, go } from './route';
import { PlaceStamp } from './Sketch';
import { newId } from '../lib/sha256';
import type { Item, PatrolPlace, ReportBody, Start } from './types';
import { useT } from './words';

const MOST = 9;

function emptyReport(now: number): ReportBody {
  return { type: 'report', kind: 'grid', category: '', description: '', region: '', place: '', cell: '', site: '', spot: null, foundAt: rfc3339(now) };
}

/** The first tap: a draft, its page, and the camera, which browsers open only from within the tap itself. */
export function newReport(engine: Engine, at?: PatrolPlace, category?: { id: string; name: string }) {
  const id = newId();
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = 'image/*';
  input.setAttribute('capture', 'environment');
  const body = emptyReport(engine.now());
  if (at) Object.assign(body, { place: at.place, cell: at.cell.id, region: at.region.code });
  if (category) body.category = category.id;
  const { kept } = engine.draft(body, category?.name ?? '', body.place, id);
  input.onchange = () => {
    const files = Array.from(input.files ?? []);
    if (files.length) void kept.then(() => engine.add(id, files, 'photo', (engine.read().items.find((i) => i.id === id)?.body as ReportBody | undefined)?.spot ?? null));
  };
  input.dataset.testid = 'camera';
  input.click();
  go(`/report/${id}`);
}

export function useDraft(id: string) {
  const { items } = useSnap();
  return items.find((i) => i.id === id && i.body.type === 'report');
}

/** The tiles of all kinds in their order; each opens a matter of its own kind: a fire is no grid problem. */
export function tilesOf(start: Start) {
  return start.kinds.flatMap((k) => k.categories.filter((c) => c.tile > 0).map((c) => ({ ...c, kind: k.id }))).sort((a, b) => a.tile - b.tile);
}

/** 上报: photos, what, where, send. */
export function Report({ id }: { id: string }) {
  const { t, lang } = useT();
  const engine = useEngine();
  const { start, online } = useSnap();
  const item = useDraft(id);
  const [trouble, setTrouble] = useState<NoSpot | ''>('');
  const [locating, setLocating] = useState(false);
  const asked = useRef(false);
  const body = item?.body as ReportBody | undefined;

  // The position is asked for here and only here: this is the evidence act. It is never watched.
  useEffect(() => {
    if (!body || body.spot || asked.current) return;
    asked.current = true;
    void find(engine, id, setLocating, setTrouble);
  }, [engine, id, body]);
  const near = useNearby(body, online);

  if (!item || !start || !body) return <Gone />;
  if (item.state !== 'draft') return <Sent item={item} />;
  const set = (more: Partial<ReportBody>, title?: string) =>
    void engine.edit(id, (i) => ({ ...i, title: title ?? i.title, place: more.place ?? i.place, body: { ...(i.body as ReportBody), ...more } }));
  const leave = () => {
    if (item.files.length === 0 && !body.category && !body.description) void engine.discard(id);
    back();
  };
  const cell = start.cells.find((c) => c.id === body.cell);
  const placed = body.spot !== null || (body.place.trim() !== '' && body.region !== '');
  const lacks = [item.files.length === 0 ? t('photos') : '', body.category ? '' : t('what'), placed ? '' : t('where')].filter(Boolean);
  const place = body.place || (cell?.name ?? '');
  return (
    <div className="page">
      <Head title={t('report')} note={item.files.length > 0 || body.category ? t('draftKept') : undefined} onBack={leave} />
      <main>
        <Warnings />
        <Step n={1} title={t('photos')} note={t('photosNote')}>
          <div className="photos">
            {item.files.map((f) => <Thumb key={f.id} file={f} onRemove={() => void engine.removeFile(id, f.id)} />)}
            {item.files.length < MOST && <Shutter capture label={t(item.files.length ? 'shootMore' : 'shoot')} onFiles={(x) => void engine.add(id, x.slice(0, MOST - item.files.length), 'photo', body.spot)} testid="shoot" />}
            {item.files.length === 0 && <Shutter capture={false} icon="album" label={t('gallery')} onFiles={(x) => void engine.add(id, x.slice(0, MOST), 'photo', body.spot)} />}
          </div>
        </Step>
        <Step n={2} title={t('what')}>
          {body.category && !tilesOf(start).some((c) => c.kind === body.kind && c.id === body.category) && <p className="card chosen"><Icon name="check" size={20} />{item.title}</p>}
          <div className="tiles" role="radiogroup" aria-label={t('what')}>
            {tilesOf(start).map((c) => {
              const name = lang === 'en' ? (c.nameEn ?? c.name) : c.name;
              const on = body.kind === c.kind && body.category === c.id;
              return (
                <button key={`${c.kind}/${c.id}`} type="button" role="radio" aria-checked={on} className={on ? 'tile on' : 'tile'} onClick={() => set({ kind: c.kind, category: c.id }, c.name)}>
                  {on && <span className="tick"><Icon name="check" size={16} /></span>}
                  <Icon name={tileIcon(c.id)} size={34} />
                  {name}
                </button>
              );
            })}
          </div>
        </Step>
        <Step n={3} title={t('where')}>
          <div className="card place">
            <PlaceStamp cells={start.cells} spot={body.spot} />
            <div className="text">
              <b>{locating && !placed ? t('locating') : place || (body.spot ? `${body.spot.lat.toFixed(5)}, ${body.spot.lng.toFixed(5)}` : t('noSpot'))}</b>
              <span className="note">{body.spot ? [cell ? (body.place ? cell.name : cell.town) : t('outCells'), t('accuracy', { m: body.spot.accuracy })].join(' · ') : trouble && !placed ? t(trouble === 'denied' ? 'spotDenied' : trouble === 'insecure' ? 'spotInsecure' : 'spotFailed') : ''}</span>
            </div>
            <button type="button" className="edit" onClick={() => go(`/report/${id}/place`)} data-testid="edit-place">{t('change')}</button>
          </div>
          {near.length > 0 && <NearbyCard list={near} onSame={() => { void engine.discard(id); go('', true); }} />}
        </Step>
        <input className="line-input" placeholder={t('oneLine')} aria-label={t('oneLine')} value={body.description} maxLength={300} onChange={(e) => set({ description: e.target.value })} />
      </main>
      <footer className="foot-bar">
        <button type="button" className="primary" disabled={lacks.length > 0} onClick={() => void engine.send(id)} data-testid="send"><Icon name="cloudUp" />{t('send')}</button>
        <p className="note">{lacks.length > 0 ? t('still', { what: lacks.join(lang === 'en' ? ', ' : '、') }) : t(online ? 'sendOnline' : 'sendOffline')}</p>
      </footer>
    </div>
  );
}

/** Asks for the position once and puts it into the draft, with the cell that it lies in. */
export async function find(engine: Engine, id: string, busy: (b: boolean) => void, trouble: (x: NoSpot | '') => void) {
  busy(true);
  trouble('');
  try {
    const spot = await locate();
    const cells = engine.read().start?.cells ?? [];
    await engine.edit(id, (i) => {
      const body = i.body as ReportBody;
      const cell = cellAt(cells, spot);
      // Photos taken a moment ago, while the position was being found, were taken here.
      const files = i.files.map((f) => (f.lng === undefined && f.upload === '' && Math.abs(Date.parse(f.capturedAt) - engine.now()) < 120_000 ? { ...f, ...spot } : f));
      return { ...i, files, body: { ...body, spot, cell: cell?.id ?? body.cell, region: cell?.region.code ?? body.region } };
    });
  } catch (e) {
    trouble(e === 'denied' || e === 'insecure' ? e : 'failed');
  } finally {
    busy(false);
  }
}

/** With a network: what was reported close by, offered and never forced. */
function useNearby(body: ReportBody | undefined, online: boolean): Nearby[] {
  const [list, setList] = useState<Nearby[]>([]);
  const kind = body?.kind ?? 'grid';
  const category = body?.category ?? '';
  const lng = body?.spot?.lng;
  const lat = body?.spot?.lat;
  useEffect(() => {
    let live = true;
    setList([]);
    if (!online || !category || lng === undefined || lat === undefined) return undefined;
    fetchDuplicates(kind, category, lng, lat).then((x) => live && setList(x.slice(0, 2)), () => undefined);
    return () => void (live = false);
  }, [online, kind, category, lng, lat]);
  return list;
}

function NearbyCard({ list, onSame }: { list: Nearby[]; onSame: () => void }) {
  const { t } = useT();
  return (
    <div className="card nearby" role="status">
      <p><b>{t('nearby')}</b></p>
      {list.map((m) => <p key={m.id} className="note">{m.title} · {m.state.name} · {m.why.join('、')}</p>)}
      <button type="button" className="secondary" onClick={onSame}>{t('nearbySame')}</button>
    </div>
  );
}

function Step({ n, title, note, children }: { n: number; title: string; note?: string; children: React.ReactNode }) {
  return (
    <section className="step">
      <div className="section-head"><h2><span className="n">{n}</span>{title}</h2>{note && <span className="note">{note}</span>}</div>
      {children}
    </section>
  );
}

export function Gone() {
  const { t } = useT();
  return <div className="page"><Head title={t('report')} onBack={() => go('', true)} /><main><p className="card empty">{t('reportsNone')}</p></main></div>;
}

/** What shows at once after sending: a grey cloud until it is up, then the number. */
function Sent({ item }: { item: Item }) {
  const { t } = useT();
  const engine = useEngine();
  const done = item.state === 'done';
  const refused = item.state === 'refused';
  return (
    <div className="page">
      <Head title={t('report')} onBack={() => go('', true)} />
      <main className="sent" role="status" data-testid="sent">
        <span className={done ? 'seal done' : 'seal'}><Icon name={done ? 'done' : refused ? 'alert' : 'cloud'} size={72} /></span>
        <h2>{t(done ? 'gotTitle' : refused ? 'refusedTitle' : 'savedTitle')}</h2>
        <p className="number" data-testid="receipt">{done ? `${t('number')} ${item.receipt?.number ?? ''}` : item.title + (item.place ? ` · ${item.place}` : '')}</p>
        <p>{done ? '' : refused ? `${item.fault?.message ?? ''}。${t('decideNote')}` : t('savedOffline')}</p>
        <div className="photos">{item.files.map((f) => <Thumb key={f.id} file={f} />)}</div>
      </main>
      <footer className="foot-bar two">
        <button type="button" className="secondary" onClick={() => go('', true)}>{t('home')}</button>
        {refused ? <button type="button" className="primary" onClick={() => void engine.reopen(item.id)}>{t('fix')}</button> : <button type="button" className="primary" onClick={() => newReport(engine)}><Icon name="camera" />{t('another')}</button>}
      </footer>
    </div>
  );
}
