import { Button, Input, Select } from 'antd';
import { useMutation } from '@tanstack/react-query';
import { lazy, Suspense, useRef, useState, type FormEvent } from 'react';
import { send, type Problem } from '../../api/client';
import { useApi, usePageQuery } from '../../api/hooks';
import type { AirMap, Page, Site } from '../../api/types';
import { Card } from '../../components/Card';
import { Field } from '../../components/Field';
import { Link } from '../../components/Link';
import { PageHead } from '../../components/PageHead';
import { ActionError, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { carry, navigate, useLocation } from '../../lib/router';
import { can, useMe } from '../../shell/me';
import { AssignPicker } from './AssignPicker';
import type { SourceDef } from './form';
import { KindFieldInput } from './KindField';
import { StateChip } from './parts';
import type { Pin } from './PinMap';
import { RegionPick } from './RegionPick';
import { bodyOf, missingOf, nothingYet, pointOf, startable, startOf, type Report } from './report';
import { ReportFiles } from './ReportFiles';
import type { EvidenceRef, KindView, Row } from './types';
import { UnitPick } from './UnitPick';

const PinMap = lazy(() => import('./PinMap').then((m) => ({ default: m.PinMap })));
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (x) => x.toString(16).padStart(2, '0')).join('');

/** A problem as seen from a desk; in the field the phone's app does it in four taps. */
export default function NewMatter() {
  const { t, either } = useT();
  const me = useMe();
  const { search } = useLocation();
  const { region } = usePageQuery();
  const kinds = useApi<KindView[]>('/matters/kinds');
  const [v, setV] = useState<Report>({ ...nothingYet, kind: 'grid' });
  const [files, setFiles] = useState<EvidenceRef[]>([]);
  const [tried, setTried] = useState(false);
  const clientId = useRef(newId());
  const at = pointOf(v.lnglat);
  const list = startable(kinds.data ?? []);
  const kind = list.find((k) => k.id === v.kind) ?? list[0];
  const now: Report = { ...v, kind: kind?.id ?? v.kind };
  const start = startOf(list, now);
  const starts = kind?.starts ?? [];
  const here = v.region || region || me.scope.code;
  const dups = useApi<{ items: (Row & { distance?: number | null; why?: string[] | null })[] | null }>('/matters/duplicates', { kind: now.kind, category: v.category, ...(at ?? {}), site: v.site, text: v.place }, { enabled: v.category !== '' && (at !== null || v.place !== '' || v.site !== '') });
  const map = useApi<AirMap>('/air/map', { region });
  const sites = useApi<Page<Site>>('/sites', { region: here }, { enabled: can(me, 'air.read') });
  const pins: Pin[] = at ? [{ id: 'here', ...at, tone: 'info', title: v.place }] : [];
  const similar = dups.data?.items ?? [];
  const add = useMutation<Row, Problem, boolean>({
    mutationFn: (acknowledge) => send<Row>('POST', '/matters', bodyOf(now, start, region, files.map((f) => f.id), clientId.current, acknowledge)),
    onSuccess: (m) => navigate(carry(`/matters/${m.id}`, search)),
  });
  const missing = missingOf(now, start, files);
  const lacks = (key: string, error: string | undefined) => (tried && missing.includes(key) ? t('nm.needThis') : '') || error;
  const set = (change: Partial<Report>) => setV((old) => ({ ...old, ...change }));
  const typed = (key: 'title' | 'place' | 'description' | 'lnglat' | 'sourceNumber' | 'opinion' | 'foundAt') => (e: { target: { value: string } }) => set({ [key]: e.target.value });
  const submit = (e: FormEvent) => { e.preventDefault(); setTried(true); if (kind && missing.length === 0) add.mutate(similar.length > 0); };
  const sources = useApi<{ items: SourceDef[] | null }>('/matters/sources');
  const fields = [...(start?.need.fields ?? []).map((f) => ({ f, required: true })), ...(start?.need.optional ?? []).map((f) => ({ f, required: false }))];
  return (
    <div className="page">
      <PageHead title={t('nm.title')} question={t('nm.lead')} />
      <div className="newmatter">
        <Card>
          <form className="form" onSubmit={submit} noValidate data-testid="newmatter">
            <ActionError error={add.error} />
            <Field id="nm-kind" label={t('ma.kind')}><Select id="nm-kind" style={{ width: '100%' }} value={kind?.id} onChange={(k: string) => set({ kind: k, category: '', start: '', fields: {}, assignPost: '' })} options={list.map((k) => ({ value: k.id, label: either(k.name, k.nameEn) }))} /></Field>
            {starts.length > 1 && <Field id="nm-start" label={t('nm.start')} error={add.error?.field('transition')}><Select id="nm-start" style={{ width: '100%' }} value={start?.id} onChange={(id: string) => set({ start: id })} options={starts.map((s) => ({ value: s.id, label: either(s.name, s.nameEn) }))} /></Field>}
            <Field id="nm-cat" label={t('ma.category')} error={(tried && !v.category ? t('nm.needCategory') : '') || add.error?.field('category')}><Select id="nm-cat" showSearch style={{ width: '100%' }} value={v.category || undefined} onChange={(category: string) => set({ category })} options={(kind?.categories ?? []).map((c) => ({ value: c.id, label: either(c.name, c.nameEn) }))} optionFilterProp="label" /></Field>
            {fields.map(({ f, required }) => <KindFieldInput key={`${now.kind}.${f.id}`} id={`nm-f-${f.id}`} f={f} required={required} region={here} value={v.fields[f.id] ?? ''} error={lacks(`fields.${f.id}`, add.error?.field(`fields.${f.id}`))} onChange={(x) => setV((old) => ({ ...old, fields: { ...old.fields, [f.id]: x } }))} />)}
            <Field id="nm-place" label={t('nm.place')} error={add.error?.field('place')}><Input id="nm-place" maxLength={200} value={v.place} onChange={typed('place')} /></Field>
            <Field id="nm-lnglat" label={t('nm.lnglat')} help={t('nm.lnglatHelp')} error={missing.includes('lnglat') ? t('nm.badPlace') : add.error?.field('lng')}><Input id="nm-lnglat" value={v.lnglat} onChange={typed('lnglat')} /></Field>
            <Field id="nm-region" label={t('nm.region')} help={t('nm.regionHelp')} error={add.error?.field('region')}><RegionPick id="nm-region" value={v.region} onChange={(code) => set({ region: code })} /></Field>
            {can(me, 'org.read') && <Field id="nm-subject" label={t('nm.subject')} help={t('nm.subjectHelp')} error={add.error?.field('subject')}><UnitPick id="nm-subject" region={here} value={v.subject} onChange={(subject) => set({ subject })} /></Field>}
            {(sites.data?.items ?? []).length > 0 && <Field id="nm-site" label={t('nm.site')} help={t('nm.siteHelp')} error={add.error?.field('site')}><Select id="nm-site" allowClear showSearch optionFilterProp="label" style={{ width: '100%' }} value={v.site || undefined} onChange={(site?: string) => set({ site: site ?? '' })} options={(sites.data?.items ?? []).map((s) => ({ value: s.code, label: s.name }))} /></Field>}
            <Field id="nm-title" label={t('nm.title2')} help={t('nm.titleHelp')} error={add.error?.field('title')}><Input id="nm-title" maxLength={120} value={v.title} onChange={typed('title')} /></Field>
            <Field id="nm-desc" label={t('nm.description')} error={add.error?.field('description')}><Input.TextArea id="nm-desc" rows={4} maxLength={4000} value={v.description} onChange={typed('description')} /></Field>
            <Field id="nm-source" label={t('ma.source')} help={t('nm.sourceHelp')} error={add.error?.field('source')}><Select id="nm-source" allowClear style={{ width: '100%' }} value={v.source || undefined} onChange={(source?: string) => set({ source: source ?? '' })} options={(sources.data?.items ?? []).filter((s) => kind && (s.kinds ?? []).includes(kind.id)).map((s) => ({ value: s.id, label: either(s.name, s.nameEn) }))} /></Field>
            <Field id="nm-number" label={t('nm.sourceNumber')} help={t('nm.sourceNumberHelp')} error={add.error?.field('sourceNumber')}><Input id="nm-number" maxLength={80} value={v.sourceNumber} onChange={typed('sourceNumber')} /></Field>
            <Field id="nm-found" label={t('nm.foundAt')} help={t('nm.foundAtHelp')} error={add.error?.field('foundAt')}><Input id="nm-found" type="datetime-local" value={v.foundAt} onChange={typed('foundAt')} /></Field>
            {start?.assigns && <Field id="nm-assign" label={start.assigns === 'checker' ? t('mp.assignChecker') : t('mp.assignOwner')} error={lacks('assign', add.error?.field('assignPost'))}><AssignPicker id="nm-assign" region={here} value={{ post: v.assignPost }} onChange={(a) => set({ assignPost: a.post ?? '' })} /></Field>}
            {start?.need.opinion && <Field id="nm-opinion" label={`${t('mp.opinion')} ${t('mp.required')}`} error={lacks('opinion', add.error?.field('opinion'))}><Input.TextArea id="nm-opinion" rows={2} maxLength={2000} value={v.opinion} onChange={typed('opinion')} /></Field>}
            <ReportFiles needs={start?.need.evidence ?? []} files={files} lacks={(k) => lacks(`evidence.${k}`, undefined)} onAdd={(f) => setFiles((old) => [...old, f])} onDrop={(id) => setFiles((old) => old.filter((f) => f.id !== id))} />
            <Button type="primary" htmlType="submit" loading={add.isPending}>{similar.length > 0 ? t('nm.anyway') : t('mp.do')}</Button>
            {tried && missing.length > 0 && <span className="note" style={{ marginLeft: 8 }}>{t('mp.missing')}</span>}
          </form>
        </Card>
        <div className="side">
          {similar.length > 0 && (
            <Card title={t('mp.duplicates')} note={t('nm.dups')}>
              <div className="family">
                {similar.map((x) => <Link key={x.id} href={`/matters/${x.id}`} className="family-row"><span className="mono">{x.number}</span><span className="strong">{x.title}</span><StateChip state={x.state} /><span className="note">{(x.why ?? []).join('，')}</span></Link>)}
              </div>
            </Card>
          )}
          <Card title={t('nm.pick')} note={t('nm.pickHelp')} flush>
            <div className="pickmap">
              {map.data ? <Suspense fallback={<Waiting height={320} />}><PinMap map={map.data} pins={pins} label={t('nm.pick')} onPick={(lng, lat) => set({ lnglat: `${lng.toFixed(5)},${lat.toFixed(5)}` })} /></Suspense> : <Waiting height={320} />}
            </div>
          </Card>
        </div>
      </div>
    </div>
  );
}
