import { Button, DatePicker, Input, Modal } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { send, url, type Problem, type Query } from '../../api/client';
import { useApi } from '../../api/hooks';
import type { DustDay } from '../../api/types';
import { Card } from '../../components/Card';
import { DataTable, type Column } from '../../components/DataTable';
import { Field } from '../../components/Field';
import { ActionError, Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { day, minute } from '../../lib/format';
import { prefectureOf } from '../../lib/region';
import { can, useMe } from '../../shell/me';
import { useNow } from '../../shell/clock';

/** Days under confirmed dust influence: what assessed values leave out, and on whose word. */
export function DustDays({ query }: { query: Query }) {
  const { t, lang } = useT();
  const me = useMe();
  const [adding, setAdding] = useState(false);
  const [gone, setGone] = useState<DustDay | null>(null);
  const city = prefectureOf(String(query.region ?? me.scope.code));
  const r = useApi<{ items: DustDay[] }>('/air/dust-days', { ...query, region: city });
  const may = can(me, 'dust.write') && !query.asOf;
  const columns: Column<DustDay>[] = [
    { key: 'date', head: t('du.day'), label: t('du.day'), cell: (d) => <span className="nowrap">{day(d.date, lang)}</span>, sort: (d) => d.date },
    { key: 'source', head: t('du.source'), label: t('du.source'), cell: (d) => <span className="wrap-any">{d.source}</span> },
    { key: 'recorded', head: t('dt.recorded'), label: t('dt.recorded'), cell: (d) => <span className="nowrap">{minute(d.recordedAt, lang)}</span>, sort: (d) => d.recordedAt },
  ];
  if (may) columns.push({ key: 'act', head: '', label: t('du.take'), cell: (d) => <Button size="small" onClick={() => setGone(d)} aria-label={`${t('du.take')} ${d.date}`}>{t('du.take')}</Button> });
  return (
    <Card title={t('dt.dust')} right={may ? <Button type="primary" onClick={() => setAdding(true)}>{t('du.add')}</Button> : undefined} flush>
      <p className="note" style={{ padding: '8px 16px' }}>{t('du.lead')}</p>
      {r.isPending ? <Waiting height={200} /> : r.error ? <Failed error={r.error} retry={() => void r.refetch()} /> : <DataTable id="dust" label={t('dt.dust')} columns={columns} rows={r.data.items ?? []} rowKey={(d) => d.date} empty={{ title: t('du.none'), help: may ? t('du.noneHelp') : undefined }} />}
      {adding && <Confirming city={city} onDone={() => setAdding(false)} />}
      {gone && <Taking city={city} day={gone} onDone={() => setGone(null)} />}
    </Card>
  );
}

/** Everything that may count a dust day is read anew. */
function useDustChange<T>(change: (v: T) => Promise<unknown>, onDone: () => void) {
  const client = useQueryClient();
  return useMutation<unknown, Problem, T>({
    mutationFn: change,
    onSuccess: async () => {
      await client.invalidateQueries({ predicate: (q) => ['/air', '/explain'].some((p) => String(q.queryKey[0]).startsWith(p)) });
      onDone();
    },
  });
}

function Confirming({ city, onDone }: { city: string; onDone: () => void }) {
  const { t } = useT();
  const today = dayjs(useNow(60_000)).startOf('day');
  const [at, setAt] = useState<Dayjs | null>(null);
  const [source, setSource] = useState('');
  const [tried, setTried] = useState(false);
  const save = useDustChange<{ date: string; source: string }>((v) => send('PUT', url(`/air/dust-days/${v.date}`, { region: city }), { source: v.source }), onDone);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    setTried(true);
    if (at && source.trim()) save.mutate({ date: at.format('YYYY-MM-DD'), source: source.trim() });
  };
  return (
    <Modal open onCancel={onDone} title={t('du.add')} footer={null} width={480}>
      <form noValidate onSubmit={submit}>
        <Field id="du-day" label={t('du.day')} error={tried && !at ? t('du.needDay') : save.error?.field('date')}>
          <DatePicker id="du-day" style={{ width: '100%' }} value={at} onChange={setAt} disabledDate={(d) => d.isAfter(today, 'day')} />
        </Field>
        <Field id="du-source" label={t('du.source')} help={t('du.sourceHelp')} error={tried && !source.trim() ? t('du.needSource') : save.error?.field('source')}>
          <Input id="du-source" maxLength={200} value={source} onChange={(e) => setSource(e.target.value)} />
        </Field>
        <ActionError error={save.error} />
        <Button type="primary" htmlType="submit" loading={save.isPending} style={{ marginTop: 8 }}>{t('do.save')}</Button>
      </form>
    </Modal>
  );
}

function Taking({ city, day: d, onDone }: { city: string; day: DustDay; onDone: () => void }) {
  const { t } = useT();
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const take = useDustChange<string>((why) => send('DELETE', url(`/air/dust-days/${d.date}`, { region: city, reason: why })), onDone);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    setTried(true);
    if (reason.trim()) take.mutate(reason.trim());
  };
  return (
    <Modal open onCancel={onDone} title={`${t('du.take')} ${d.date}`} footer={null} width={480}>
      <form noValidate onSubmit={submit}>
        <p className="note">{t('du.takeLead')}</p>
        <Field id="du-reason" label={t('du.reason')} error={tried && !reason.trim() ? t('du.needReason') : ''}><Input id="du-reason" autoFocus maxLength={200} value={reason} onChange={(e) => setReason(e.target.value)} /></Field>
        <ActionError error={take.error} />
        <Button type="primary" danger htmlType="submit" loading={take.isPending} style={{ marginTop: 8 }}>{t('du.take')}</Button>
      </form>
    </Modal>
  );
}
