import { Button, Input, Modal, Select } from 'antd';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { send, type Problem } from '../../api/client';
import { Field } from '../../components/Field';
import { Link } from '../../components/Link';
import { ActionError } from '../../components/States';
import { useT } from '../../i18n';
import { setParams } from '../../lib/router';
import { EffectView } from './EffectView';
import type { Item } from './groups';
import type { CellFeature, Fault } from './types';
import { useTrial, type Trial } from './useTrial';

/** Mends the first thing of a line: ground goes to a cell or leaves it, a source gets its one cell, a post its person. */
export function Mend({ item, cells, onClose }: { item: Item; cells: CellFeature[]; onClose: () => void }) {
  const { t } = useT();
  const [at, setAt] = useState(0);
  const f = item.faults[Math.min(at, item.faults.length - 1)]!;
  return (
    <Modal open footer={null} title={t('gm.title', { n: item.number })} onCancel={onClose} destroyOnHidden>
      {item.faults.length > 1 && <Select style={{ width: '100%', marginBottom: 12 }} aria-label={t('gr.gap')} value={at} onChange={setAt} showSearch={{ optionFilterProp: 'label' }} options={item.faults.map((x, i) => ({ value: i, label: `${x.name} ${x.situation}` }))} />}
      <p className="mid" style={{ marginBottom: 12 }}>{`${t(`gk.${f.kind}`)}：${f.name} ${f.situation}，${f.where}`}</p>
      {f.kind === 'gap' && <p style={{ marginBottom: 12 }}><button type="button" className="linkish" onClick={() => setParams({ edit: 'new', fault: f.id, mend: null, cell: null })}>{t('gm.drawHere')}</button></p>}
      {f.action === 'absorb' || f.action === 'release' || f.action === 'bind' ? <Decide key={f.id} f={f} cells={cells} onDone={onClose} /> : <p>{f.action === 'patrol' ? t('gm.patrolHow') : t('gm.postHow')} {f.action !== 'patrol' && <Link href="/system?tab=org">{t('nav.system')}</Link>}</p>}
    </Modal>
  );
}

function Decide({ f, cells, onDone }: { f: Fault; cells: CellFeature[]; onDone: () => void }) {
  const { t } = useT();
  const client = useQueryClient();
  const near = f.cells ?? [];
  const choice = near.length > 0 ? cells.filter((c) => near.includes(c.id)) : cells;
  const [cell, setCell] = useState(choice.length === 1 ? choice[0]!.id : '');
  const [reason, setReason] = useState('');
  const version = cells.find((c) => c.id === cell)?.properties.version;
  const trial: Trial | undefined = cell && f.geometry && (f.action === 'absorb' || f.action === 'release') ? { change: f.action, cell, version, geometry: f.geometry } : undefined;
  const tried = useTrial(trial);
  const save = useMutation<unknown, Problem, void>({
    mutationFn: () => {
      if (f.action === 'bind') return send('POST', `/grid/objects/${f.objects?.[0]?.kind ?? 'source'}/${f.objects?.[0]?.id ?? ''}/bind`, { cell, reason: reason.trim() });
      return send('PUT', `/grid/cells/${cell}`, { [f.action]: f.geometry, reason: reason.trim() }, `"v${version ?? 0}"`);
    },
    onSuccess: async () => {
      await client.invalidateQueries({ predicate: (q) => String(q.queryKey[0]).startsWith('/grid') || String(q.queryKey[0]).startsWith('/today') });
      onDone();
    },
    onError: (e) => { if (e.status === 412) void client.invalidateQueries({ predicate: (q) => String(q.queryKey[0]).startsWith('/grid') }); },
  });
  return (
    <form onSubmit={(e) => { e.preventDefault(); if (cell && reason.trim()) save.mutate(); }} data-testid="mend">
      <Field id="gm-cell" label={f.action === 'absorb' ? t('ge.absorb') : f.action === 'release' ? t('ge.release') : t('ge.bind')} error={save.error?.field('cell')}>
        <Select id="gm-cell" style={{ width: '100%' }} showSearch={{ optionFilterProp: 'label' }} value={cell || undefined} onChange={setCell} options={choice.map((c) => ({ value: c.id, label: `${c.properties.name} ${c.properties.code}` }))} />
      </Field>
      {trial && (tried.effect ? <EffectView effect={tried.effect} /> : tried.problem ? <ActionError error={tried.problem} /> : <p className="note" role="status">{t('gr.trying')}</p>)}
      <Field id="gm-reason" label={t('gr.reason')} error={save.error?.field('reason')}><Input id="gm-reason" maxLength={200} value={reason} onChange={(e) => setReason(e.target.value)} /></Field>
      {save.error?.status === 412 ? <div className="banner warn" role="alert">{t('gr.stale')}</div> : <ActionError error={save.error} />}
      <Button type="primary" htmlType="submit" style={{ marginTop: 8 }} disabled={!cell || !reason.trim() || (trial !== undefined && !tried.effect)} loading={save.isPending}>{t('do.save')}</Button>
    </form>
  );
}
