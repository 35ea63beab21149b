import { Popover } from 'antd';
import type { ReactNode } from 'react';
import { useT } from '../i18n';

/**
 * A number that follows from two others (a gap, a change on last year): one click shows the sum, whose parts
 * are figures with explanations of their own.
 */
export function Derived({ name, children, sum, note }: { name: string; children: ReactNode; sum: ReactNode; note?: ReactNode }) {
  const { t } = useT();
  return (
    <Popover trigger="click" title={name} content={<div className="derived" data-testid="derived"><p>{sum}</p>{note && <p className="note">{note}</p>}</div>}>
      <button type="button" className="fig-open" onClick={(e) => e.stopPropagation()}>
        <span className="sr-only">{`${name} `}</span>
        {children}
        <span className="sr-only">{t('explain.open')}</span>
      </button>
    </Popover>
  );
}
