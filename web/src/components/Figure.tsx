import type { ReactNode } from 'react';
import type { Figure as FigureData } from '../api/types';
import { useT } from '../i18n';
import { plain } from '../lib/format';
import { openExplain } from './explainLink';

type Props = {
  figure: FigureData | null | undefined;
  size?: 'cell' | 'table' | 'result' | 'hero';
  unit?: boolean;
  /** What the figure is called, for screen readers and the explanation's title. */
  name: string;
  /** Against what: target, limit, last year. */
  against?: ReactNode;
  strong?: boolean;
  /** False where the page says the completeness itself. */
  part?: boolean;
};

/** value, unit, against what, completeness below 100 %, and one click to its explanation. */
export function Figure({ figure, size = 'cell', unit = false, name, against, strong, part: showPart = true }: Props) {
  const { t } = useT();
  if (!figure || figure.value === '') {
    return (
      <span className={`fig ${size}`}>
        <span className="fig-none" title={t('word.missing')}>
          <span aria-hidden="true">—</span>
          <span className="sr-only">{`${name} ${t('word.missing')}`}</span>
        </span>
      </span>
    );
  }
  const part = figure.completeness !== undefined && figure.completeness < 1 ? percent(figure.completeness) : '';
  const flag = figure.flag === 'corrected' ? t('word.corrected') : figure.flag === 'estimated' ? t('word.estimated') : '';
  const hint = [flag, part && t('word.complete', { p: part })].filter(Boolean).join('，');
  const body = (
    <>
      <span className={strong ? 'fig-value strong' : 'fig-value'}>{plain(figure.value)}</span>
      {figure.flag === 'corrected' && <span className="fig-mark" aria-hidden="true" />}
      {figure.flag === 'estimated' && <span className="fig-est" aria-hidden="true">~</span>}
      {unit && figure.unit && <span className="fig-unit">{figure.unit}</span>}
    </>
  );
  return (
    <span className={`fig ${size}`}>
      {figure.explain ? (
        <button type="button" className="fig-open" title={hint || undefined} onClick={(e) => { e.stopPropagation(); openExplain(figure.explain ?? ''); }}>
          <span className="sr-only">{`${name} `}</span>
          {body}
          <span className="sr-only">{t('explain.open')}</span>
        </button>
      ) : (
        <span title={hint || undefined}>{body}</span>
      )}
      {against && <span className="fig-against">{against}</span>}
      {showPart && size !== 'cell' && part && <span className="fig-part">{t('word.complete', { p: part })}</span>}
    </span>
  );
}

/** Share with one decimal, cut rather than rounded up: 99.96 % is not 100 %. */
export function percent(share: number): string {
  return `${(Math.floor(share * 1000) / 10).toFixed(1)}%`;
}
