import type { ReactNode } from 'react';

export function Card({ title, note, right, flush, children, className, bodyClass, scrolls }: { title?: ReactNode; note?: ReactNode; right?: ReactNode; flush?: boolean; children: ReactNode; className?: string; bodyClass?: string; /** The words for a body that scrolls: it can then be reached and scrolled by keyboard. */ scrolls?: string }) {
  return (
    <section className={`card${className ? ` ${className}` : ''}`}>
      {title && (
        <div className="card-head">
          <h2>{title}</h2>
          {note && <span className="note">{note}</span>}
          {right && <div className="right">{right}</div>}
        </div>
      )}
      <div className={`card-body${flush ? ' flush' : ''}${bodyClass ? ` ${bodyClass}` : ''}`} {...(scrolls ? { tabIndex: 0, role: 'region', 'aria-label': scrolls } : {})}>{children}</div>
    </section>
  );
}
