import { Segmented } from 'antd';
import { lazy, Suspense, useCallback, useMemo, useState } from 'react';
import { useApi, usePageQuery } from '../../api/hooks';
import type { AirMap, AirNow, MapPlaces } from '../../api/types';
import { AqiLegend } from '../../components/AqiChip';
import { Card } from '../../components/Card';
import { PageHead } from '../../components/PageHead';
import { Failed, Waiting } from '../../components/States';
import type { MapPoint } from '../../components/StationMap';
import { useT } from '../../i18n';
import { setParams, useChoice, useParam } from '../../lib/router';
import { CityStrip } from './CityStrip';
import { Completeness } from './Completeness';
import { StationList } from './StationList';
import { Trends } from './Trends';
import { Yesterday } from './Yesterday';

const StationMap = lazy(() => import('../../components/StationMap'));

const modes = ['live', 'yesterday'] as const;
const views = ['chart', 'table'] as const;

/** 态势: now. Stations, 72 hours, map and completeness of one scope on one screen. */
export default function AirPage() {
  const { t } = useT();
  const [mode] = useChoice('mode', modes, 'live');
  return mode === 'yesterday' ? <Yesterday head={<Acts />} /> : <Now title={t('air.title')} />;
}

function Acts() {
  const { t } = useT();
  const [mode, setMode] = useChoice('mode', modes, 'live');
  const [view, setView] = useChoice('view', views, 'chart');
  return (
    <>
      <Segmented value={mode} onChange={setMode} options={[{ value: 'live', label: t('air.live') }, { value: 'yesterday', label: t('air.yesterday') }]} aria-label={t('air.live')} />
      {mode === 'live' && <button type="button" className="topctl" aria-pressed={view === 'table'} onClick={() => setView(view === 'table' ? 'chart' : 'table')}>{view === 'table' ? t('do.chart') : t('do.table')}</button>}
      <button type="button" className="topctl" onClick={() => window.print()}>{t('do.print')}</button>
    </>
  );
}

function Now({ title }: { title: string }) {
  const { t, lang } = useT();
  const query = usePageQuery();
  const [siteText] = useParam('site');
  const [view] = useChoice('view', views, 'chart');
  const sites = useMemo(() => siteText.split(',').filter(Boolean), [siteText]);
  const r = useApi<AirNow>('/air/now', { ...query, sites: sites.join(',') || undefined });
  const toggle = (id: string) => {
    const next = sites.includes(id) ? sites.filter((s) => s !== id) : [...sites, id].slice(-3);
    setParams({ site: next.join(',') || null }, true);
  };
  if (r.error && !r.data) return <div className="page"><PageHead title={title} question={t('air.question')} /><Card><Failed error={r.error} retry={() => void r.refetch()} /></Card></div>;
  const d = r.data;
  return (
    <div className="page air">
      <PageHead title={title} question={t('air.question')} answer={d ? (lang === 'en' ? d.answerEn || d.answer : d.answer) : ''} meta={d?.meta} acts={<Acts />} />
      {!d ? <Waiting height={520} /> : (
        <>
          <CityStrip city={d.city} meta={d.meta} />
          <div className="air-grid">
            <StationList now={d} selected={sites} onToggle={toggle} />
            <Trends now={d} sites={sites} table={view === 'table'} onClear={() => setParams({ site: null }, true)} />
            <div className="air-side">
              <MapCard now={d} selected={sites[sites.length - 1] ?? ''} onSelect={toggle} />
              <Completeness now={d} />
            </div>
          </div>
        </>
      )}
    </div>
  );
}

function MapCard({ now, selected, onSelect }: { now: AirNow; selected: string; onSelect: (id: string) => void }) {
  const { t } = useT();
  const { region } = usePageQuery();
  const m = useApi<AirMap>('/air/map', { region });
  const [near, setNear] = useState(false);
  const onNear = useCallback(() => setNear(true), []);
  const places = useApi<MapPlaces>('/air/map/places', { region }, { enabled: near });
  const points = useMemo<MapPoint[]>(
    () =>
      now.stations.map(({ site, hour, offlineSince }) => ({
        id: site.id,
        name: site.name,
        lon: site.lon,
        lat: site.lat,
        aqi: hour.aqi,
        level: hour.level,
        offline: offlineSince !== '' && offlineSince !== undefined,
        minor: site.kind === 'micro',
        rank: (site.kind === 'national' ? 1000 : 0) + (hour.aqi ?? 0),
      })),
    [now.stations],
  );
  return (
    <Card title={t('air.map')} note={<span title={t('map.nearHelp')}>{t('air.mapNote')}</span>} right={<AqiLegend />} flush className="map-card" bodyClass="map-body">
      {m.data ? (
        <Suspense fallback={<Waiting height={230} />}>
          <StationMap map={m.data} places={places.data} onNear={onNear} points={points} selected={selected} onSelect={onSelect} label={t('map.label')} />
          {near && <div className="gmap-key"><span><i className="dash" />{t('map.town')}</span><span><i className="dot" />{t('map.village')}</span></div>}
        </Suspense>
      ) : m.error ? <Failed error={m.error} retry={() => void m.refetch()} /> : <Waiting height={230} />}
    </Card>
  );
}
