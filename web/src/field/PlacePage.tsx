import { useMemo, useState } from 'react';
import { cellAt, type NoSpot } from './geo';
import { Head, Icon, useEngine, useSnap } from './parts';
import { find, Gone, useDraft } from './Report';
import { back } from './route';
import { PlaceMap } from './Sketch';
import type { ReportBody, Start } from './types';
import { useT } from './words';

/** 在哪里: the pin over the cells, or the place in words. */
export function PlacePage({ id }: { id: string }) {
  const { t } = useT();
  const engine = useEngine();
  const { start } = useSnap();
  const item = useDraft(id);
  const body = item?.body as ReportBody | undefined;
  const [words, setWords] = useState(false);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<NoSpot | ''>('');
  const [pin, setPin] = useState<{ lng: number; lat: number } | null>(null);
  const measured = body?.spot ?? null;
  const spot = useMemo(() => (pin && measured ? { ...measured, ...pin } : measured), [pin, measured]);
  if (!item || !start || !body) return <Gone />;
  const again = () => {
    setPin(null);
    void find(engine, id, setBusy, setTrouble);
  };
  const cell = spot ? cellAt(start.cells, spot) : start.cells.find((c) => c.id === body.cell);
  const keep = (more: Partial<ReportBody>) => {
    void engine.edit(id, (i) => ({ ...i, place: more.place ?? i.place, body: { ...(i.body as ReportBody), ...more } }));
    back();
  };
  if (!spot || words) return <PlaceWords start={start} body={body} onKeep={keep} onLocate={again} busy={busy} trouble={trouble} />;
  return (
    <div className="page full">
      <Head title={t('where')} />
      <PlaceMap cells={start.cells} spot={spot} measured={measured} onMove={(lng, lat) => setPin({ lng, lat })} tip={busy ? t('locating') : t('spotWhy')} locate={again} />
      <footer className="foot-bar place-foot">
        <h2>{body.place || cell?.name || `${spot.lat.toFixed(5)}, ${spot.lng.toFixed(5)}`}</h2>
        <p className="note">{cell ? `${cell.town} · ${cell.name}` : t('outCells')}</p>
        <div className="two">
          <button type="button" className="secondary" onClick={() => setWords(true)}>{t('hereWords')}</button>
          <button type="button" className="primary" onClick={() => keep({ spot: { ...spot, lng: round(spot.lng), lat: round(spot.lat) }, cell: cell?.id ?? '', region: cell?.region.code ?? '' })} data-testid="here"><Icon name="place" />{t('here')}</button>
        </div>
      </footer>
    </div>
  );
}

const round = (x: number) => Math.round(x * 1e7) / 1e7;

function PlaceWords({ start, body, onKeep, onLocate, busy, trouble }: { start: Start; body: ReportBody; onKeep: (b: Partial<ReportBody>) => void; onLocate: () => void; busy: boolean; trouble: NoSpot | '' }) {
  const { t } = useT();
  const [place, setPlace] = useState(body.place);
  const own = start.cells.filter((c) => c.mine);
  const [cell, setCell] = useState(body.cell || own[0]?.id || '');
  const chosen = start.cells.find((c) => c.id === cell);
  const region = chosen?.region.code ?? body.region ?? '';
  const scope = region || start.posts[0]?.scope.code || '';
  return (
    <div className="page">
      <Head title={t('where')} />
      <main>
        {trouble && <p className="banner warn">{t(trouble === 'denied' ? 'spotDenied' : trouble === 'insecure' ? 'spotInsecure' : 'spotFailed')}</p>}
        <label className="field">{t('placeName')}<input className="line-input" value={place} maxLength={100} autoFocus onChange={(e) => setPlace(e.target.value)} data-testid="place-name" /></label>
        {own.length > 0 && !body.spot && (
          <fieldset className="choices">
            <legend>{t('placeCell')}</legend>
            {own.map((c) => <label key={c.id} className={c.id === cell ? 'choice on' : 'choice'}><input type="radio" name="cell" checked={c.id === cell} onChange={() => setCell(c.id)} />{c.town} · {c.name}</label>)}
          </fieldset>
        )}
        {!body.spot && <button type="button" className="secondary wide" disabled={busy} onClick={onLocate}><Icon name="aim" />{busy ? t('locating') : t('relocate')}</button>}
        <p className="note">{t('spotWhy')}</p>
      </main>
      <footer className="foot-bar">
        <button type="button" className="primary" disabled={!place.trim() || !scope} onClick={() => onKeep(body.spot ? { place: place.trim() } : { place: place.trim(), cell, region: scope })} data-testid="place-keep"><Icon name="place" />{t('here')}</button>
        {!place.trim() && <p className="note">{t('still', { what: t('placeName') })}</p>}
      </footer>
    </div>
  );
}
