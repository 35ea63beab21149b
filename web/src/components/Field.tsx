import type { ReactNode } from 'react';

/** One field of a form: label above, help under it, errors at the field in words that say what to do. */
export function Field({ label, help, error, children, id }: { label: string; help?: ReactNode; error?: string; children: ReactNode; id: string }) {
  return (
    <div className="field">
      <label className="lab" htmlFor={id}>{label}</label>
      {children}
      {error ? <span className="err" id={`${id}-err`} role="alert">{error}</span> : help ? <span className="help">{help}</span> : null}
    </div>
  );
}
