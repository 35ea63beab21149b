import { Button, Checkbox, DatePicker, Input, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { send, type Problem, type Query } from '../../api/client';
import { awaitTold } from '../../api/live';
import { useApi } from '../../api/hooks';
import type { Correction, CorrectionDone, Observation, Page, Site } from '../../api/types';
import { Card } from '../../components/Card';
import { Field } from '../../components/Field';
import { ActionError } from '../../components/States';
import { useT } from '../../i18n';
import { factorName, factors, factorUnit } from '../../lib/chem';
import { plain, rfc3339, stamp } from '../../lib/format';
import { setParams, useParam } from '../../lib/router';
import { useNow } from '../../shell/clock';

/** "2026-08-28T07" of the address as the picker's local reading of the civil hour. */
const readHour = (text: string) => (text ? dayjs(`${text}:00:00`) : null);

/** A correction adds a revision with who and why; nothing is overwritten. */
export function CorrectionForm({ query }: { query: Query }) {
  const { t } = useT();
  const client = useQueryClient();
  const now = useNow(60_000);
  const [site] = useParam('site');
  const [factor] = useParam('factor', 'pm25');
  const [hourText] = useParam('hour');
  const [value, setValue] = useState('');
  const [gone, setGone] = useState(false);
  const [reason, setReason] = useState('');
  const [evidence, setEvidence] = useState('');
  const [tried, setTried] = useState(false);
  const sites = useApi<Page<Site>>('/sites', { region: query.region });
  const time = hourText ? `${hourText}:00:00+08:00` : '';
  const save = useMutation<CorrectionDone, Problem, Correction>({
    mutationFn: async (body) => {
      const told = awaitTold('data.corrected', 2500);
      const done = await send<CorrectionDone>('POST', '/data/corrections', body);
      await told(done.id);
      return done;
    },
    onSuccess: async () => {
      setTried(false);
      setValue('');
      setReason('');
      await client.invalidateQueries({ predicate: (q) => ['/data', '/air', '/explain'].some((p) => String(q.queryKey[0]).startsWith(p)) });
    },
  });
  const valueOk = gone || /^\d+(\.\d+)?$/.test(value);
  const reasonOk = [...reason.trim()].length >= 4;
  const ready = site !== '' && time !== '' && valueOk && reasonOk;
  const submit = (e: FormEvent) => {
    e.preventDefault();
    setTried(true);
    if (ready) save.mutate({ site, factor, time, value: gone ? null : value, reason: reason.trim(), evidence });
  };
  const show = (o: Observation | undefined) => (o === undefined || o.value === null || o.value === '' ? t('dt.invalidated') : plain(o.value));
  return (
    <div className="two">
      <Card title={t('dt.correct')}>
        <form className="form" onSubmit={submit} noValidate data-testid="correction">
          <p className="mid" style={{ marginBottom: 16, fontSize: 13 }}>{t('co.lead')}</p>
          {save.data && <div className="banner done" role="status" style={{ marginBottom: 16 }}>{t('co.done', { old: show(save.data.old), new: show(save.data.new), affected: save.data.affected.join('、') })}</div>}
          {save.error && <div style={{ marginBottom: 16 }}><ActionError error={save.error} /></div>}
          <Field id="co-site" label={t('co.site')} help={t('co.siteHelp')}>
            <Select
              id="co-site"
              showSearch={{ filterOption: (text, option) => `${option?.label ?? ''}${option?.value ?? ''}`.toLowerCase().includes(text.toLowerCase()) }}
              style={{ width: '100%' }}
              value={site || undefined}
              loading={sites.isPending}
              onChange={(v: string) => setParams({ site: v }, true)}
              options={(sites.data?.items ?? []).map((s) => ({ value: s.id, label: `${s.name} ${s.code}` }))}
            />
          </Field>
          <Field id="co-factor" label={t('co.factor')}>
            <Select id="co-factor" style={{ width: '100%' }} value={factor} onChange={(v: string) => setParams({ factor: v === 'pm25' ? null : v }, true)} options={factors.map((f) => ({ value: f, label: `${factorName(f)} ${factorUnit(f)}` }))} />
          </Field>
          <Field id="co-time" label={t('co.time')} help={t('co.timeHelp')}>
            <DatePicker id="co-time" style={{ width: '100%' }} showTime={{ format: 'HH' }} format="YYYY-MM-DD HH时" needConfirm={false} value={readHour(hourText)} onChange={(v: Dayjs | null) => setParams({ hour: v ? v.format('YYYY-MM-DDTHH') : null }, true)} maxDate={dayjs(rfc3339(now).slice(0, 16))} />
          </Field>
          <Field id="co-value" label={`${t('co.value')} ${factorUnit(factor)}`} error={(tried && !valueOk ? t('co.needValue') : '') || save.error?.field('value')}>
            <Input id="co-value" value={value} disabled={gone} inputMode="decimal" onChange={(e) => setValue(e.target.value.trim())} aria-invalid={tried && !valueOk} />
            <Checkbox style={{ marginTop: 6 }} checked={gone} onChange={(e) => setGone(e.target.checked)}>{t('co.invalidate')}</Checkbox>
          </Field>
          <Field id="co-reason" label={t('co.reason')} help={t('co.reasonHelp')} error={tried && !reasonOk ? t('co.needReason') : ''}>
            <Input.TextArea id="co-reason" rows={2} value={reason} onChange={(e) => setReason(e.target.value)} aria-invalid={tried && !reasonOk} />
          </Field>
          <Field id="co-evidence" label={t('co.evidence')}>
            <Input id="co-evidence" value={evidence} onChange={(e) => setEvidence(e.target.value)} />
          </Field>
          <Button type="primary" htmlType="submit" loading={save.isPending}>{t('co.submit')}</Button>
          {!ready && <span className="note" style={{ marginLeft: 10 }}>{t('co.why')}</span>}
        </form>
      </Card>
      <Around site={site} factor={factor} time={time} asOf={query.asOf as string | undefined} />
    </div>
  );
}

/** The hours around the chosen one, so that the new value is judged against its neighbours. */
function Around({ site, factor, time, asOf }: { site: string; factor: string; time: string; asOf: string | undefined }) {
  const { t } = useT();
  const ms = Date.parse(time);
  const ok = site !== '' && !Number.isNaN(ms);
  const r = useApi<{ items: Observation[] }>('/data/observations', { site, factor, from: ok ? rfc3339(ms - 6 * 3_600_000) : undefined, to: ok ? rfc3339(ms + 6 * 3_600_000) : undefined, asOf }, { enabled: ok });
  const rows = r.data?.items ?? [];
  const here = rows.filter((o) => Date.parse(o.time) === ms);
  return (
    <Card title={t('co.now')} note={ok && r.data && here.length === 0 ? t('co.nothing') : undefined} flush>
      <table className="dt small">
        <caption className="sr-only">{t('co.now')}</caption>
        <thead>
          <tr><th>{t('dt.hour')}</th><th className="r">{t('explain.value')}</th><th className="r">{t('dt.revision')}</th><th>{t('dt.origin')}</th><th>{t('explain.recorded')}</th></tr>
        </thead>
        <tbody>
          {rows.map((o) => (
            <tr key={`${o.time}${o.revision}`} className={Date.parse(o.time) === ms ? 'own' : undefined}>
              <td className="nowrap">{stamp(o.time).slice(5, 16)}</td>
              <td className="r num strong">{o.value === null || o.value === '' ? t('word.missing') : plain(o.value)}</td>
              <td className="r num">{o.revision}</td>
              <td>{o.origin}{o.flag ? ` ${o.flag}` : ''}</td>
              <td className="note nowrap">{stamp(o.recordedAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
