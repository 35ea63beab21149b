import { Button, Input, Select } from 'antd';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useRef, useState, type DragEvent } from 'react';
import { call, type Problem } from '../../api/client';
import { Card } from '../../components/Card';
import { Field } from '../../components/Field';
import { ActionError, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { setParams } from '../../lib/router';
import type { Sheet } from './CellMap';
import { EffectView } from './EffectView';
import { frameOf, print, type Spot } from './geometry';
import type { Area, CellFeature, Imported, Refused } from './types';

const CellMap = lazy(() => import('./CellMap').then((m) => ({ default: m.CellMap })));
const leave = () => setParams({ edit: null });
const LISTED = 200;

type Run = { file: File; what: string; dry: boolean; skip?: boolean; reason?: string };

/** Sends a file of cells or sources as it is; dry, the server only says what it would do. */
async function run({ file, what, dry, skip, reason }: Run): Promise<Imported> {
  const format = /\.xlsx$/i.test(file.name) ? 'xlsx' : 'geojson';
  return (await call<Imported>('POST', '/grid/import', { query: { what, format, dryRun: dry ? '1' : undefined, skip: skip ? '1' : undefined, reason }, raw: file })).data;
}

/** Cells from a file: tried and shown on the map first, every refused row with its reason and place, then stored. */
export function ImportSheet({ cells, towns }: { cells: CellFeature[]; towns: CellFeature[] }) {
  const { t } = useT();
  const client = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const [what, setWhat] = useState('cells');
  const [file, setFile] = useState<File>();
  const [over, setOver] = useState(false);
  const [reason, setReason] = useState('');
  const [focus, setFocus] = useState<Area | Spot>();
  const dry = useMutation<Imported, Problem, Run>({ mutationFn: run, onSuccess: (r) => setFocus(frameOf((r.preview?.features ?? []).map((f) => f.geometry))) });
  const store = useMutation<Imported, Problem, Run>({
    mutationFn: run,
    onSuccess: (r) => { if (r.stored) void client.invalidateQueries({ predicate: (q) => /^\/(grid|today)/.test(String(q.queryKey[0])) }); },
  });
  const take = (f: File | undefined, kind = what) => {
    if (!f) return;
    setFile(f);
    store.reset();
    dry.mutate({ file: f, what: kind, dry: true });
  };
  const drop = (e: DragEvent) => {
    e.preventDefault();
    setOver(false);
    take(e.dataTransfer.files[0]);
  };
  const stored = store.data?.stored ? store.data : undefined;
  const r = stored ?? dry.data;
  const faults = dry.data?.faults ?? [];
  const sheet = useMemo<Sheet | undefined>(() => (dry.data && !stored ? { rows: dry.data.preview?.features ?? [], wrong: (dry.data.faults ?? []).flatMap((f) => (f.lng !== undefined && f.lat !== undefined ? [[f.lng, f.lat] as Spot] : [])) } : undefined), [dry.data, stored]);
  const fits = r ? r.added + r.changed : 0;
  const wants = fits === 0 ? t('gi.nothing') : !reason.trim() ? t('gr.needReason') : '';
  return (
    <div className="gridpage gedit">
      <Card flush title={t('gr.map')} note={sheet && <Key />}>
        <div className="gridmapbox">
          <Suspense fallback={<Waiting height={380} />}><CellMap cells={cells} towns={towns} faults={[]} chosen={[]} label={t('gr.map')} sheet={sheet} focus={focus} /></Suspense>
        </div>
      </Card>
      <Card className="gpanel" title={t('gi.title')} right={<button type="button" className="linkish" onClick={leave}>{stored ? t('do.close') : t('do.cancel')}</button>}>
        <div className="gform" data-testid="grid-import">
          <Field id="gi-what" label={t('gi.what')}><Select id="gi-what" value={what} onChange={(k: string) => { setWhat(k); dry.reset(); take(file, k); }} options={[{ value: 'cells', label: t('gi.cells') }, { value: 'sources', label: t('gi.sources') }]} /></Field>
          <div className={over ? 'drop over' : 'drop'} onDragOver={(e) => { e.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={drop} data-testid="grid-drop">
            <div>{dry.isPending ? t('gi.trying', { file: file?.name ?? '' }) : <>{t('gi.drop')} <button type="button" className="linkish" onClick={() => input.current?.click()}>{t('gi.choose')}</button></>}</div>
            <p className="note">{what === 'cells' ? t('gi.helpCells') : t('gi.helpSources')}</p>
            <input ref={input} type="file" className="sr-only" accept=".geojson,.json,.xlsx" aria-label={t('gi.choose')} tabIndex={-1} onChange={(e) => { take(e.target.files?.[0]); e.target.value = ''; }} />
          </div>
          <ActionError error={dry.error ?? store.error} />
          {r && file && <p role="status" className={stored ? 'strong' : undefined}>{t(stored ? 'gi.stored' : 'gi.result', { file: file.name, rows: r.rows, added: r.added, changed: r.changed, bad: (r.faults ?? []).length })}</p>}
          {!stored && faults.length > 0 && <Faults faults={faults} onPlace={setFocus} />}
          {!stored && dry.data?.effect && fits > 0 && <EffectView effect={dry.data.effect} />}
          {dry.data && !stored && file && (
            <>
              <Field id="gi-reason" label={t('gr.reason')} error={store.error?.field('reason')}><Input id="gi-reason" maxLength={200} value={reason} onChange={(e) => setReason(e.target.value)} /></Field>
              <div className="row">
                <Button type="primary" disabled={wants !== ''} loading={store.isPending} onClick={() => store.mutate({ file, what, dry: false, skip: faults.length > 0, reason: reason.trim() })}>{faults.length > 0 ? t('gi.storeRest', { n: fits, bad: faults.length }) : t('gi.store', { n: fits })}</Button>
                {wants && <span className="note">{wants}</span>}
              </div>
            </>
          )}
        </div>
      </Card>
    </div>
  );
}

function Key() {
  const { t } = useT();
  return <span className="gimkey"><i className="added" />{t('gi.added')}<i className="changed" />{t('gi.changed')}<i className="refused" />{t('gi.refused')}</span>;
}

function Faults({ faults, onPlace }: { faults: Refused[]; onPlace: (s: Spot) => void }) {
  const { t } = useT();
  return (
    <div className="tablebox flat" role="region" aria-label={t('gi.refused')} tabIndex={0}>
      <table className="dt small">
        <thead><tr><th>{t('gi.row')}</th><th>{t('gr.code')}</th><th>{t('gi.why')}</th><th>{t('gi.place')}</th></tr></thead>
        <tbody>
          {faults.slice(0, LISTED).map((f) => {
            const at: Spot | undefined = f.lng !== undefined && f.lat !== undefined ? [f.lng, f.lat] : undefined;
            return <tr key={`${f.row}-${f.reason}`}><td>{f.row}</td><td className="mono">{f.code}</td><td className="gwrap">{f.reason}</td><td>{at ? <button type="button" className="linkish" aria-label={t('gr.seePlace', { at: print(at) })} onClick={() => onPlace(at)}>{t('gi.see')}</button> : '—'}</td></tr>;
          })}
        </tbody>
      </table>
      {faults.length > LISTED && <p className="note">{t('gf.more', { n: faults.length - LISTED })}</p>}
    </div>
  );
}
