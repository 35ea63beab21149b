import { Button, Checkbox, Input, Select } from 'antd';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call, send, type Problem } from '../../api/client';
import { Card } from '../../components/Card';
import { Field } from '../../components/Field';
import { ActionError } from '../../components/States';
import { useT } from '../../i18n';
import { setParams } from '../../lib/router';
import { EffectView } from './EffectView';
import { print, readSpots, type Spot } from './geometry';
import type { CellFeature, Fault } from './types';
import { SNAP, type Edit, type Mode } from './useEdit';
import { placeOf } from './useTrial';

type Props = { edit: Edit; mode: Mode; cells: CellFeature[]; towns: CellFeature[]; cell?: CellFeature; fault?: Fault; onFocus: (s: Spot) => void; onLeave: () => void };

/** The form beside the map: what is drawn as coordinates, what the cell is called, what the change would do, and why it is made. */
export function Editor({ edit: e, mode, cells, towns, cell, fault, onFocus, onLeave }: Props) {
  const { t } = useT();
  const client = useQueryClient();
  const { v, setV, tried, trial } = e;
  const drawing = e.draws && (mode === 'new' || cell !== undefined);
  const names = mode === 'new' || mode === 'split';
  const refresh = () => client.invalidateQueries({ predicate: (q) => /^\/(grid|today)/.test(String(q.queryKey[0])) && q.queryKey[0] !== '/grid/effects' });
  const save = useMutation<string | null, Problem>({
    mutationFn: async () => {
      const reason = v.reason.trim();
      const own = { code: v.code.trim(), name: v.name.trim(), reason };
      const tag = `"v${cell?.properties.version ?? 0}"`;
      switch (mode) {
        case 'new': return (await send<CellFeature>('POST', '/grid/cells', { ...own, region: e.home, tier: v.tier, geometry: trial?.geometry, snap: SNAP, fit: e.fit })).id;
        case 'shape': await send('PUT', `/grid/cells/${cell?.id}`, { geometry: trial?.geometry, snap: SNAP, fit: e.fit, reason }, tag); return cell?.id ?? null;
        case 'split': await send('POST', `/grid/cells/${cell?.id}/split`, { line: trial?.line, ...own }, tag); return cell?.id ?? null;
        case 'merge': await send('POST', '/grid/cells/merge', { cells: trial?.cells, reason }); return cell?.id ?? null;
        case 'end': await call('DELETE', `/grid/cells/${cell?.id}`, { query: { reason }, ifMatch: tag }); return null;
      }
    },
    onSuccess: async (id) => {
      setParams({ edit: null, fault: null, cell: id });
      await refresh();
    },
    onError: (p) => { if (p.code === 'stale') void refresh(); },
  });
  const wants = e.lack || (names && !v.name.trim() ? t('gr.needName') : names && !v.code.trim() ? t('gr.needCode') : !v.reason.trim() ? t('gr.needReason') : tried.busy ? t('gr.trying') : tried.problem ? t('gr.refused') : '');
  const problem = save.error ?? tried.problem;
  const place = e.cross ?? placeOf(problem);
  const set = (k: 'code' | 'name' | 'reason') => (ev: { target: { value: string } }) => setV({ ...v, [k]: ev.target.value });
  const regions = [...new Map([...towns, ...cells].map((c) => [c.properties.region.code, c.properties.region.name])).entries()];
  return (
    <Card className="gpanel" title={`${t(`ge.${mode}`)}${cell ? ` · ${cell.properties.name}` : ''}`} right={<button type="button" className="linkish" onClick={onLeave}>{t('do.cancel')}</button>}>
      <form className="gform" data-testid="grid-editor" onSubmit={(ev) => { ev.preventDefault(); if (!wants) save.mutate(); }}>
        <p className="note">{t(`gh.${mode}`)}</p>
        {mode !== 'new' && !cell && <Field id="ge-cell" label={t('gr.cell')}><Select id="ge-cell" showSearch={{ optionFilterProp: 'label' }} onChange={(c: string) => setParams({ cell: c }, true)} options={cells.map((c) => ({ value: c.id, label: `${c.properties.name} · ${c.properties.region.name}` }))} /></Field>}
        {mode === 'new' && fault?.geometry && <Button onClick={e.takeGap}>{t('ge.takeGap')}</Button>}
        {mode === 'merge' && cell && (
          <fieldset className="gset"><legend className="lab">{t('gr.others')}</legend>
            <Checkbox.Group value={e.others} onChange={(x) => e.setOthers(x)} options={cells.filter((c) => e.beside.includes(c.id) || e.others.includes(c.id)).map((c) => ({ value: c.id, label: c.properties.name }))} />
          </fieldset>
        )}
        {drawing && <Coordinates edit={e} line={mode === 'split'} />}
        {drawing && mode !== 'split' && (
          <div className="row">
            <Checkbox checked={e.along} onChange={(x) => e.setAlong(x.target.checked)}>{t('ge.along')}</Checkbox>
            <Checkbox checked={e.fit} onChange={(x) => e.setFit(x.target.checked)}>{t('ge.fit')}</Checkbox>
          </div>
        )}
        {names && (
          <div className="gtwo">
            <Field id="ge-name" label={t('gr.name')} error={save.error?.field('name')}><Input id="ge-name" maxLength={60} value={v.name} onChange={set('name')} /></Field>
            <Field id="ge-code" label={t('gr.code')} error={save.error?.field('code')}><Input id="ge-code" maxLength={40} value={v.code} onChange={set('code')} /></Field>
          </div>
        )}
        {mode === 'new' && (
          <div className="gtwo">
            <Field id="ge-region" label={t('gr.region')} error={save.error?.field('region')}><Select id="ge-region" showSearch={{ optionFilterProp: 'label' }} value={e.home} onChange={(r: string) => setV({ ...v, region: r })} options={(regions.some(([c]) => c === e.home) ? regions : [...regions, [e.home, e.home] as const]).map(([value, label]) => ({ value, label }))} /></Field>
            <Field id="ge-tier" label={t('gr.tier')} error={save.error?.field('tier')}><Select id="ge-tier" value={v.tier} onChange={(tier: number) => setV({ ...v, tier })} options={[{ value: 2, label: t('gr.tier2') }, { value: 3, label: t('gr.tier3') }, { value: 4, label: t('gr.tier4') }]} /></Field>
          </div>
        )}
        {e.lack ? <p className="note" role="status">{e.lack}</p> : tried.effect ? <EffectView effect={tried.effect} /> : tried.problem ? null : <p className="note" role="status">{t('gr.trying')}</p>}
        {problem?.code === 'stale' ? <div className="banner warn" role="alert">{t('gr.stale')}</div> : <ActionError error={problem} />}
        {place && <button type="button" className="linkish" onClick={() => onFocus(place)}>{t('gr.seePlace', { at: print(place) })}</button>}
        <Field id="ge-reason" label={t('gr.reason')} error={save.error?.field('reason')}><Input id="ge-reason" maxLength={200} value={v.reason} onChange={set('reason')} /></Field>
        <div className="row">
          <Button type="primary" htmlType="submit" danger={mode === 'end'} disabled={wants !== ''} loading={save.isPending}>{t('do.save')}</Button>
          {wants && !e.lack && <span className="note">{wants}</span>}
        </div>
      </form>
    </Card>
  );
}

/** The corners as text: the way to draw by keyboard, and to paste what a survey gives. */
function Coordinates({ edit: e, line }: { edit: Edit; line: boolean }) {
  const { t } = useT();
  const [typed, setTyped] = useState<string>();
  const bad = typed === undefined ? 0 : readSpots(typed).bad;
  const take = () => {
    if (typed === undefined || bad > 0) return;
    const { spots } = readSpots(typed);
    if (spots.map(print).join() !== e.d.path.map(print).join()) e.stroke({ do: 'set', path: spots, closed: !line && spots.length > 2 });
    setTyped(undefined);
  };
  return (
    <Field id="ge-points" label={t('gr.points', { n: e.d.path.length })} help={t('gr.pointsHelp')} error={bad > 0 ? t('gr.badLine', { n: bad }) : ''}>
      <Input.TextArea id="ge-points" className="mono" rows={4} value={typed ?? e.d.path.map(print).join('\n')} onChange={(ev) => setTyped(ev.target.value)} onBlur={take} onKeyDown={(ev) => { if (ev.key === 'Enter' && (ev.ctrlKey || ev.metaKey)) { ev.preventDefault(); take(); } }} />
    </Field>
  );
}
