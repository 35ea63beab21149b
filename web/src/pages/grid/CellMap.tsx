import 'maplibre-gl/dist/maplibre-gl.css';
import { Map as GlMap, Marker, ScaleControl, setWorkerUrl, type GeoJSONSource } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import { useEffect, useRef, useState } from 'react';
import { useT } from '../../i18n';
import { place } from '../../lib/placement';
import { boxOf, type Spot } from './geometry';
import type { Item } from './groups';
import { addHatches, empty, gridStyle } from './mapStyle';
import type { Area, CellFeature, Fault, FileRow } from './types';

setWorkerUrl(workerUrl);

/** What is being drawn: an outline or a line, the vertex that is held, areas that would be the result, a place that is wrong. */
export type Sketch = { path: Spot[]; closed: boolean; at: number; preview?: Area[]; wrong?: Spot };

/** What a file would put on the map. */
export type Sheet = { rows: FileRow[]; wrong: Spot[] };

/** A polluting source; one that would fall to another cell is told apart. */
export type Dot = { at: Spot; moves: boolean };

const noItems: Item[] = [];
const noDots: Dot[] = [];

type Props = {
  cells: CellFeature[];
  towns: CellFeature[];
  faults: Fault[];
  items?: Item[];
  chosen: string[];
  label: string;
  sketch?: Sketch;
  sheet?: Sheet;
  dots?: Dot[];
  onCell?: (id: string) => void;
  onItem?: (item: Item) => void;
  /** With it a click sets a vertex instead of choosing a cell. reach: metres within which it may be drawn onto a border. */
  onSpot?: (at: Spot, reach: number) => void;
  /** A vertex is clicked. */
  onHold?: (index: number) => void;
  /** A vertex is taken up to be moved. */
  onGrab?: (index: number) => void;
  onDrag?: (to: Spot, reach: number) => void;
  /** Drawn to an end by a double click. */
  onEnd?: () => void;
  /** Where a click would be drawn to. */
  pull?: (at: Spot, reach: number) => Spot | undefined;
  focus?: Area | Spot;
};

const collect = (features: GeoJSON.Feature[]): GeoJSON.FeatureCollection => ({ type: 'FeatureCollection', features });
const shape = (geometry: GeoJSON.Geometry, properties: GeoJSON.GeoJsonProperties = {}): GeoJSON.Feature => ({ type: 'Feature', properties, geometry });
const PULL = 10; // pixels within which a vertex is drawn onto a neighbour's

/** Cells as quiet lines, gaps and overlaps hatched, numbers as in the list beside it; and the sheet that one draws on. */
export function CellMap(p: Props) {
  const { t } = useT();
  const box = useRef<HTMLDivElement>(null);
  const gl = useRef<GlMap | null>(null);
  const now = useRef(p);
  now.current = p;
  const [ready, setReady] = useState(false);
  const [broken, setBroken] = useState(false);

  useEffect(() => {
    const el = box.current;
    if (!el) return;
    const [w, s, e, n] = boxOf([...now.current.towns, ...now.current.cells].map((c) => c.geometry)) ?? [113, 34, 115, 36];
    let m: GlMap;
    try {
      m = new GlMap({ container: el, style: gridStyle, bounds: [w, s, e, n], fitBoundsOptions: { padding: 22 }, attributionControl: false, dragRotate: false, pitchWithRotate: false, maxZoom: 18, fadeDuration: 0, renderWorldCopies: false });
    } catch {
      setBroken(true);
      return;
    }
    gl.current = m;
    m.touchZoomRotate.disableRotation();
    m.addControl(new ScaleControl({ maxWidth: 90 }), 'bottom-left');
    m.on('load', () => {
      addHatches(m);
      setReady(true);
    });
    listen(m, now);
    m.on('idle', () => el.setAttribute('data-ready', 'true'));
    return () => {
      m.remove();
      gl.current = null;
      setReady(false);
    };
  }, []);

  const put = (id: string, data: GeoJSON.FeatureCollection) => gl.current?.getSource<GeoJSONSource>(id)?.setData(data);
  useEffect(() => { if (ready) put('cells', collect(p.cells)); }, [ready, p.cells]);
  useEffect(() => { if (ready) put('towns', collect(p.towns)); }, [ready, p.towns]);
  useEffect(() => {
    if (ready) put('holes', collect(p.faults.filter((f) => f.geometry && (f.kind === 'gap' || f.kind === 'overlap' || f.kind === 'outside')).map((f) => shape(f.geometry!))));
  }, [ready, p.faults]);
  const chosenKey = p.chosen.join();
  useEffect(() => {
    if (ready) put('chosen', collect(p.cells.filter((c) => chosenKey.split(',').includes(c.id))));
  }, [ready, p.cells, chosenKey]);
  useEffect(() => {
    if (!ready) return;
    const k = p.sketch;
    const path = k && k.closed && k.path.length > 2 ? [...k.path, k.path[0]!] : (k?.path ?? []);
    put('path', path.length > 1 ? collect([shape({ type: 'LineString', coordinates: path })]) : empty);
    put('spots', collect((k?.path ?? []).map((c, i) => shape({ type: 'Point', coordinates: c }, { i, on: i === k?.at }))));
    put('preview', k?.preview ? collect(k.preview.map((a) => shape(a))) : empty);
  }, [ready, p.sketch]);
  useEffect(() => {
    if (ready) put('wrong', collect([...(p.sketch?.wrong ? [p.sketch.wrong] : []), ...(p.sheet?.wrong ?? [])].map((c) => shape({ type: 'Point', coordinates: c }))));
  }, [ready, p.sketch?.wrong, p.sheet]);
  useEffect(() => { if (ready) put('rows', collect(p.sheet?.rows ?? [])); }, [ready, p.sheet]);
  const dots = p.dots ?? noDots;
  useEffect(() => { if (ready) put('dots', collect(dots.map((d) => shape({ type: 'Point', coordinates: d.at }, { moves: d.moves })))); }, [ready, dots]);
  const draws = p.onSpot !== undefined;
  useEffect(() => {
    const m = gl.current;
    if (!m) return;
    if (draws) m.doubleClickZoom.disable();
    else m.doubleClickZoom.enable();
    if (ready && !draws) m.getSource<GeoJSONSource>('pull')?.setData(empty);
  }, [ready, draws]);

  useEffect(() => {
    const m = gl.current;
    if (!ready || !m || !p.focus) return;
    if (Array.isArray(p.focus)) m.easeTo({ center: p.focus, zoom: Math.max(m.getZoom(), 13), duration: 300 });
    else {
      const b = boxOf([p.focus]);
      if (b) m.fitBounds(b, { padding: 80, maxZoom: 14.5, duration: 300 });
    }
  }, [ready, p.focus]);

  useNames(gl, ready, p.towns);
  useBadges(gl, ready, p.items ?? noItems, now, (i) => t('gr.badge', { n: i.number, name: i.faults[0]!.name }));

  if (broken) return <p className="state note">{t('map.broken')}</p>;
  return (
    <div className={p.onSpot ? 'gmap gridmap drawing' : 'gmap gridmap'} role="group" aria-label={p.label}>
      <div ref={box} className="gmap-gl" />
      <div className="gmap-zoom no-print">
        <button type="button" aria-label={t('map.in')} onClick={() => gl.current?.zoomIn()}>+</button>
        <button type="button" aria-label={t('map.out')} onClick={() => gl.current?.zoomOut()}>−</button>
      </div>
    </div>
  );
}

/** How many metres the pull of a vertex reaches at this zoom. */
function reachOf(m: GlMap, y: number): number {
  const [a, b] = [m.unproject([0, y]), m.unproject([PULL, y])];
  return a.distanceTo(b);
}

function listen(m: GlMap, now: { readonly current: Props }) {
  let held = -1;
  let moved = false;
  const vertex = (point: { x: number; y: number }) => {
    if (!m.getLayer('spots')) return -1;
    const f = m.queryRenderedFeatures([[point.x - 6, point.y - 6], [point.x + 6, point.y + 6]], { layers: ['spots'] })[0];
    return f ? Number(f.properties.i) : -1;
  };
  m.on('click', (ev) => {
    const { onSpot, onHold, onCell } = now.current;
    const i = onSpot ? vertex(ev.point) : -1;
    if (i >= 0) return onHold?.(i);
    if (onSpot) return onSpot([ev.lngLat.lng, ev.lngLat.lat], reachOf(m, ev.point.y));
    const f = m.queryRenderedFeatures(ev.point, { layers: ['cells'] })[0];
    if (f) onCell?.(String(f.properties.id));
  });
  const grab = (point: { x: number; y: number }, stop: () => void) => {
    const i = now.current.onDrag ? vertex(point) : -1;
    if (i < 0) return;
    held = i;
    moved = false;
    stop();
  };
  m.on('mousedown', (ev) => grab(ev.point, () => ev.preventDefault()));
  m.on('touchstart', (ev) => grab(ev.point, () => ev.preventDefault()));
  const drag = (ev: { lngLat: { lng: number; lat: number }; point: { y: number } }) => {
    const { pull, onSpot, onDrag, onGrab } = now.current;
    const at: Spot = [ev.lngLat.lng, ev.lngLat.lat];
    if (onSpot) {
      const to = pull?.(at, reachOf(m, ev.point.y));
      m.getSource<GeoJSONSource>('pull')?.setData(to ? collect([shape({ type: 'Point', coordinates: to })]) : empty);
    }
    if (held < 0) return;
    if (!moved) onGrab?.(held);
    moved = true;
    onDrag?.(at, reachOf(m, ev.point.y));
  };
  m.on('mousemove', drag);
  m.on('touchmove', drag);
  const drop = () => { held = -1; };
  m.on('mouseup', drop);
  m.on('touchend', drop);
  m.on('dblclick', () => now.current.onEnd?.());
}

/** Names of the towns (or counties) where they fit; nothing covers another. */
function useNames(gl: { readonly current: GlMap | null }, ready: boolean, towns: CellFeature[]) {
  useEffect(() => {
    const m = gl.current;
    if (!ready || !m) return;
    const layer = document.createElement('div');
    layer.className = 'gridnames';
    layer.setAttribute('aria-hidden', 'true');
    m.getCanvas().after(layer);
    const spots = towns.flatMap((c) => {
      const b = boxOf([c.geometry]);
      return b ? [{ name: c.properties.name, at: [(b[0] + b[2]) / 2, (b[1] + b[3]) / 2] as Spot, size: c.properties.areaKm2 }] : [];
    });
    const draw = () => {
      const { width, height } = m.getContainer().getBoundingClientRect();
      const boxes = spots.map((s, i) => {
        const at = m.project(s.at);
        return { id: String(i), x: at.x, y: at.y, w: s.name.length * 12 + 2, h: 16, rank: s.size };
      });
      const seen = boxes.filter((b) => b.x > 0 && b.y > 0 && b.x < width && b.y < height);
      layer.replaceChildren(
        ...place(seen, { w: width, h: height }).filter((x) => !x.stuck).map((x) => {
          const el = document.createElement('span');
          el.className = 'gridname';
          el.textContent = spots[Number(x.id)]!.name;
          el.style.transform = `translate(${x.left}px, ${x.top}px)`;
          return el;
        }),
      );
    };
    draw();
    m.on('move', draw);
    m.on('resize', draw);
    return () => {
      m.off('move', draw);
      m.off('resize', draw);
      layer.remove();
    };
  }, [gl, ready, towns]);
}

/** The numbers of the list on the map; the list itself is the way by keyboard. */
function useBadges(gl: { readonly current: GlMap | null }, ready: boolean, items: Item[], now: { readonly current: Props }, name: (i: Item) => string) {
  const say = useRef(name);
  say.current = name;
  useEffect(() => {
    const m = gl.current;
    if (!ready || !m) return;
    const markers = items.filter((i) => i.spot).map((i) => {
      const el = document.createElement('button');
      el.type = 'button';
      el.className = 'gridbadge';
      el.textContent = String(i.number);
      el.title = say.current(i);
      el.setAttribute('aria-label', say.current(i));
      el.tabIndex = -1;
      el.addEventListener('click', (ev) => {
        ev.stopPropagation();
        now.current.onItem?.(i);
      });
      const f = i.faults[0]!;
      return new Marker({ element: el, anchor: 'center', offset: [0, -8] }).setLngLat([f.lng, f.lat]).addTo(m);
    });
    return () => markers.forEach((x) => x.remove());
  }, [gl, ready, items, now]);
}
