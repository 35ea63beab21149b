import 'maplibre-gl/dist/maplibre-gl.css';
import { Map as GlMap, ScaleControl, setWorkerUrl, type GeoJSONSource, type StyleSpecification } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import { useEffect, useRef, useState } from 'react';
import type { AirMap } from '../../api/types';
import { useT } from '../../i18n';

setWorkerUrl(workerUrl);

export type Pin = { id: string; lng: number; lat: number; tone: 'danger' | 'warn' | 'info' | 'done'; title: string };

const color = { danger: '#B42318', warn: '#8A4B08', info: '#0F766E', done: '#8B96A0' } as const;
/** What each colour of a pin says. */
export const pinWords = { danger: 'ma.overdue', warn: 'ma.soon', info: 'ma.inTime', done: 'mt.closed' } as const;
const none: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };

function styleOf(map: AirMap): StyleSpecification {
  return {
    version: 8,
    sources: { regions: { type: 'geojson', data: map.boundaries ?? none }, rivers: { type: 'geojson', data: map.rivers ?? none }, pins: { type: 'geojson', data: none } },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': '#FFFFFF' } },
      { id: 'land', type: 'fill', source: 'regions', paint: { 'fill-color': '#F3F6F6' } },
      { id: 'rivers', type: 'line', source: 'rivers', paint: { 'line-color': '#9DBFD6', 'line-width': 1.5 } },
      { id: 'bounds', type: 'line', source: 'regions', paint: { 'line-color': '#B5C0C6', 'line-width': 1 } },
      { id: 'pins', type: 'circle', source: 'pins', paint: { 'circle-radius': ['interpolate', ['linear'], ['zoom'], 7, 3.5, 12, 8], 'circle-color': ['get', 'color'], 'circle-stroke-color': '#FFFFFF', 'circle-stroke-width': 1.2 } },
    ],
  };
}

const features = (pins: Pin[]): GeoJSON.FeatureCollection => ({ type: 'FeatureCollection', features: pins.map((p) => ({ type: 'Feature', properties: { id: p.id, color: color[p.tone] }, geometry: { type: 'Point', coordinates: [p.lng, p.lat] } })) });

type Name = { code: string; name: string; x: number; y: number };

/** The names of the regions at their middles, as long as they do not run into one another. */
function namesOf(m: GlMap, map: AirMap, frame: { w: number; h: number }): Name[] {
  const out: Name[] = [];
  for (const f of map.boundaries?.features ?? []) {
    const p = f.properties as { code?: string; name?: string; centre?: [number, number] } | null;
    if (!p?.code || !p.name || !p.centre) continue;
    const at = m.project(p.centre);
    const free = out.every((o) => Math.abs(o.y - at.y) > 18 || Math.abs(o.x - at.x) > (p.name!.length + o.name.length) * 6.5);
    if (free && at.x > 10 && at.y > 10 && at.x < frame.w - 10 && at.y < frame.h - 10) out.push({ code: p.code, name: p.name, x: at.x, y: at.y });
  }
  return out;
}

type Props = { map: AirMap; pins: Pin[]; label: string; onOpen?: (id: string) => void; /** A click beside the pins: a place chosen. */ onPick?: (lng: number, lat: number) => void; legend?: boolean };

/** Points on our own base map; what can be clicked is also in the list beside it. */
export function PinMap({ map, pins, label, onOpen, onPick, legend }: Props) {
  const { t } = useT();
  const box = useRef<HTMLDivElement>(null);
  const gl = useRef<GlMap | null>(null);
  const latest = useRef(pins);
  const open = useRef(onOpen);
  open.current = onOpen;
  const pick = useRef(onPick);
  pick.current = onPick;
  const [names, setNames] = useState<Name[]>([]);
  const [broken, setBroken] = useState(false);
  useEffect(() => {
    const el = box.current;
    if (!el) return;
    const [w = 113, s = 34, e = 115, n = 36] = map.bbox ?? [];
    let m: GlMap;
    try {
      m = new GlMap({ container: el, style: styleOf(map), bounds: [w, s, e, n], fitBoundsOptions: { padding: 18 }, attributionControl: false, dragRotate: false, pitchWithRotate: false, maxZoom: 16, fadeDuration: 0, canvasContextAttributes: { preserveDrawingBuffer: true }, renderWorldCopies: false });
    } catch {
      setBroken(true);
      return;
    }
    gl.current = m;
    m.touchZoomRotate.disableRotation();
    m.addControl(new ScaleControl({ maxWidth: 90 }), 'bottom-left');
    m.on('load', () => m.getSource<GeoJSONSource>('pins')?.setData(features(latest.current)));
    m.on('click', 'pins', (ev) => { const id = ev.features?.[0]?.properties?.id as string | undefined; if (id) open.current?.(id); });
    m.on('click', (ev) => pick.current?.(ev.lngLat.lng, ev.lngLat.lat));
    const write = () => setNames(namesOf(m, map, { w: el.clientWidth, h: el.clientHeight }));
    m.on('move', write);
    m.on('idle', () => el.setAttribute('data-ready', 'true'));
    const watch = new ResizeObserver(() => {
      m.resize();
      m.fitBounds([w, s, e, n], { padding: 18, animate: false });
      write();
    });
    watch.observe(el);
    write();
    return () => { watch.disconnect(); m.remove(); gl.current = null; };
  }, [map]);
  useEffect(() => {
    latest.current = pins;
    gl.current?.getSource<GeoJSONSource>('pins')?.setData(features(pins));
  }, [pins]);
  if (broken) return <p className="state note">{t('map.broken')}</p>;
  return (
    <div className="gmap" role="group" aria-label={label}>
      <div ref={box} className={onPick ? 'gmap-gl picks' : 'gmap-gl'} />
      <div className="gmap-chips" aria-hidden="true">{names.map((n) => <span key={n.code} className="mplace mid" style={{ left: n.x, top: n.y }}>{n.name}</span>)}</div>
      {legend && <div className="gmap-key">{(Object.keys(color) as Pin['tone'][]).filter((k) => pins.some((p) => p.tone === k)).map((k) => <span key={k}><i className="pin" style={{ background: color[k] }} aria-hidden="true" />{t(pinWords[k])}</span>)}</div>}
      <div className="gmap-zoom no-print">
        <button type="button" aria-label={t('map.in')} onClick={() => gl.current?.zoomIn()}>+</button>
        <button type="button" aria-label={t('map.out')} onClick={() => gl.current?.zoomOut()}>−</button>
      </div>
    </div>
  );
}
