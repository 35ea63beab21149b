import { Button, DatePicker, Drawer, Input } from 'antd';
import dayjs from 'dayjs';
import { useMutation } from '@tanstack/react-query';
import { send, type Problem } from '../../api/client';
import { usePages } from '../../api/hooks';
import type { AuditEntry, AuditVerify } from '../../api/types';
import { Card } from '../../components/Card';
import { DataTable, type Column } from '../../components/DataTable';
import { ActionError, Failed, Waiting } from '../../components/States';
import { useNarrow } from '../../components/useNarrow';
import { useT } from '../../i18n';
import { count, stamp } from '../../lib/format';
import { setParams, useParam } from '../../lib/router';
import { can, useMe } from '../../shell/me';

/** Every change and export, linked by hashes; the chain can be verified here. */
export default function AuditPart() {
  const { t } = useT();
  const me = useMe();
  const [actor, setActor] = useParam('actor');
  const [action, setAction] = useParam('action');
  const [from, setFrom] = useParam('from');
  const [to, setTo] = useParam('to');
  const [open] = useParam('open');
  const query = { actor: actor || undefined, action: action || undefined, from: from || undefined, to: to || undefined };
  const r = usePages<AuditEntry>('/audit', query);
  const columns: Column<AuditEntry>[] = [
    { key: 'seq', head: t('au.seq'), label: t('au.seq'), num: true, width: 70, cell: (e) => e.seq, sort: (e) => e.seq },
    { key: 'summary', head: t('au.summary'), label: t('au.summary'), cell: (e) => e.summary },
    { key: 'at', head: t('au.at'), label: t('au.at'), cell: (e) => <span className="nowrap">{stamp(e.at)}</span>, sort: (e) => e.at },
    { key: 'actor', head: t('au.actor'), label: t('au.actor'), cell: (e) => <span className="nowrap">{e.actor.account}{e.actor.post && <span className="note"> {e.actor.post}</span>}</span>, sort: (e) => e.actor.account },
    { key: 'action', head: t('au.action'), label: t('au.action'), cell: (e) => <span className="mono nowrap">{e.action}</span>, sort: (e) => e.action },
    { key: 'object', head: t('au.object'), label: t('au.object'), cell: (e) => <span className="mono wrap-any">{e.object}</span>, sort: (e) => e.object },
    { key: 'hash', head: t('au.hash'), label: t('au.hash'), cell: (e) => <span className="mono note" title={e.hash}>{e.hash.slice(0, 10)}</span> },
  ];
  const chosen = r.items.find((e) => String(e.seq) === open);
  return (
    <>
      {can(me, 'audit.verify') && <Verify />}
      <Card flush>
        {r.pending ? <Waiting height={300} /> : r.error ? <Failed error={r.error} retry={r.retry} /> : (
          <DataTable
            id="au"
            label={t('sy.audit')}
            columns={columns}
            rows={r.items}
            rowKey={(e) => String(e.seq)}
            onOpen={(e) => setParams({ open: String(e.seq) })}
            more={r.more}
            exportPath="/audit"
            exportQuery={query}
            empty={{ title: t('au.none') }}
            bar={
              <>
                <Input size="small" defaultValue={actor} placeholder={t('au.actor')} aria-label={t('au.actor')} allowClear style={{ width: 120 }} onPressEnter={(e) => setActor(e.currentTarget.value.trim())} onBlur={(e) => setActor(e.currentTarget.value.trim())} />
                <Input size="small" defaultValue={action} placeholder={t('au.action')} aria-label={t('au.action')} allowClear style={{ width: 140 }} onPressEnter={(e) => setAction(e.currentTarget.value.trim())} onBlur={(e) => setAction(e.currentTarget.value.trim())} />
                <DatePicker size="small" value={from ? dayjs(from) : null} placeholder={t('au.from')} aria-label={t('au.from')} style={{ width: 120 }} onChange={(v) => setFrom(v ? v.format('YYYY-MM-DD') : '')} />
                <DatePicker size="small" value={to ? dayjs(to) : null} placeholder={t('au.to')} aria-label={t('au.to')} style={{ width: 120 }} onChange={(v) => setTo(v ? v.format('YYYY-MM-DD') : '')} />
              </>
            }
          />
        )}
      </Card>
      {chosen && <Entry e={chosen} />}
    </>
  );
}

function Verify() {
  const { t } = useT();
  const v = useMutation<AuditVerify, Problem>({ mutationFn: () => send('POST', '/audit/verify') });
  const d = v.data;
  return (
    <div style={{ display: 'flex', gap: 12, alignItems: 'center', flexWrap: 'wrap' }}>
      <Button loading={v.isPending} onClick={() => v.mutate()}>{t('au.verify')}</Button>
      {v.error && <ActionError error={v.error} />}
      {d && (
        <div className={d.ok ? 'banner done' : 'banner danger'} role="status" data-testid="verify">
          <span>{d.ok ? t('au.ok', { n: count(d.entries), roots: d.roots?.length ?? 0 }) : t('au.broken', { seq: d.brokenAt ?? '' })}</span>
          {d.ok && d.roots && d.roots.length > 0 && <span className="mono note" title={d.roots.map((x) => `${x.date} ${x.root}`).join('\n')}>{d.roots[d.roots.length - 1]?.root.slice(0, 16)}</span>}
        </div>
      )}
    </div>
  );
}

function Entry({ e }: { e: AuditEntry }) {
  const { t } = useT();
  const narrow = useNarrow();
  const rows: [string, string][] = [
    [t('au.at'), stamp(e.at)],
    [t('au.actor'), e.actor.account],
    [t('au.post'), e.actor.post],
    [t('au.action'), e.action],
    [t('au.object'), e.object],
    [t('au.request'), e.requestId],
    [t('au.hash'), e.hash],
    [t('au.prev'), e.prev],
  ];
  return (
    <Drawer open onClose={() => setParams({ open: null })} title={`${e.seq} · ${e.summary}`} size={narrow ? '100%' : 560} closable={{ 'aria-label': t('do.close') }}>
      <dl className="kv">
        {rows.map(([k, v]) => <div key={k} style={{ display: 'contents' }}><dt>{k}</dt><dd className="mono">{v || '—'}</dd></div>)}
      </dl>
      {e.detail !== null && e.detail !== undefined && (
        <>
          <h3 style={{ fontSize: 13, margin: '16px 0 6px' }}>{t('au.detail')}</h3>
          <pre className="mono detail">{JSON.stringify(e.detail, null, 2)}</pre>
        </>
      )}
    </Drawer>
  );
}
