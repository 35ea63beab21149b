import { useState } from 'react';
import { useApi } from '../../api/hooks';
import type { OrgRegion, Page, Unit } from '../../api/types';
import { Card } from '../../components/Card';
import { Icon } from '../../components/icons';
import { Empty, Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { printCode } from '../../lib/region';
import { setParams, useParam } from '../../lib/router';
import { can, useMe } from '../../shell/me';
import { Posts } from './Posts';
import { UnitForm } from './UnitForm';

/** Regions as a tree, the region's units, the unit's posts and who holds them. */
export default function OrgPart() {
  const { t } = useT();
  const me = useMe();
  const [region] = useParam('region', me.scope.code);
  const [unit] = useParam('unit');
  return (
    <div className="org-grid">
      <Card title={t('or.regions')} flush bodyClass="org-tree">
        <Node r={{ code: me.scope.code, name: me.scope.name, level: '', parent: '', children: 1 }} depth={0} open now={region} />
      </Card>
      <Units region={region} unit={unit} />
      <Card title={t('or.posts')} flush>
        {unit ? <Posts unit={unit} region={region} /> : <Empty title={t('or.pickUnit')} />}
      </Card>
    </div>
  );
}

function Node({ r, depth, open: first = false, now }: { r: OrgRegion; depth: number; open?: boolean; now: string }) {
  const [open, setOpen] = useState(first);
  const kids = useApi<Page<OrgRegion>>('/org/regions', { parent: r.code }, { enabled: open && r.children > 0, keep: false });
  return (
    <>
      <div className={r.code === now ? 'node on' : 'node'} style={{ paddingLeft: 8 + depth * 16 }}>
        {r.children > 0 ? (
          <button type="button" className="twist" aria-expanded={open} aria-label={r.name} onClick={() => setOpen(!open)}><Icon name={open ? 'down' : 'right'} size={12} /></button>
        ) : (
          <span className="twist" />
        )}
        <button type="button" className="node-name" aria-current={r.code === now || undefined} onClick={() => setParams({ region: r.code, unit: null }, true)}>{r.name}</button>
        <span className="note mono">{printCode(r.code)}</span>
      </div>
      {open && kids.error && kids.error.status !== 404 && <Failed error={kids.error} retry={() => void kids.refetch()} />}
      {open && (kids.data?.items ?? []).map((k) => <Node key={k.code} r={k} depth={depth + 1} now={now} />)}
    </>
  );
}

function Units({ region, unit }: { region: string; unit: string }) {
  const { t, maybe } = useT();
  const me = useMe();
  const [editing, setEditing] = useState<Unit | 'new' | null>(null);
  const r = useApi<Page<Unit>>('/org/units', { region });
  return (
    <Card title={t('or.units')} flush right={can(me, 'org.write') && <button type="button" className="linkish" onClick={() => setEditing('new')}>{t('or.addUnit')}</button>}>
      {r.isPending ? <Waiting height={200} /> : r.error ? <Failed error={r.error} retry={() => void r.refetch()} /> : r.data.items.length === 0 ? <Empty title={t('or.noUnits')}>{t('or.noUnitsHelp')}</Empty> : (
        <div className="pick-list">
          {r.data.items.map((u) => (
            <div key={u.id} className={u.id === unit ? 'pick on' : 'pick'}>
              <button type="button" aria-current={u.id === unit || undefined} onClick={() => setParams({ unit: u.id }, true)}>
                <span className="strong">{u.name}</span>
                <span className="note">{maybe(`unit.${u.kind}`, u.kind)}</span>
              </button>
              {can(me, 'org.write') && <button type="button" className="linkish" onClick={() => setEditing(u)}>{t('or.editUnit')}</button>}
            </div>
          ))}
        </div>
      )}
      {editing && <UnitForm unit={editing === 'new' ? null : editing} region={region} onDone={() => setEditing(null)} />}
    </Card>
  );
}
