import { useState } from 'react';
import { useT } from '../i18n';
import type { Column } from './DataTable';
import { Rich } from './Rich';

type Props<T> = { columns: Column<T>[]; rows: T[]; rowKey: (row: T) => string; own?: (row: T) => boolean; onOpen?: (row: T) => void };

const STEP = 60;

/** The same rows on a phone: one readable block a row, the first two columns as its title. */
export function ListView<T>({ columns, rows, rowKey, own, onOpen }: Props<T>) {
  const { t } = useT();
  const [shown, setShown] = useState(STEP);
  const [first, second, ...rest] = columns;
  return (
    <div className="dt-list" role={rows.length > 0 ? 'list' : undefined}>
      {rows.slice(0, shown).map((row) => (
        <div key={rowKey(row)} role="listitem" className={own?.(row) ? 'dt-item own' : 'dt-item'} data-key={rowKey(row)}>
          <div className="first">
            {first?.cell(row)}
            {second && <span style={{ fontWeight: 400 }}>{second.cell(row)}</span>}
            {onOpen && (
              <button type="button" className="linkish" style={{ marginLeft: 'auto', fontWeight: 400, fontSize: 13, padding: '6px 8px' }} onClick={() => onOpen(row)}>
                {t('do.open')}
              </button>
            )}
          </div>
          <dl>
            {(second?.fill?.(row) ? [] : rest).map((c) => {
              const cell = c.cell(row);
              return cell === null || cell === '' ? null : (
                <div key={c.key}>
                  {c.head !== '' && <dt><Rich text={c.label} /></dt>}
                  <dd>{cell}</dd>
                </div>
              );
            })}
          </dl>
        </div>
      ))}
      {rows.length > shown && (
        <div className="dt-more">
          <button type="button" className="linkish" onClick={() => setShown(shown + STEP)}>{t('do.more')}</button>
        </div>
      )}
    </div>
  );
}
