import type { ReactNode } from 'react';
import { useApi, usePageQuery } from '../../api/hooks';
import type { AirYesterday } from '../../api/types';
import { AqiChip } from '../../components/AqiChip';
import { Card } from '../../components/Card';
import { DataTable, type Column } from '../../components/DataTable';
import { Figure } from '../../components/Figure';
import { PageHead } from '../../components/PageHead';
import { Pollutant, Pollutants } from '../../components/Rich';
import { Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { factorName } from '../../lib/chem';
import { useParam } from '../../lib/router';
import { CityStrip } from './CityStrip';

type Row = AirYesterday['stations'][number];

const keys = ['pm25', 'pm10', 'o3_8h', 'no2', 'so2', 'co'];

/** The day report of yesterday, or of the day in the address. */
export function Yesterday({ head }: { head: ReactNode }) {
  const { t, lang } = useT();
  const query = usePageQuery();
  const [date] = useParam('date');
  const r = useApi<AirYesterday>('/air/yesterday', { ...query, date: date || undefined });
  const d = r.data;
  const columns: Column<Row>[] = [
    { key: 'name', head: t('air.station'), label: t('air.station'), cell: (s) => s.site.name, sort: (s) => s.site.name },
    { key: 'aqi', head: 'AQI', label: 'AQI', cell: (s) => <AqiChip aqi={s.day.aqi} level={s.day.level} missing={s.day.withheld ? t('air.withheld') : undefined} />, sort: (s) => s.day.aqi },
    ...keys.map((k): Column<Row> => ({
      key: k,
      head: <Pollutant name={k} />,
      label: factorName(k),
      num: true,
      sort: (s) => s.day.values[k]?.value,
      cell: (s) => <Figure figure={s.day.values[k]} name={`${s.site.name} ${factorName(k)}`} />,
    })),
    { key: 'primary', head: t('air.primary'), label: t('air.primary'), cell: (s) => <Pollutants names={s.day.primary} /> },
  ];
  return (
    <div className="page">
      <PageHead title={t('air.title')} question={t('air.question')} answer={d ? (lang === 'en' ? d.answerEn || d.answer : d.answer) : ''} meta={d?.meta} acts={head} />
      {r.error && !d ? <Card><Failed error={r.error} retry={() => void r.refetch()} /></Card> : !d ? <Waiting height={420} /> : (
        <>
          <CityStrip city={d.city} meta={d.meta} />
          <Card title={t('air.stations')} flush>
            <DataTable id="yd" label={t('air.stations')} columns={columns} rows={d.stations} rowKey={(s) => s.site.id} exportPath="/air/yesterday" exportQuery={{ ...query, date: date || undefined }} empty={{ title: t('air.emptyStations'), help: t('air.emptyStationsHelp') }} />
          </Card>
        </>
      )}
    </div>
  );
}
