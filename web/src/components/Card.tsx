import type { ReactNode } from 'react';

export function Card({ title, note, right, flush, children, className, bodyClass }: { title?: ReactNode; note?: ReactNode; right?: ReactNode; flush?: boolean; children: ReactNode; className?: string; bodyClass?: string }) {
  return (
    <section className={`card${className ? ` ${className}` : ''}`}>
      {title && (
        <div className="card-head">
          <h2>{title}</h2>
          {note && <span className="note">{note}</span>}
          {right && <div className="right">{right}</div>}
        </div>
      )}
      <div className={`card-body${flush ? ' flush' : ''}${bodyClass ? ` ${bodyClass}` : ''}`}>{children}</div>
    </section>
  );
}
