import type { Map as GlMap, StyleSpecification } from 'maplibre-gl';
import { accent, ink, status } from '../../tokens';

export const empty: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };

const TILE = 8; // pixels of a pattern at density 1

/** A pattern drawn pixel by pixel, so that the map needs no sprite: seamless diagonal lines, or dots. */
export function pattern(kind: 'hatch' | 'dots', color: string, density = 2): { width: number; height: number; data: Uint8Array } {
  const n = TILE * density;
  const data = new Uint8Array(n * n * 4);
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16));
  for (let y = 0; y < n; y++) {
    for (let x = 0; x < n; x++) {
      const on = kind === 'hatch' ? (x + y) % n < 3 * density : Math.hypot((x % (n / 2)) - n / 4 + 0.5, (y % (n / 2)) - n / 4 + 0.5) < 0.8 * density;
      if (on) data.set([r!, g!, b!, 255], (y * n + x) * 4);
    }
  }
  return { width: n, height: n, data };
}

export function addPatterns(map: GlMap) {
  map.addImage('hatch-danger', pattern('hatch', status.danger.ink), { pixelRatio: 2 });
  map.addImage('hatch-warn', pattern('hatch', '#B7791F'), { pixelRatio: 2 });
  map.addImage('dots', pattern('dots', ink.mid), { pixelRatio: 2 });
}

const geo = { type: 'geojson', data: empty } as const;

/** The base has no glyphs and no sprites: names and numbers are HTML on top of it. */
export const gridStyle: StyleSpecification = {
  version: 8,
  sources: { cells: geo, towns: geo, holes: geo, chosen: geo, rows: geo, preview: geo, dots: geo, path: geo, spots: geo, pull: geo, wrong: geo },
  layers: [
    { id: 'ground', type: 'background', paint: { 'background-color': '#FFFFFF' } },
    { id: 'cells', type: 'fill', source: 'cells', paint: { 'fill-color': '#F3F6F6' } },
    { id: 'lines', type: 'line', source: 'cells', layout: { 'line-join': 'round' }, paint: { 'line-color': '#C9D2D7', 'line-width': 0.8 } },
    { id: 'towns', type: 'line', source: 'towns', layout: { 'line-join': 'round' }, paint: { 'line-color': '#5B6872', 'line-width': ['interpolate', ['linear'], ['zoom'], 8, 0.9, 12, 1.8] } },
    { id: 'holes-line', type: 'line', source: 'holes', layout: { 'line-join': 'round' }, paint: { 'line-color': status.danger.ink, 'line-width': 1.4 } },
    { id: 'rows', type: 'fill', source: 'rows', filter: ['!=', ['geometry-type'], 'Point'], paint: { 'fill-color': ['match', ['get', 'state'], 'refused', status.danger.ink, 'changed', '#B7791F', accent.main], 'fill-opacity': 0.2 } },
    { id: 'rows-line', type: 'line', source: 'rows', layout: { 'line-join': 'round' }, paint: { 'line-color': ['match', ['get', 'state'], 'refused', status.danger.ink, 'changed', '#8A4B08', accent.main], 'line-width': ['match', ['get', 'state'], 'refused', 2.2, 1.2] } },
    { id: 'rows-spot', type: 'circle', source: 'rows', filter: ['==', ['geometry-type'], 'Point'], paint: { 'circle-radius': 4, 'circle-color': ['match', ['get', 'state'], 'refused', status.danger.ink, 'changed', '#B7791F', accent.main] } },
    { id: 'preview', type: 'fill', source: 'preview', paint: { 'fill-color': accent.main, 'fill-opacity': 0.18 } },
    { id: 'chosen', type: 'line', source: 'chosen', layout: { 'line-join': 'round' }, paint: { 'line-color': accent.main, 'line-width': 2.4 } },
    { id: 'dots', type: 'circle', source: 'dots', paint: { 'circle-radius': ['case', ['get', 'moves'], 5, 2.4], 'circle-color': ['case', ['get', 'moves'], accent.main, '#7C8A94'], 'circle-stroke-color': '#FFFFFF', 'circle-stroke-width': ['case', ['get', 'moves'], 1.5, 0.6] } },
    { id: 'path', type: 'line', source: 'path', layout: { 'line-join': 'round' }, paint: { 'line-color': accent.main, 'line-width': 2, 'line-dasharray': [2, 1] } },
    { id: 'spots', type: 'circle', source: 'spots', paint: { 'circle-radius': ['case', ['get', 'on'], 6.5, 4.5], 'circle-color': ['case', ['get', 'on'], accent.main, '#FFFFFF'], 'circle-stroke-color': accent.main, 'circle-stroke-width': 1.8 } },
    { id: 'pull', type: 'circle', source: 'pull', paint: { 'circle-radius': 8, 'circle-opacity': 0, 'circle-color': '#FFFFFF', 'circle-stroke-color': accent.main, 'circle-stroke-width': 1.6 } },
    { id: 'wrong', type: 'circle', source: 'wrong', paint: { 'circle-radius': 9, 'circle-color': status.danger.ink, 'circle-opacity': 0.25, 'circle-stroke-color': status.danger.ink, 'circle-stroke-width': 2.5 } },
  ],
};

/** The hatched layers come after the images that they need. */
export function addHatches(map: GlMap) {
  addPatterns(map);
  map.addLayer({ id: 'blind', type: 'fill', source: 'cells', filter: ['get', 'blind'], paint: { 'fill-pattern': 'dots' } }, 'lines');
  map.addLayer({ id: 'vacant', type: 'fill', source: 'cells', filter: ['!=', ['get', 'vacantSince'], ''], paint: { 'fill-pattern': 'hatch-warn' } }, 'lines');
  map.addLayer({ id: 'holes', type: 'fill', source: 'holes', paint: { 'fill-pattern': 'hatch-danger' } }, 'holes-line');
}
