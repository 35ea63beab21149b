import type { Day, Hour, Meta } from '../../api/types';
import { AqiChip } from '../../components/AqiChip';
import { Figure } from '../../components/Figure';
import { openExplain } from '../../components/explainLink';
import { Pollutant, Pollutants } from '../../components/Rich';
import { useT } from '../../i18n';
import { factors, factorName, factorUnit } from '../../lib/chem';
import { day, hourOnly } from '../../lib/format';

/** The city in one line: AQI with its word, primary pollutant, six concentrations, each with its explanation. */
export function CityStrip({ city, meta }: { city: Hour | Day; meta: Meta }) {
  const { t, lang } = useT();
  const daily = 'date' in city;
  const when = daily ? day(city.date, lang) : hourOnly(city.time, lang);
  const keys = factors.map((f) => (daily && f === 'o3' ? 'o3_8h' : f));
  return (
    <section className="card strip" aria-label={meta.region.name}>
      <div className="strip-city">
        <span className="note">{meta.region.name}<br />{when}</span>
        {city.aqiFigure?.explain ? (
          <button type="button" className="fig-open" onClick={() => openExplain(city.aqiFigure?.explain ?? '')}>
            <span className="sr-only">AQI </span>
            <AqiChip aqi={city.aqi} level={city.level} big missing={city.withheld ? t('air.withheld') : undefined} />
            <span className="sr-only">{t('explain.open')}</span>
          </button>
        ) : (
          <AqiChip aqi={city.aqi} level={city.level} big missing={city.withheld ? t('air.withheld') : undefined} />
        )}
      </div>
      <div className="strip-item">
        <span className="note">{t('air.primary')}</span>
        <span className="strip-primary"><Pollutants names={city.primary} /></span>
      </div>
      {keys.map((k) => (
        <div className="strip-item" key={k}>
          <span className="note"><Pollutant name={k} /></span>
          <Figure figure={city.values[k] ?? city.values[k.replace('_8h', '')]} size="table" unit name={`${factorName(k)} ${factorUnit(k)}`} />
        </div>
      ))}
    </section>
  );
}
