import { Button } from 'antd';
import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { useApi } from '../../api/hooks';
import { Card } from '../../components/Card';
import { Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { setParams } from '../../lib/router';
import type { Dot, Sketch } from './CellMap';
import { Editor } from './Editor';
import type { Spot } from './geometry';
import type { Area, CellFeature, Fault, Source } from './types';
import { useEdit, type Mode } from './useEdit';
import { placeOf } from './useTrial';

const CellMap = lazy(() => import('./CellMap').then((m) => ({ default: m.CellMap })));

type Props = { mode: Mode; region: string; cells: CellFeature[]; towns: CellFeature[]; faults: Fault[]; cell?: CellFeature; fault?: Fault };

const leave = () => setParams({ edit: null, fault: null });

/** The map to draw on and the form beside it. */
export function EditSheet({ mode, region, cells, towns, faults, cell, fault }: Props) {
  const { t } = useT();
  const e = useEdit(mode, cells, towns, cell, fault, region);
  const { d, stroke, tried, first, draws, cross } = e;
  const [focus, setFocus] = useState<Area | Spot | undefined>(() => fault?.geometry ?? cell?.geometry);
  const sources = useApi<{ items: Source[] | null }>('/grid/objects', { region });
  const wrong = cross ?? placeOf(tried.problem);
  const effect = tried.effect;
  const preview = useMemo(() => (effect?.cells ?? []).flatMap((c) => (c.geometry && c.change !== 'ended' ? [c.geometry] : [])), [effect]);
  const dots = useMemo<Dot[]>(() => {
    const moves = new Set((effect?.moves ?? []).map((m) => m.object.id));
    return (sources.data?.items ?? []).map((s) => ({ at: [s.lng, s.lat], moves: moves.has(s.id) }));
  }, [sources.data, effect]);
  const [lng, lat] = wrong ?? [];
  const sketch = useMemo<Sketch>(() => ({ path: d.path, closed: d.closed, at: d.held, preview, wrong: lng !== undefined && lat !== undefined ? [lng, lat] : undefined }), [d.path, d.closed, d.held, preview, lng, lat]);

  useEffect(() => {
    const key = (ev: KeyboardEvent) => {
      const el = ev.target as HTMLElement;
      if (ev.defaultPrevented || el.closest('.ant-select-open, .ant-select-dropdown')) return;
      if (ev.key === 'Escape') {
        if (d.path !== first.path) stroke({ do: 'set', path: first.path, closed: first.closed });
        else leave();
        return;
      }
      if (!draws || el.closest('input, textarea, button')) return;
      const back = (ev.ctrlKey || ev.metaKey) && ev.key.toLowerCase() === 'z';
      if (back) stroke({ do: ev.shiftKey ? 'redo' : 'undo' });
      else if (ev.key === 'Delete' || ev.key === 'Backspace') stroke({ do: 'remove' });
      else if (ev.key === 'Enter') e.close();
      else return;
      ev.preventDefault();
    };
    window.addEventListener('keydown', key);
    return () => window.removeEventListener('keydown', key);
  });

  const pick = (id: string) => {
    if (!cell) setParams({ cell: id }, true);
    else if (mode === 'merge' && id !== cell.id) e.setOthers((old) => (old.includes(id) ? old.filter((x) => x !== id) : [...old, id]));
  };
  const drawing = draws && (mode === 'new' || cell !== undefined);
  return (
    <div className="gridpage gedit">
      <Card
        flush
        title={t('gr.map')}
        note={draws ? t('gr.keys') : undefined}
        right={drawing && (
          <span className="row">
            <Button size="small" disabled={d.past.length === 0} onClick={() => stroke({ do: 'undo' })}>{t('gr.undo')}</Button>
            <Button size="small" disabled={d.next.length === 0} onClick={() => stroke({ do: 'redo' })}>{t('gr.redo')}</Button>
            <Button size="small" disabled={d.path.length === 0} onClick={() => stroke({ do: 'remove' })}>{t('gr.remove')}</Button>
            {mode !== 'split' && <Button size="small" disabled={d.closed || d.path.length < 3} onClick={e.close}>{t('gr.shut')}</Button>}
          </span>
        )}
      >
        <div className="gridmapbox">
          <Suspense fallback={<Waiting height={380} />}>
            <CellMap
              cells={cells}
              towns={towns}
              faults={faults}
              chosen={[cell?.id ?? '', ...e.others]}
              label={t('gr.map')}
              sketch={sketch}
              dots={dots}
              focus={focus}
              onCell={pick}
              onSpot={drawing ? e.spot : undefined}
              onHold={(i) => (i === 0 && !d.closed && mode !== 'split' && d.path.length > 2 ? e.close() : stroke({ do: 'hold', at: i }))}
              onGrab={(at) => stroke({ do: 'grab', at })}
              onDrag={drawing ? (to, reach) => stroke({ do: 'move', to: e.pull(to, reach) ?? to }) : undefined}
              onEnd={drawing ? e.close : undefined}
              pull={e.pull}
            />
          </Suspense>
        </div>
      </Card>
      <Editor edit={e} mode={mode} cells={cells} towns={towns} cell={cell} fault={fault} onFocus={setFocus} onLeave={leave} />
    </div>
  );
}
