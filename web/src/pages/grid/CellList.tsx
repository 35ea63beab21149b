import { DataTable, type Column } from '../../components/DataTable';
import { useT } from '../../i18n';
import type { CellFeature } from './types';

/** The map's cells as a list: the same things by keyboard. */
export function CellList({ cells, onOpen }: { cells: CellFeature[]; onOpen: (id: string) => void }) {
  const { t } = useT();
  const columns: Column<CellFeature>[] = [
    { key: 'name', head: t('gr.name'), label: t('gr.name'), cell: (c) => <span className="strong">{c.properties.name}</span>, sort: (c) => c.properties.name },
    { key: 'where', head: t('gr.where'), label: t('gr.where'), cell: (c) => c.properties.region.name, sort: (c) => c.properties.region.code },
    { key: 'area', head: t('gr.area'), label: t('gr.area'), num: true, cell: (c) => t('gr.km2', { n: c.properties.areaKm2.toFixed(1) }), sort: (c) => c.properties.areaKm2 },
    { key: 'sources', head: t('gr.sources'), label: t('gr.sources'), num: true, cell: (c) => c.properties.sources, sort: (c) => c.properties.sources },
    { key: 'state', head: t('gr.how'), label: t('gr.how'), cell: (c) => <>{c.properties.vacantSince !== '' && <span className="chip warn">{t('gk.vacant')}</span>}{c.properties.blind && <span className="chip grey gap">{t('gk.blind')}</span>}</>, sort: (c) => (c.properties.vacantSince ? 2 : 0) + (c.properties.blind ? 1 : 0) },
  ];
  return <DataTable id="cell" label={t('gr.map')} columns={columns} rows={cells} rowKey={(c) => c.id} onOpen={(c) => onOpen(c.id)} empty={{ title: t('gr.noHolders') }} height="52vh" />;
}
