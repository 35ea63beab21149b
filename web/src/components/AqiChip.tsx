import { useT } from '../i18n';
import { levelOf } from '../tokens';

/** AQI in the standard's colour, always with the standard's word. Without an AQI it says so. */
export function AqiChip({ aqi, level, big = false, word = true, missing }: { aqi: number | null; level: number; big?: boolean; word?: boolean; missing?: string }) {
  const { lang, t } = useT();
  const l = levelOf(level);
  if (aqi === null || !l) return <span className="chip grey">{missing ?? t('word.missing')}</span>;
  const name = lang === 'en' ? l.en : l.zh;
  return (
    <span className={big ? 'aqi big' : 'aqi'}>
      <span className="aqi-box" style={{ background: l.hex, color: l.ink }}>
        {aqi}
      </span>
      {word ? <span className="aqi-word">{name}</span> : <span className="sr-only">{name}</span>}
    </span>
  );
}

/** The legend of the six levels. */
export function AqiLegend({ short = true }: { short?: boolean }) {
  const { lang } = useT();
  return (
    <div className="legend">
      {[1, 2, 3, 4, 5, 6].map((n) => {
        const l = levelOf(n)!;
        return (
          <span key={n}>
            <i className="swatch aqi" style={{ background: l.hex }} />
            {lang === 'en' ? l.shortEn : short ? l.short : l.zh}
          </span>
        );
      })}
    </div>
  );
}
