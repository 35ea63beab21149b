import { Button, Select } from 'antd';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { send, url, type Problem } from '../../api/client';
import { useApi } from '../../api/hooks';
import type { Import, ImportKind } from '../../api/types';
import { Card } from '../../components/Card';
import { ActionError, Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { bytes, count, duration } from '../../lib/format';
import { ImportStatus } from './ImportHistory';

const busy = (x: Import | undefined) => x === undefined || x.status === 'running' || x.status === 'queued';

/** One upload: progress, what was found, the mapping, the refused lines, and the button that stores it. */
export function ImportDetail({ id, onLeave }: { id: string; onLeave: () => void }) {
  const { t, lang } = useT();
  const client = useQueryClient();
  const [polling, setPolling] = useState(true);
  const r = useApi<Import>(`/imports/${id}`, {}, { keep: false, refetchMs: polling ? 700 : undefined });
  const x = r.data;
  const nowBusy = busy(x);
  if (polling !== nowBusy) setPolling(nowBusy);
  const kinds = useApi<ImportKind[]>('/imports/kinds');
  const [mapping, setMapping] = useState<Record<string, string>>({});
  const run = useMutation<unknown, Problem, boolean>({
    mutationFn: (dry) => send('POST', `/imports/${id}/run${dry ? '?dryRun=true' : ''}`, { mapping: fullMapping(x, mapping) }),
    onSuccess: async () => {
      setPolling(true);
      await client.invalidateQueries({ predicate: (q) => String(q.queryKey[0]).startsWith('/imports') });
    },
  });
  if (r.error) return <Card><Failed error={r.error} retry={() => void r.refetch()} /></Card>;
  if (!x) return <Card><Waiting height={200} /></Card>;
  const fields = kinds.data?.find((k) => k.kind === x.kind)?.fields ?? [];
  const mapped = new Set(Object.values(fullMapping(x, mapping)));
  const lacking = fields.filter((f) => f.required && !mapped.has(f.field)).map((f) => f.name);
  const changed = Object.keys(mapping).length > 0;
  const offer = (x.status === 'preview' || (x.status === 'done' && x.dryRun)) && !nowBusy;
  return (
    <Card title={x.file} note={`${kinds.data?.find((k) => k.kind === x.kind)?.name ?? x.kind} · ${bytes(x.size)}`} right={<><ImportStatus x={x} /><button type="button" className="linkish" onClick={onLeave}>{t('im.other')}</button></>}>
      {nowBusy && (
        <div role="status" aria-live="polite">
          <div className="progress"><i style={{ width: `${Math.round((x.progress ?? 0) * 100)}%` }} /></div>
          <span className="note">{`${Math.round((x.progress ?? 0) * 100)}%`}{x.rowsPerSecond > 0 && `，${t('im.rate', { n: count(x.rowsPerSecond), left: duration((x.secondsLeft ?? 0) / 60, lang) })}`}</span>
        </div>
      )}
      {nowBusy && x.error && <div className="banner warn" role="note" style={{ margin: '12px 0' }}>{x.error}</div>}
      {x.note && !nowBusy && <div className="banner warn" role="note" style={{ marginBottom: 12 }}>{x.note}</div>}
      {x.status === 'failed' && <div className="banner danger" role="alert"><div>{x.error}<div className="note">{t('im.failedLead')}</div></div></div>}
      {x.received > 0 && <Sums x={x} />}
      {offer && (
        <div style={{ marginTop: 16, display: 'flex', gap: 8, alignItems: 'center', flexWrap: 'wrap' }}>
          <Button type="primary" disabled={lacking.length > 0 || changed} loading={run.isPending && run.variables === false} onClick={() => run.mutate(false)}>{t('im.run')}</Button>
          {changed && <Button loading={run.isPending && run.variables === true} disabled={lacking.length > 0} onClick={() => run.mutate(true)}>{t('im.again')}</Button>}
          {lacking.length > 0 ? <span className="note danger">{t('im.required', { f: lacking.join('、') })}</span> : changed && <span className="note">{t('im.columnsHelp')}</span>}
        </div>
      )}
      <ActionError error={run.error} />
      <Rejects x={x} />
      {offer && <Mapping x={x} fields={fields} mapping={mapping} onChange={setMapping} />}
      <Preview x={x} />
    </Card>
  );
}

function fullMapping(x: Import | undefined, changes: Record<string, string>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const c of x?.columns ?? []) {
    const field = changes[c.name] ?? c.field;
    if (field) out[c.name] = field;
  }
  return out;
}

function Sums({ x }: { x: Import }) {
  const { t } = useT();
  return (
    <section data-testid="import-sums">
      <h3 className="note" style={{ marginBottom: 4 }}>{x.dryRun || x.status === 'preview' ? t('im.dryResult') : t('im.result')}{x.rows > 0 && <span style={{ fontWeight: 400 }}>{` · ${t('im.lines', { n: count(x.rows) })}`}</span>}</h3>
      <div className="sums-row">
        <div><span className="note">{t('im.received')}</span><b>{count(x.received)}</b></div>
        <span className="sign">=</span>
        <div><span className="note">{x.dryRun || x.status === 'preview' ? t('im.wouldStore') : t('im.stored')}</span><b>{count(x.stored)}</b></div>
        <span className="sign">+</span>
        <div><span className="note">{t('im.unchanged')}</span><b>{count(x.unchanged)}</b></div>
        <span className="sign">+</span>
        <div><span className="note">{t('im.rejected')}</span><b className={x.rejected > 0 ? 'warn' : ''}>{count(x.rejected)}</b></div>
        {x.missing > 0 && <div><span className="note">{t('im.missing')}</span><b style={{ fontWeight: 400 }}>{count(x.missing)}</b></div>}
      </div>
    </section>
  );
}

function Rejects({ x }: { x: Import }) {
  const { t } = useT();
  const rows = x.rejects ?? [];
  if (rows.length === 0) return null;
  const shown = rows.reduce((n, j) => n + j.values, 0);
  return (
    <section style={{ marginTop: 20 }} data-testid="rejects">
      <div style={{ display: 'flex', gap: 10, alignItems: 'baseline', marginBottom: 6 }}>
        <h2>{t('im.rejects')}</h2>
        <span className="note">{shown === x.rejected ? t('im.rejectsNote', { n: count(rows.length), v: count(shown) }) : t('im.rejectsFirst', { n: count(rows.length), v: count(x.rejected) })}</span>
        <a href={url(`/imports/${x.id}/rejects.csv`)} download style={{ marginLeft: 'auto' }}>{t('im.download')}</a>
      </div>
      <div className="tablebox" style={{ maxHeight: 300 }} tabIndex={0} role="region" aria-label={t('im.rejects')}>
        <table className="dt small">
          <thead><tr><th className="r">{t('im.line')}</th><th>{t('im.col')}</th><th>{t('im.why')}</th><th>{t('im.text')}</th></tr></thead>
          <tbody>
            {rows.map((j, i) => <tr key={i}><td className="r num">{j.line}</td><td className="nowrap">{j.column}</td><td>{j.reason}</td><td className="mono wrap-any">{j.row}</td></tr>)}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Mapping({ x, fields, mapping, onChange }: { x: Import; fields: ImportKind['fields']; mapping: Record<string, string>; onChange: (m: Record<string, string>) => void }) {
  const { t } = useT();
  const columns = x.columns ?? [];
  if (columns.length === 0) return null;
  const options = [{ value: '', label: t('im.skip') }, ...fields.map((f) => ({ value: f.field, label: `${f.name}${f.unit ? ` ${f.unit}` : ''}${f.required ? ' *' : ''}` }))];
  const known = new Set(fields.map((f) => f.field));
  return (
    <section style={{ marginTop: 20 }}>
      <h2 style={{ marginBottom: 6 }}>{t('im.columns')} <span className="note" style={{ fontWeight: 400 }}>{t('im.columnsHelp')}</span></h2>
      <div className="tablebox" style={{ maxHeight: 320 }} tabIndex={0} role="region" aria-label={t('im.columns')}>
        <table className="dt small">
          <thead><tr><th>{t('im.column')}</th><th>{t('im.field')}</th><th>{t('im.sample')}</th></tr></thead>
          <tbody>
            {columns.slice(0, 60).map((c) => {
              const now = mapping[c.name] ?? c.field;
              return (
                <tr key={c.name}>
                  <td className="mono">{c.name}</td>
                  <td style={{ minWidth: 190 }}>
                    <Select size="small" style={{ width: 180 }} aria-label={c.name} value={now} onChange={(v: string) => onChange({ ...mapping, [c.name]: v })} options={now && !known.has(now) ? [{ value: now, label: now }, ...options] : options} />
                  </td>
                  <td className="mono note wrap-any">{(c.sample ?? []).slice(0, 4).join('  ')}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Preview({ x }: { x: Import }) {
  const { t } = useT();
  const rows = x.preview ?? [];
  if (rows.length === 0) return null;
  return (
    <section style={{ marginTop: 20 }}>
      <h2 style={{ marginBottom: 6 }}>{t('im.rows')}</h2>
      <div className="tablebox" style={{ maxHeight: 260 }} tabIndex={0} role="region" aria-label={t('im.rows')}>
        <table className="dt small">
          <thead><tr>{(x.columns ?? []).slice(0, 30).map((c) => <th key={c.name}>{c.name}</th>)}</tr></thead>
          <tbody>{rows.map((row, i) => <tr key={i}>{(row ?? []).slice(0, 30).map((cell, j) => <td key={j} className="mono nowrap">{cell}</td>)}</tr>)}</tbody>
        </table>
      </div>
    </section>
  );
}
