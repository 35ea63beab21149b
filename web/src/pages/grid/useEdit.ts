import { useMemo, useReducer, useState } from 'react';
import { useT } from '../../i18n';
import { borders, follow, pull } from './borders';
import { draw, start, type Drawing } from './drawing';
import { boxOf, inside, polygon, print, rings, selfCrossing, toSegment, touching, withOuter, type Spot } from './geometry';
import type { CellFeature, Fault } from './types';
import { useTrial, type Trial } from './useTrial';

export const modes = ['new', 'shape', 'split', 'merge', 'end'] as const;
export type Mode = (typeof modes)[number];

/** The server draws borders nearer than this, in metres, onto the neighbours'. */
export const SNAP = 5;

export type Wishes = { code: string; name: string; region: string; tier: number; reason: string };

/** An edit of the grid: what is drawn, what it lacks, what it would do. */
export function useEdit(mode: Mode, cells: CellFeature[], towns: CellFeature[], cell: CellFeature | undefined, fault: Fault | undefined, region: string) {
  const { t } = useT();
  const draws = mode === 'new' || mode === 'shape' || mode === 'split';
  const first = useMemo<Drawing>(() => (mode === 'shape' && cell ? start(rings(cell.geometry)[0] ?? [], true) : start()), [mode, cell]);
  const [d, stroke] = useReducer(draw, first);
  const [along, setAlong] = useState(true);
  const [fit, setFit] = useState(mode === 'new');
  const [others, setOthers] = useState<string[]>([]);
  const [v, setV] = useState<Wishes>({ code: '', name: '', region: '', tier: 4, reason: '' });

  const around = useMemo(() => borders([...cells.filter((c) => mode !== 'shape' || c.id !== cell?.id), ...towns].map((c) => c.geometry)), [cells, towns, mode, cell?.id]);
  const beside = useMemo(() => (mode === 'merge' && cell ? touching(cell.geometry, cells.filter((c) => c.id !== cell.id)) : []), [mode, cell, cells]);
  const middle = useMemo<Spot | undefined>(() => {
    const b = d.path.length > 0 ? boxOf([polygon(d.path)]) : undefined;
    return b && [(b[0] + b[2]) / 2, (b[1] + b[3]) / 2];
  }, [d.path]);
  const town = middle && towns.find((x) => inside(middle, x.geometry));
  const home = v.region || town?.properties.region.code || region;

  const cross = draws && d.path.length > 2 ? selfCrossing(d.path, d.closed) : undefined;
  const least = mode === 'split' ? 2 : 3;
  /** Why there is nothing to try yet; '' when there is. */
  const lack = !cell && mode !== 'new' ? t('gr.needCell')
    : mode === 'merge' ? (others.length === 0 ? t('gr.needOther') : '')
    : !draws ? ''
    : d.path.length < least ? t('gr.few', { n: least, have: d.path.length })
    : cross ? t('gr.crosses', { at: print(cross) })
    : mode !== 'split' && !d.closed ? t('gr.open') : '';

  const trial = ((): Trial | undefined => {
    if (lack) return undefined;
    const own = { cell: cell?.id, version: cell?.properties.version };
    switch (mode) {
      case 'new': return { change: 'add', geometry: polygon(d.path), region: home, tier: v.tier, snap: SNAP, fit };
      case 'shape': return { change: 'shape', ...own, geometry: withOuter(cell?.geometry, d.path), snap: SNAP, fit };
      case 'split': return { change: 'split', ...own, line: { type: 'LineString', coordinates: d.path } };
      case 'merge': return { change: 'merge', cells: [cell?.id ?? '', ...others] };
      case 'end': return { change: 'end', ...own };
    }
  })();
  const tried = useTrial(trial);

  /** A click on the map: a corner at the end, or in the side that is near. */
  const spot = (p: Spot, reach: number) => {
    const s = pull(p, around, reach) ?? p;
    if (d.closed) {
      const near = d.path.some((a, i) => toSegment(s, a, d.path[(i + 1) % d.path.length]!) <= reach * 1.5);
      return near ? stroke({ do: 'add', spots: [s] }) : stroke({ do: 'hold', at: -1 });
    }
    const last = d.path.at(-1);
    stroke({ do: 'add', spots: [...(last && along ? follow(last, s, around) : []), s] });
  };
  const close = () => {
    if (mode === 'split' || d.closed || d.path.length < 3) return;
    const way = along ? follow(d.path.at(-1)!, d.path[0]!, around) : [];
    if (way.length > 0) stroke({ do: 'add', spots: way });
    stroke({ do: 'close' });
  };
  return {
    draws, d, stroke, first, along, setAlong, fit, setFit, others, setOthers, beside, v, setV, home, cross, lack, trial, tried, spot, close,
    pull: (p: Spot, reach: number) => pull(p, around, reach),
    /** Takes over the outline of the gap. */
    takeGap: () => { const ring = rings(fault?.geometry)[0]; if (ring) stroke({ do: 'set', path: ring, closed: true }); },
  };
}

export type Edit = ReturnType<typeof useEdit>;
