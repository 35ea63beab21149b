import { useT } from '../../i18n';
import type { CellFeature, Fault } from './types';

/** What the hatches mean, and how many there are of each. */
export function Legend({ cells, faults }: { cells: CellFeature[]; faults: Fault[] }) {
  const { t } = useT();
  const holes = faults.filter((f) => f.kind === 'gap' || f.kind === 'overlap' || f.kind === 'outside').length;
  const vacant = cells.filter((c) => c.properties.vacantSince !== '').length;
  const blind = cells.filter((c) => c.properties.blind).length;
  const fine = cells.filter((c) => c.properties.vacantSince === '' && !c.properties.blind).length;
  return (
    <div className="gkey">
      <span><i className="hole" />{t('gr.keyHole', { n: holes })}</span>
      <span><i className="vacant" />{t('gr.keyVacant', { n: vacant })}</span>
      <span><i className="blind" />{t('gr.keyBlind', { n: blind })}</span>
      <span><i />{t('gr.keyFine', { n: fine })}</span>
    </div>
  );
}
