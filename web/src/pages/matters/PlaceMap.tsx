import { useApi } from '../../api/hooks';
import type { AirMap } from '../../api/types';
import { Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { PinMap } from './PinMap';
import type { MatterView } from './types';

/** Where one matter lies. */
export default function PlaceMap({ m }: { m: MatterView }) {
  const { t } = useT();
  const map = useApi<AirMap>('/air/map', { region: m.region.code.slice(0, 6) + '000000' });
  if (!map.data) return <Waiting height={360} />;
  return <div style={{ height: 400 }}><PinMap map={map.data} pins={[{ id: m.id, lng: m.lng ?? 0, lat: m.lat ?? 0, tone: 'info', title: m.title }]} label={t('mp.map')} /></div>;
}
