import { Button } from 'antd';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useApi, usePageQuery } from '../../api/hooks';
import { Card } from '../../components/Card';
import { PageHead } from '../../components/PageHead';
import { Failed, Waiting } from '../../components/States';
import { useNarrow } from '../../components/useNarrow';
import { useT } from '../../i18n';
import { addDays, isoDay } from '../../lib/format';
import { depthOf } from '../../lib/region';
import { setParams, useChoice, useParam } from '../../lib/router';
import { can, useMe } from '../../shell/me';
import { CellList } from './CellList';
import { CellPanel } from './CellPanel';
import { EditSheet } from './EditSheet';
import { Gaps } from './Gaps';
import type { Spot } from './geometry';
import { itemsOf, type Item } from './groups';
import { ImportSheet } from './ImportSheet';
import { Legend } from './Legend';
import { Mend } from './Mend';
import { Handling } from './Handling';
import { Outcomes } from './Outcomes';
import { BigRate } from './parts';
import type { Area, CellFeature, Cells, Coverage, Fault, Outcome } from './types';
import { modes, type Mode } from './useEdit';

const CellMap = lazy(() => import('./CellMap').then((m) => ({ default: m.CellMap })));
const none: CellFeature[] = [];
const noFaults: Fault[] = [];

/** 网格: where nobody looks, what to mend, and what the grid finds and misses. */
export default function GridPage() {
  const { t } = useT();
  const me = useMe();
  const may = can(me, 'grid.write');
  const page = usePageQuery();
  const region = page.region ?? me.scope.code;
  const depth = depthOf(region);
  const [days, setDays] = useChoice('days', ['30', '90', '365'] as const, '90');
  const [view, setView] = useChoice('view', ['map', 'list'] as const, 'map');
  const [cell] = useParam('cell');
  const [mend, setMend] = useParam('mend');
  const [edit] = useParam('edit');
  const [faultId] = useParam('fault');
  const narrow = useNarrow();
  const cover = useApi<Coverage>('/grid/coverage', { region });
  const cells = useApi<Cells>('/grid/cells', { region });
  const towns = useApi<Cells>('/grid/cells', { region, tier: depth <= 4 ? 2 : 3 });
  const at = cover.data?.at ?? '';
  const from = at ? addDays(isoDay(Date.parse(at)), -Number(days)) : undefined;
  const by = depth <= 4 ? 'county' : depth <= 6 ? 'town' : 'cell';
  const outcome = useApi<Outcome>('/grid/outcome', { region, from, by }, { enabled: at !== '' });
  const faults = cover.data?.gaps ?? noFaults;
  const items = useMemo(() => itemsOf(faults), [faults]);
  const list = cells.data?.features ?? none;
  const [focus, setFocus] = useState<Area | Spot>();
  const look = (i: Item) => {
    const f = i.faults[0]!;
    setFocus(i.spot ? (f.geometry ?? [f.lng, f.lat]) : undefined);
  };
  const act = (i: Item) => {
    look(i);
    setMend(i.key);
  };
  const c = cover.data;
  const o = outcome.data?.total;
  const answer = c ? t('gr.answer', { name: c.region.name, cells: c.cells, staffed: c.staffed.num, sources: c.bound.den, bound: c.bound.text }) + (o ? t('gr.answer2', { days, found: o.found, own: o.ownRate.text, missed: o.missed, road: o.roadside }) : '') : '';
  const mode = (modes as readonly string[]).includes(edit) ? (edit as Mode) : undefined;
  const drawn = may && !narrow && (mode !== undefined || edit === 'import') && cells.data && towns.data && c;
  const chosenItem = items.find((i) => i.key === mend);
  return (
    <div className="page">
      <PageHead
        title={t('nav.grid')}
        question={t('gr.question')}
        answer={answer}
        acts={
          <>
            {may && <><Button onClick={() => setParams({ edit: 'new', mend: null, cell: null, fault: null })}>{t('ge.new')}</Button><Button onClick={() => setParams({ edit: 'import', mend: null, cell: null })}>{t('gi.title')}</Button></>}
            <div className="tabs" role="group" aria-label={t('gr.windowLabel')}>
              {(['30', '90', '365'] as const).map((d) => <button key={d} type="button" aria-pressed={d === days} aria-current={d === days ? 'page' : undefined} onClick={() => setDays(d)}>{t('gr.window', { n: d })}</button>)}
            </div>
          </>
        }
      />
      {may && narrow && edit !== '' && <div className="banner warn" role="alert"><div>{t('gr.wide')} <button type="button" className="linkish" onClick={() => setParams({ edit: null, fault: null })}>{t('do.close')}</button></div></div>}
      {drawn ? (
        mode ? <EditSheet key={`${mode}-${cell}-${faultId}`} mode={mode} region={region} cells={list} towns={towns.data.features ?? none} faults={faults} cell={list.find((x) => x.id === cell)} fault={faults.find((f) => f.id === faultId)} /> : <ImportSheet cells={list} towns={towns.data.features ?? none} />
      ) : cover.error && !c ? <Card><Failed error={cover.error} retry={() => void cover.refetch()} /></Card> : (
        <div className="gridpage">
          <Card flush title={t('gr.map')} note={c ? t('gr.mapNote', { n: c.cells }) : undefined} right={<button type="button" className="linkish" onClick={() => setView(view === 'map' ? 'list' : 'map')}>{view === 'map' ? t('gr.list') : t('gr.toMap')}</button>}>
            {c && (
              <div className="gfigs">
                <BigRate name={t('gr.staffed')} rate={c.staffed} unit={t('gr.unitCell')} formula={'gf.staffed'} />
                <BigRate name={t('gr.bound')} rate={c.bound} unit={t('gr.unitSource')} formula={'gf.bound'} />
                <BigRate name={t('gr.visited')} rate={c.visited} unit={t('gr.unitPlace')} formula={'gf.visited'} />
              </div>
            )}
            {cells.error && !cells.data ? <Failed error={cells.error} retry={() => void cells.refetch()} /> : !cells.data || !towns.data ? <Waiting height={380} /> : view === 'list' ? (
              <CellList cells={list} onOpen={(id) => setParams({ cell: id })} />
            ) : (
              <div className="gridmapbox">
                <Suspense fallback={<Waiting height={380} />}>
                  <CellMap
                    key={region}
                    cells={list}
                    towns={towns.data.features ?? none}
                    faults={faults}
                    items={items}
                    chosen={[cell]}
                    label={t('gr.map')}
                    onCell={(id) => setParams({ cell: id })}
                    onItem={look}
                    focus={focus}
                  />
                </Suspense>
              </div>
            )}
            <Legend cells={list} faults={faults} />
          </Card>
          <div className="gridright">
            {c ? <Gaps items={items} region={region} may={may} onOpen={look} onAct={act} /> : <Card flush><Waiting height={260} /></Card>}
            {outcome.error && !outcome.data ? <Card><Failed error={outcome.error} retry={() => void outcome.refetch()} /></Card> : outcome.data ? <><Outcomes data={outcome.data} window={t('gr.window', { n: days })} query={{ region, from, by }} /><Handling data={outcome.data} window={t('gr.window', { n: days })} /></> : <Card flush><Waiting height={260} /></Card>}
          </div>
        </div>
      )}
      {cell && !drawn && <CellPanel id={cell} region={region} faults={faults} may={may} onClose={() => setParams({ cell: null })} />}
      {may && chosenItem && !drawn && <Mend item={chosenItem} cells={list} onClose={() => setMend('')} />}
    </div>
  );
}
