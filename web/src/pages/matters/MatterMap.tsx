import type { Query } from '../../api/client';
import { useApi, usePageQuery } from '../../api/hooks';
import type { AirMap } from '../../api/types';
import { Card } from '../../components/Card';
import { Link } from '../../components/Link';
import { Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { carry, navigate, useLocation } from '../../lib/router';
import { PinMap, type Pin } from './PinMap';
import type { Light, StateType } from './types';

type Point = { id: string; lng: number; lat: number; type: StateType; light: Light; title: string };

/** The same matters on the map; the list beside it holds the same things. */
export default function MatterMap({ query }: { query: Query }) {
  const { t } = useT();
  const { search } = useLocation();
  const { region } = usePageQuery();
  const map = useApi<AirMap>('/air/map', { region });
  const r = useApi<{ items: Point[] | null; clipped: boolean }>('/matters/points', query);
  if (r.error && !r.data) return <Failed error={r.error} retry={() => void r.refetch()} />;
  if (!r.data || !map.data) return <Waiting height={460} />;
  const items = r.data.items ?? [];
  const pins: Pin[] = items.map((p) => ({ id: p.id, lng: p.lng, lat: p.lat, tone: p.light === 'red' ? 'danger' : p.light === 'yellow' ? 'warn' : p.type === 'closed' ? 'done' : 'info', title: p.title }));
  return (
    <div className="mapdesk">
      <Card flush><div className="mapbox desk" style={{ height: 'max(420px, calc(100vh - 236px))' }}><PinMap legend map={map.data} pins={pins} label={t('ma.map')} onOpen={(id) => navigate(carry(`/matters/${id}`, search))} /></div></Card>
      <Card title={t('ma.list')} note={`${items.length}${r.data.clipped ? '+' : ''}`} flush scrolls={t('ma.list')}>
        <div className="family">{items.slice(0, 200).map((p) => <Link key={p.id} href={`/matters/${p.id}`} className="family-row"><i className={`pin ${p.light}`} aria-hidden="true" /><span>{p.title}</span><span className="note">{t(`mt.${p.type}`)}</span></Link>)}</div>
      </Card>
    </div>
  );
}
