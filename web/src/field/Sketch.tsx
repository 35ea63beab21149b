import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import { scale } from './geo';
import { Icon } from './parts';
import type { Cell, Spot } from './types';
import { useT } from './words';

/** A quiet drawing of the cells around a place: no tiles, no outside request, the same offline. */
function Cells({ cells, at, mpp, w, h }: { cells: Cell[]; at: { lng: number; lat: number }; mpp: number; w: number; h: number }) {
  const k = scale(at.lat);
  const x = (lng: number) => w / 2 + ((lng - at.lng) * k.x) / mpp;
  const y = (lat: number) => h / 2 - ((lat - at.lat) * k.y) / mpp;
  return (
    <>
      {cells.map((c) => (
        <path key={c.id} d={c.outline.map((r) => `M${r.map(([a, b]) => `${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join('L')}Z`).join('')} className={c.mine ? 'cell mine' : 'cell'} fillRule="evenodd" />
      ))}
      {cells.map((c) => {
        const spot = label(c);
        const [cx, cy] = [x(spot[0]), y(spot[1])];
        const underPin = Math.abs(cx - w / 2) < 70 && cy > h / 2 - 76 && cy < h / 2 + 24;
        return !underPin && cx > 20 && cx < w - 20 && cy > 20 && cy < h - 20 && w > 150 ? <text key={c.id} x={cx} y={cy} className="cell-name">{c.name}</text> : null;
      })}
    </>
  );
}

function label(c: Cell): [number, number] {
  const ring = c.outline[0] ?? [];
  const n = Math.max(1, ring.length);
  return [ring.reduce((s, p) => s + p[0], 0) / n, ring.reduce((s, p) => s + p[1], 0) / n];
}

function Pin({ x, y, size }: { x: number; y: number; size: number }) {
  return (
    <g transform={`translate(${x - size / 2} ${y - size}) scale(${size / 24})`}>
      <path d="M12 24s9-9 9-15A9 9 0 0 0 3 9c0 6 9 15 9 15Z" className="pin" />
      <circle cx="12" cy="9" r="3.200" fill="#fff" />
    </g>
  );
}

/** The small picture on the card of the place. */
export function PlaceStamp({ cells, spot }: { cells: Cell[]; spot: Spot | null }) {
  const [w, h] = [96, 80];
  return (
    <svg viewBox={`0 0 ${w} ${h}`} className="stamp" aria-hidden="true">
      {spot && <Cells cells={cells} at={spot} mpp={25} w={w} h={h} />}
      {spot ? <Pin x={w / 2} y={h / 2 + 6} size={36} /> : <g className="nopin"><path d="M30 40h36M48 22v36" /></g>}
    </svg>
  );
}

const SCALES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

/** Where the pin stands, with the drawing moved beneath it by finger or arrow keys. */
export function PlaceMap({ cells, spot, measured, onMove, tip, locate }: { cells: Cell[]; spot: Spot; measured: Spot | null; onMove: (lng: number, lat: number) => void; tip: ReactNode; locate: () => void }) {
  const { t } = useT();
  const [mpp, setMpp] = useState(6);
  const from = useRef<{ x: number; y: number; lng: number; lat: number } | null>(null);
  const [w, h] = [390, 480];
  const k = scale(spot.lat);
  const move = (dx: number, dy: number, base: { lng: number; lat: number }) => onMove(base.lng - (dx * mpp) / k.x, base.lat + (dy * mpp) / k.y);
  const down = (e: PointerEvent<SVGSVGElement>) => {
    e.currentTarget.setPointerCapture(e.pointerId);
    from.current = { x: e.clientX, y: e.clientY, lng: spot.lng, lat: spot.lat };
  };
  const drag = (e: PointerEvent<SVGSVGElement>) => {
    const f = from.current;
    if (f) move(e.clientX - f.x, e.clientY - f.y, f);
  };
  const key = (e: KeyboardEvent) => {
    const step = { ArrowLeft: [10, 0], ArrowRight: [-10, 0], ArrowUp: [0, 10], ArrowDown: [0, -10] }[e.key];
    if (!step) return;
    e.preventDefault();
    move(step[0]!, step[1]!, spot);
  };
  const bar = SCALES.find((s) => s / mpp >= 50) ?? SCALES.at(-1)!;
  const at = measured ?? spot;
  return (
    <div className="map">
      <p className="tip">{tip}</p>
      <svg viewBox={`0 0 ${w} ${h}`} preserveAspectRatio="xMidYMid slice" role="application" aria-label={t('where')} tabIndex={0} onPointerDown={down} onPointerMove={drag} onPointerUp={() => (from.current = null)} onPointerCancel={() => (from.current = null)} onKeyDown={key}>
        <Cells cells={cells} at={spot} mpp={mpp} w={w} h={h} />
        <circle className="error" cx={w / 2 + ((at.lng - spot.lng) * k.x) / mpp} cy={h / 2 - ((at.lat - spot.lat) * k.y) / mpp} r={Math.max(3, at.accuracy / mpp)} />
        <Pin x={w / 2} y={h / 2} size={64} />
      </svg>
      <ul className="legend">
        <li><span className="edge" />{t('edge')}</li>
        <li><span className="ring" />{t('error', { m: at.accuracy })}</li>
        <li><span className="scale" style={{ width: bar / mpp }} />{bar < 1000 ? t('metres', { m: bar }) : `${bar / 1000} km`}</li>
      </ul>
      <div className="zoom">
        <button type="button" aria-label="+" onClick={() => setMpp((m) => Math.max(0.25, m / 2))}><Icon name="plus" /></button>
        <button type="button" aria-label="−" onClick={() => setMpp((m) => Math.min(256, m * 2))}><Icon name="minus" /></button>
        <button type="button" className="apart" aria-label={t('relocate')} onClick={locate}><Icon name="aim" /></button>
      </div>
    </div>
  );
}
