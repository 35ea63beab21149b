import { useMemo } from 'react';
import { usePageQuery } from '../../api/hooks';
import type { AirNow } from '../../api/types';
import { AqiChip } from '../../components/AqiChip';
import { Card } from '../../components/Card';
import { DataTable, type Column } from '../../components/DataTable';
import { Figure } from '../../components/Figure';
import { Pollutant, Pollutants } from '../../components/Rich';
import { useWide } from '../../components/useNarrow';
import { useT } from '../../i18n';
import { factorName } from '../../lib/chem';
import { minute, hourOnly, civil } from '../../lib/format';
import { useParam } from '../../lib/router';

type Row = AirNow['stations'][number];

const order: Record<string, number> = { national: 0, county: 1, micro: 2 };

/** Stations in their groups, worst first. A click adds the station's line to the trends. */
export function StationList({ now, selected, onToggle }: { now: AirNow; selected: string[]; onToggle: (id: string) => void }) {
  const { t } = useT();
  const wide = useWide();
  const query = usePageQuery();
  const [micro, setMicro] = useParam('micro');
  const counts = useMemo(() => {
    const n: Record<string, number> = {};
    for (const s of now.stations) n[s.site.kind] = (n[s.site.kind] ?? 0) + 1;
    return n;
  }, [now.stations]);
  const rows = useMemo(
    () =>
      now.stations
        .filter((s) => micro === '1' || s.site.kind !== 'micro')
        .sort((a, b) => (order[a.site.kind] ?? 9) - (order[b.site.kind] ?? 9) || (b.hour.aqi ?? -1) - (a.hour.aqi ?? -1)),
    [now.stations, micro],
  );
  const groupLabel = (kind: string) =>
    kind === 'national' ? t('air.national', { n: counts.national ?? 0 }) : kind === 'county' ? t('air.county', { n: counts.county ?? 0 }) : t('air.micro', { n: counts.micro ?? 0 });
  const value = (key: string, spare = false): Column<Row> => ({
    key,
    head: <Pollutant name={key} />,
    label: factorName(key),
    num: true,
    spare,
    sort: (r) => r.hour.values[key]?.value,
    cell: (r) => (r.offlineSince ? '' : <Figure figure={r.hour.values[key]} name={`${r.site.name} ${factorName(key)}`} />),
  });
  const columns: Column<Row>[] = [
    { key: 'name', head: t('air.station'), label: t('air.station'), cell: (r) => <span className="nowrap">{r.site.name}</span>, sort: (r) => r.site.name },
    { key: 'aqi', head: 'AQI', label: 'AQI', cell: (r) => <Aqi row={r} />, sort: (r) => r.hour.aqi, fill: (r) => Boolean(r.offlineSince) },
    value('pm25'),
    value('pm10'),
    value('o3'),
    value('no2', !wide),
    value('so2', !wide),
    value('co', !wide),
    { key: 'primary', head: t('air.primaryShort'), label: t('air.primary'), cell: (r) => (r.offlineSince ? '' : <span className="nowrap"><Pollutants names={r.hour.primary} /></span>) },
  ];
  return (
    <Card title={t('air.stations')} note={t('air.byAqi')} flush className="stations-card">
      <DataTable
        id="st"
        label={t('air.stations')}
        columns={columns}
        rows={rows}
        rowKey={(r) => r.site.id}
        own={(r) => selected.includes(r.site.id)}
        group={(r) => ({ key: r.site.kind, label: groupLabel(r.site.kind) })}
        onOpen={(r) => onToggle(r.site.id)}
        exportPath="/air/now"
        exportQuery={query}
        height="100%"
        bar={counts.micro ? <button type="button" className="fchip" aria-pressed={micro === '1'} onClick={() => setMicro(micro === '1' ? '' : '1', true)}>{t('air.showMicro', { n: counts.micro })}</button> : undefined}
        empty={{ title: t('air.emptyStations'), help: t('air.emptyStationsHelp') }}
      />
    </Card>
  );
}

function Aqi({ row }: { row: Row }) {
  const { t, lang } = useT();
  if (!row.offlineSince) return <AqiChip aqi={row.hour.aqi} level={row.hour.level} missing={row.hour.withheld ? t('air.withheld') : t('word.missing')} />;
  const since = civil(row.offlineSince);
  const today = civil(row.hour.time);
  const at = since && today && since.day === today.day && since.month === today.month ? hourOnly(row.offlineSince, lang) : minute(row.offlineSince, lang);
  return (
    <span className="nowrap">
      <span className="chip dash">{t('air.offline')}</span> <span className="note">{t('air.since', { at })}</span>
    </span>
  );
}
