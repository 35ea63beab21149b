import 'maplibre-gl/dist/maplibre-gl.css';
import { Map as GlMap, ScaleControl, setWorkerUrl, type StyleSpecification } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import { useEffect, useRef, useState } from 'react';
import type { AirMap, MapPlaces } from '../api/types';
import { useT } from '../i18n';
import { place, placeNames, type Box, type NameSpot, type Placed } from '../lib/placement';
import { levelOf } from '../tokens';

setWorkerUrl(workerUrl);

export type MapPoint = {
  id: string;
  name: string;
  lon: number;
  lat: number;
  aqi: number | null;
  level: number;
  offline: boolean;
  /** Micro stations are small marks of the map itself, not chips. */
  minor: boolean;
  rank: number;
};

type Props = { map: AirMap; places: MapPlaces | undefined; /** Called once the map is near enough for towns and villages. */ onNear: () => void; points: MapPoint[]; selected: string; onSelect: (id: string) => void; label: string };

/** From this zoom on town borders and villages are drawn, and a bit nearer their names. */
const NEAR = 8.5;
const TOWN_NAMES = 8.9;
const VILLAGE_NAMES = 11;

/** The base map is our own: boundaries and rivers, no glyphs, no sprites, no outside request. */
function styleOf(map: AirMap): StyleSpecification {
  const none: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };
  return {
    version: 8,
    sources: {
      regions: { type: 'geojson', data: map.boundaries ?? none },
      rivers: { type: 'geojson', data: map.rivers ?? none },
      minor: { type: 'geojson', data: none },
      towns: { type: 'geojson', data: none },
      villages: { type: 'geojson', data: none },
    },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': '#FFFFFF' } },
      { id: 'land', type: 'fill', source: 'regions', paint: { 'fill-color': '#F3F6F6' } },
      { id: 'rivers', type: 'line', source: 'rivers', layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': '#9DBFD6', 'line-width': ['interpolate', ['linear'], ['zoom'], 7, 1.2, 11, 3] } },
      { id: 'towns', type: 'line', source: 'towns', minzoom: NEAR, layout: { 'line-join': 'round' }, paint: { 'line-color': '#C3CDD2', 'line-width': 0.8, 'line-dasharray': [3, 2] } },
      { id: 'villages', type: 'circle', source: 'villages', minzoom: NEAR, paint: { 'circle-radius': ['interpolate', ['linear'], ['zoom'], 9, 0.9, 13, 2.4], 'circle-color': '#8B96A0' } },
      { id: 'bounds', type: 'line', source: 'regions', layout: { 'line-join': 'round' }, paint: { 'line-color': '#B5C0C6', 'line-width': 1 } },
      {
        id: 'minor',
        type: 'circle',
        source: 'minor',
        paint: { 'circle-radius': ['interpolate', ['linear'], ['zoom'], 7, 2.5, 11, 5], 'circle-color': ['get', 'color'], 'circle-stroke-color': '#66717D', 'circle-stroke-width': 0.8 },
      },
    ],
  };
}

const CHIP = { w: 34, h: 20 } as const;

/** Width of a name in 12 px type: full-width characters are square. */
const nameWidth = (name: string) => [...name].reduce((w, ch) => w + (ch.charCodeAt(0) > 0xff ? 12 : 6.8), 0);

type Spot = Placed & { p: MapPoint; x: number; y: number; w: number };
type View = { spots: Spot[]; names: (NameSpot & { text: string; village: boolean })[] };

export default function StationMap({ map, places, onNear, points, selected, onSelect, label }: Props) {
  const { t, lang } = useT();
  const box = useRef<HTMLDivElement>(null);
  const gl = useRef<GlMap | null>(null);
  const latest = useRef(points);
  const shapes = useRef(places);
  const near = useRef(onNear);
  near.current = onNear;
  const draw = useRef<() => void>(() => undefined);
  const [view, setView] = useState<View>({ spots: [], names: [] });
  const [broken, setBroken] = useState(false);

  useEffect(() => {
    const el = box.current;
    if (!el) return;
    let m: GlMap;
    const [w = 113, s = 34, e = 115, n = 36] = map.bbox ?? [];
    try {
      m = new GlMap({ container: el, style: styleOf(map), bounds: [w, s, e, n], fitBoundsOptions: { padding: 18 }, attributionControl: false, dragRotate: false, pitchWithRotate: false, maxZoom: 14, fadeDuration: 0, canvasContextAttributes: { preserveDrawingBuffer: true }, renderWorldCopies: false });
    } catch {
      setBroken(true);
      return;
    }
    gl.current = m;
    m.touchZoomRotate.disableRotation();
    m.addControl(new ScaleControl({ maxWidth: 90 }), 'bottom-left');
    m.scrollZoom.disable();
    m.on('error', () => el.setAttribute('data-map-error', ''));
    draw.current = () => {
      const frame = { w: el.clientWidth, h: el.clientHeight };
      const boxes: (Box & { p: MapPoint })[] = latest.current
        .filter((p) => !p.minor)
        .map((p) => {
          const at = m.project([p.lon, p.lat]);
          return { id: p.id, x: at.x, y: at.y, w: CHIP.w + 4 + nameWidth(p.name), h: CHIP.h, rank: p.rank, p };
        })
        .filter((b) => b.x > -40 && b.y > -20 && b.x < frame.w + 40 && b.y < frame.h + 20);
      // Stations that stand alone keep their place; those in a crowd make way.
      const crowd = boxes.map((b) => boxes.filter((o) => Math.abs(o.x - b.x) < 90 && Math.abs(o.y - b.y) < 30).length);
      boxes.forEach((b, i) => (b.rank -= (crowd[i] ?? 0) * 10_000));
      // The zoom buttons and the scale keep their corners.
      const corners = [{ left: frame.w - 40, top: frame.h - 66, right: frame.w, bottom: frame.h }, { left: 0, top: frame.h - 26, right: 100, bottom: frame.h }];
      const spots = place(boxes, frame, corners).map((q, i) => ({ ...q, p: boxes[i]!.p, x: boxes[i]!.x, y: boxes[i]!.y, w: q.stuck ? CHIP.w : boxes[i]!.w }));
      setView({ spots, names: placeTexts(m, shapes.current, spots, frame) });
    };
    const look = () => {
      if (m.getZoom() >= NEAR) near.current();
    };
    m.on('zoomend', look);
    m.on('move', () => draw.current());
    m.on('resize', () => draw.current());
    m.on('idle', () => el.setAttribute('data-ready', 'true'));
    m.on('load', () => {
      setMinor(m, latest.current);
      setPlaces(m, shapes.current);
      look();
      draw.current();
    });
    draw.current();
    const watch = new ResizeObserver(() => {
      m.resize();
      m.fitBounds([w, s, e, n], { padding: 18, animate: false });
      look();
      draw.current();
    });
    watch.observe(el);
    return () => {
      watch.disconnect();
      m.remove();
      gl.current = null;
    };
  }, [map]);

  useEffect(() => {
    latest.current = points;
    draw.current();
    if (gl.current?.loaded()) setMinor(gl.current, points);
  }, [points]);

  useEffect(() => {
    shapes.current = places;
    if (gl.current?.getSource('towns')) setPlaces(gl.current, places);
    draw.current();
  }, [places]);

  if (broken) return <p className="state note">{t('map.broken')}</p>;
  return (
    <div className="gmap" role="group" aria-label={label}>
      <div ref={box} className="gmap-gl" data-map="" />
      <svg className="gmap-lines" aria-hidden="true">
        {view.spots.filter((q) => q.moved).map((q) => (
          <g key={q.p.id}>
            <line x1={q.x} y1={q.y} x2={Math.min(Math.max(q.x, q.left), q.left + q.w)} y2={Math.min(Math.max(q.y, q.top), q.top + CHIP.h)} stroke="#46525E" strokeWidth="1" />
            <circle cx={q.x} cy={q.y} r="2.5" fill="#46525E" stroke="#fff" />
          </g>
        ))}
      </svg>
      <div className="gmap-chips">
        {view.names.map((n) => <span key={n.id} className={n.village ? 'mplace village' : 'mplace'} style={{ left: n.left, top: n.top }} aria-hidden="true">{n.text}</span>)}
        {view.spots.map((q) => {
          const l = levelOf(q.p.level);
          const word = q.p.offline || !l ? t('air.offline') : `${q.p.aqi} ${lang === 'en' ? l.en : l.zh}`;
          return (
            <button
              key={q.p.id}
              type="button"
              className={q.p.id === selected ? 'mchip on' : 'mchip'}
              style={{ left: q.left, top: q.top }}
              onClick={() => onSelect(q.p.id)}
              aria-pressed={q.p.id === selected}
              title={`${q.p.name} ${word}`}
            >
              {q.p.offline || !l ? <span className="mchip-box off">{t('air.offShort')}</span> : <span className="mchip-box" style={{ background: l.hex, color: l.ink }}>{q.p.aqi}</span>}
              <span className={q.stuck ? 'sr-only' : 'mchip-name'}>{q.p.name}</span>
              <span className="sr-only">{word}</span>
            </button>
          );
        })}
      </div>
      <div className="gmap-zoom no-print">
        <button type="button" aria-label={t('map.in')} onClick={() => gl.current?.zoomIn()}>+</button>
        <button type="button" aria-label={t('map.out')} onClick={() => gl.current?.zoomOut()}>−</button>
      </div>
    </div>
  );
}

/** Names of towns, and nearer of villages, where they leave the stations free. */
function placeTexts(m: GlMap, places: MapPlaces | undefined, spots: Spot[], frame: { w: number; h: number }): View['names'] {
  const zoom = m.getZoom();
  if (!places || zoom < TOWN_NAMES) return [];
  const list = [...places.towns.features.map((f) => ({ f, village: false })), ...(zoom >= VILLAGE_NAMES ? places.villages.features.map((f) => ({ f, village: true })) : [])];
  const known = new Map<string, { text: string; village: boolean }>();
  const chips = spots.map((q) => ({ id: q.id, left: q.left, top: q.top, w: q.w, h: CHIP.h }));
  for (const { f, village } of list) {
    const props = f.properties as { code?: string; name?: string; centre?: [number, number] } | null;
    const at = village && f.geometry.type === 'Point' ? (f.geometry.coordinates as [number, number]) : props?.centre;
    if (!props?.code || !props.name || !at) continue;
    const p = m.project(at);
    if (p.x < 0 || p.y < 0 || p.x > frame.w || p.y > frame.h) continue;
    known.set(props.code, { text: props.name, village });
    chips.push({ id: props.code, left: p.x, top: p.y - CHIP.h / 2, w: 0, h: CHIP.h });
  }
  return placeNames(chips, [...known].map(([id, k]) => ({ id, width: nameWidth(k.text), rank: k.village ? 0 : 1 })), frame).map((n) => ({ ...n, ...known.get(n.id)! }));
}

function setPlaces(m: GlMap, places: MapPlaces | undefined) {
  if (!places) return;
  for (const name of ['towns', 'villages'] as const) {
    const source = m.getSource(name) as { setData?: (d: GeoJSON.FeatureCollection) => void } | undefined;
    source?.setData?.(places[name]);
  }
}

function setMinor(m: GlMap, points: MapPoint[]) {
  const source = m.getSource('minor') as { setData?: (d: GeoJSON.FeatureCollection) => void } | undefined;
  source?.setData?.({
    type: 'FeatureCollection',
    features: points
      .filter((p) => p.minor)
      .map((p) => ({ type: 'Feature', properties: { color: levelOf(p.level)?.hex ?? '#FFFFFF' }, geometry: { type: 'Point', coordinates: [p.lon, p.lat] } })),
  });
}
