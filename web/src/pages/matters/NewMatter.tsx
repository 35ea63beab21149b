import { Button, Input, Select } from 'antd';
import { useMutation } from '@tanstack/react-query';
import { lazy, Suspense, useRef, useState, type FormEvent } from 'react';
import { send, type Problem } from '../../api/client';
import { useApi, usePageQuery } from '../../api/hooks';
import type { AirMap } from '../../api/types';
import { Card } from '../../components/Card';
import { Field } from '../../components/Field';
import { Icon } from '../../components/icons';
import { Link } from '../../components/Link';
import { PageHead } from '../../components/PageHead';
import { ActionError, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { carry, navigate, useLocation } from '../../lib/router';
import { StateChip } from './parts';
import type { Pin } from './PinMap';
import { RegionPick } from './RegionPick';
import type { EvidenceRef, KindView, Row } from './types';
import { upload } from './upload';

const PinMap = lazy(() => import('./PinMap').then((m) => ({ default: m.PinMap })));
const point = /^\s*(\d{2,3}(?:\.\d+)?)[,，\s]+(\d{1,2}(?:\.\d+)?)\s*$/;
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (x) => x.toString(16).padStart(2, '0')).join('');

/** A problem as seen from a desk; in the field the phone's app does it in four taps. */
export default function NewMatter() {
  const { t, either } = useT();
  const { search } = useLocation();
  const { region } = usePageQuery();
  const kinds = useApi<KindView[]>('/matters/kinds');
  const [kind, setKind] = useState('grid');
  const [category, setCategory] = useState('');
  const [v, setV] = useState({ title: '', place: '', description: '', lnglat: '', region: '' });
  const [files, setFiles] = useState<EvidenceRef[]>([]);
  const [tried, setTried] = useState(false);
  const clientId = useRef(newId());
  const at = point.exec(v.lnglat);
  const list = kinds.data ?? [];
  const cats = list.find((k) => k.id === kind)?.categories ?? [];
  const near = at ? { lng: at[1], lat: at[2] } : {};
  const dups = useApi<{ items: (Row & { distance?: number | null; why?: string[] | null })[] | null }>('/matters/duplicates', { kind, category, ...near, text: v.place }, { enabled: category !== '' && (at !== null || v.place !== '') });
  const map = useApi<AirMap>('/air/map', { region });
  const pins: Pin[] = at ? [{ id: 'here', lng: Number(at[1]), lat: Number(at[2]), tone: 'info', title: v.place }] : [];
  const similar = dups.data?.items ?? [];
  const add = useMutation<Row, Problem, boolean>({
    mutationFn: (acknowledgeDuplicates) => send<Row>('POST', '/matters', {
      kind, category, title: v.title.trim() || undefined, description: v.description.trim() || undefined, region: v.region.trim() || region, place: v.place.trim() || undefined,
      lng: at ? Number(at[1]) : undefined, lat: at ? Number(at[2]) : undefined, evidence: files.map((f) => f.id), clientId: clientId.current, acknowledgeDuplicates,
    }),
    onSuccess: (m) => navigate(carry(`/matters/${m.id}`, search)),
  });
  const pick = useMutation<void, Problem, File[]>({ mutationFn: async (l) => { for (const f of l) { const e = await upload(f, 'photo', () => undefined); setFiles((old) => [...old, e]); } } });
  const badPlace = v.lnglat.trim() !== '' && !at;
  const set = (key: keyof typeof v) => (e: { target: { value: string } }) => setV({ ...v, [key]: e.target.value });
  const submit = (e: FormEvent) => { e.preventDefault(); setTried(true); if (category && !badPlace) add.mutate(similar.length > 0); };
  return (
    <div className="page">
      <PageHead title={t('nm.title')} question={t('nm.lead')} />
      <div className="newmatter">
        <Card>
          <form className="form" onSubmit={submit} noValidate data-testid="newmatter">
            <ActionError error={add.error} />
            <Field id="nm-kind" label={t('ma.kind')}><Select id="nm-kind" style={{ width: '100%' }} value={kind} onChange={(k: string) => { setKind(k); setCategory(''); }} options={list.map((k) => ({ value: k.id, label: either(k.name, k.nameEn) }))} /></Field>
            <Field id="nm-cat" label={t('ma.category')} error={(tried && !category ? t('nm.needCategory') : '') || add.error?.field('category')}><Select id="nm-cat" showSearch style={{ width: '100%' }} value={category || undefined} onChange={setCategory} options={cats.map((c) => ({ value: c.id, label: either(c.name, c.nameEn) }))} optionFilterProp="label" /></Field>
            <Field id="nm-place" label={t('nm.place')} error={add.error?.field('place')}><Input id="nm-place" maxLength={200} value={v.place} onChange={set('place')} /></Field>
            <Field id="nm-lnglat" label={t('nm.lnglat')} help={t('nm.lnglatHelp')} error={badPlace ? t('nm.badPlace') : add.error?.field('lng')}><Input id="nm-lnglat" value={v.lnglat} onChange={set('lnglat')} /></Field>
            <Field id="nm-region" label={t('nm.region')} help={t('nm.regionHelp')} error={add.error?.field('region')}><RegionPick id="nm-region" value={v.region} onChange={(code) => setV({ ...v, region: code })} /></Field>
            <Field id="nm-title" label={t('nm.title2')} help={t('nm.titleHelp')} error={add.error?.field('title')}><Input id="nm-title" maxLength={120} value={v.title} onChange={set('title')} /></Field>
            <Field id="nm-desc" label={t('nm.description')} error={add.error?.field('description')}><Input.TextArea id="nm-desc" rows={4} maxLength={4000} value={v.description} onChange={set('description')} /></Field>
            <Field id="nm-file" label={t('mp.evidence')} error={pick.error?.detail}>
              <label className="filepick"><Icon name="file" size={16} /> {t('mp.take')}<input id="nm-file" type="file" multiple accept="image/jpeg,image/png,image/webp" onChange={(e) => { pick.mutate(Array.from(e.target.files ?? [])); e.target.value = ''; }} /></label>
              <ul className="picked">{files.map((f) => <li key={f.id}>{f.name}</li>)}</ul>
            </Field>
            <Button type="primary" htmlType="submit" loading={add.isPending}>{similar.length > 0 ? t('nm.anyway') : t('mp.do')}</Button>
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
              {map.data ? <Suspense fallback={<Waiting height={320} />}><PinMap map={map.data} pins={pins} label={t('nm.pick')} onPick={(lng, lat) => setV((old) => ({ ...old, lnglat: `${lng.toFixed(5)},${lat.toFixed(5)}` }))} /></Suspense> : <Waiting height={320} />}
            </div>
          </Card>
        </div>
      </div>
    </div>
  );
}
