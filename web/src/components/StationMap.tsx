import 'maplibre-gl/dist/maplibre-gl.css';
import { Map as GlMap, ScaleControl, setWorkerUrl, type StyleSpecification } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import { useEffect, useRef, useState } from 'react';
import type { AirMap } from '../api/types';
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

type Props = { map: AirMap; points: MapPoint[]; selected: string; onSelect: (id: string) => void; label: string };

/** The base map is our own: boundaries and rivers, no glyphs, no sprites, no outside request. */
function styleOf(map: AirMap): StyleSpecification {
  const none: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };
  return {
    version: 8,
    sources: {
      regions: { type: 'geojson', data: map.boundaries ?? none },
      rivers: { type: 'geojson', data: map.rivers ?? none },
      minor: { type: 'geojson', data: none },
    },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': '#FFFFFF' } },
      { id: 'land', type: 'fill', source: 'regions', paint: { 'fill-color': '#F3F6F6' } },
      { id: 'rivers', type: 'line', source: 'rivers', layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': '#9DBFD6', 'line-width': ['interpolate', ['linear'], ['zoom'], 7, 1.2, 11, 3] } },
      { id: 'towns', type: 'line', source: 'regions', filter: ['==', ['get', 'level'], 'town'], minzoom: 9.5, paint: { 'line-color': '#D9E0E3', 'line-width': 0.6 } },
      { id: 'bounds', type: 'line', source: 'regions', filter: ['!=', ['get', 'level'], 'town'], layout: { 'line-join': 'round' }, paint: { 'line-color': '#B5C0C6', 'line-width': 1 } },
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

type Spot = Placed & { p: MapPoint; x: number; y: number };
type View = { spots: Spot[]; names: (NameSpot & { text: string })[] };

export default function StationMap({ map, points, selected, onSelect, label }: Props) {
  const { t, lang } = useT();
  const box = useRef<HTMLDivElement>(null);
  const gl = useRef<GlMap | null>(null);
  const latest = useRef(points);
  const draw = useRef<() => void>(() => undefined);
  const [view, setView] = useState<View>({ spots: [], names: [] });
  const [broken, setBroken] = useState(false);

  useEffect(() => {
    const el = box.current;
    if (!el) return;
    let m: GlMap;
    const [w = 113, s = 34, e = 115, n = 36] = map.bbox ?? [];
    try {
      m = new GlMap({ container: el, style: styleOf(map), bounds: [w, s, e, n], fitBoundsOptions: { padding: 18 }, attributionControl: false, dragRotate: false, pitchWithRotate: false, maxZoom: 14, fadeDuration: 0, renderWorldCopies: false });
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
          return { id: p.id, x: at.x, y: at.y, ...CHIP, rank: p.rank, p };
        });
      const spots = place(boxes, frame).map((q, i) => ({ ...q, p: boxes[i]!.p, x: boxes[i]!.x, y: boxes[i]!.y }));
      const text = new Map(spots.map((q) => [q.id, q.p.name]));
      const names = placeNames(spots.map((q) => ({ ...q, ...CHIP })), spots.map((q) => ({ id: q.id, width: nameWidth(q.p.name), rank: q.p.rank })), frame);
      setView({ spots, names: names.map((n) => ({ ...n, text: text.get(n.id) ?? '' })) });
    };
    m.on('move', () => draw.current());
    m.on('resize', () => draw.current());
    m.on('idle', () => el.setAttribute('data-ready', 'true'));
    m.on('load', () => {
      setMinor(m, latest.current);
      draw.current();
    });
    draw.current();
    const watch = new ResizeObserver(() => {
      m.resize();
      m.fitBounds([w, s, e, n], { padding: 18, animate: false });
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

  if (broken) return <p className="state note">{t('map.broken')}</p>;
  return (
    <div className="gmap" role="group" aria-label={label}>
      <div ref={box} className="gmap-gl" data-map="" />
      <svg className="gmap-lines" aria-hidden="true">
        {view.spots.filter((q) => q.moved).map((q) => (
          <g key={q.p.id}>
            <line x1={q.x} y1={q.y} x2={q.left + 17} y2={q.top + CHIP.h / 2} stroke="#46525E" strokeWidth="1" />
            <circle cx={q.x} cy={q.y} r="2.5" fill="#46525E" stroke="#fff" />
          </g>
        ))}
      </svg>
      <div className="gmap-chips">
        {view.names.map((n) => <span key={n.id} className="mchip-name" style={{ left: n.left, top: n.top }} aria-hidden="true">{n.text}</span>)}
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
              aria-label={`${q.p.name} ${word}`}
              title={`${q.p.name} ${word}`}
            >
              {q.p.offline || !l ? <span className="mchip-box off">{t('air.offShort')}</span> : <span className="mchip-box" style={{ background: l.hex, color: l.ink }}>{q.p.aqi}</span>}
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

function setMinor(m: GlMap, points: MapPoint[]) {
  const source = m.getSource('minor') as { setData?: (d: GeoJSON.FeatureCollection) => void } | undefined;
  source?.setData?.({
    type: 'FeatureCollection',
    features: points
      .filter((p) => p.minor)
      .map((p) => ({ type: 'Feature', properties: { color: levelOf(p.level)?.hex ?? '#FFFFFF' }, geometry: { type: 'Point', coordinates: [p.lon, p.lat] } })),
  });
}
