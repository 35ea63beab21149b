import { Fragment } from 'react';
import { factorName, pieces } from '../lib/chem';

/** A sentence with pollutant subscripts, and with its numbers bold when it is an answer. */
export function Rich({ text, bold = false }: { text: string; bold?: boolean }) {
  return (
    <>
      {pieces(text, bold).map((p, i) =>
        p.kind === 'sub' ? <sub key={i}>{p.text}</sub> : p.kind === 'strong' ? <b key={i}>{p.text}</b> : <Fragment key={i}>{p.text}</Fragment>,
      )}
    </>
  );
}

/** A pollutant's written name: PM₂.₅, O₃. */
export function Pollutant({ name }: { name: string }) {
  return <Rich text={factorName(name)} />;
}

/** Several pollutants, or a dash when there is none. */
export function Pollutants({ names }: { names: string[] | null | undefined }) {
  if (!names || names.length === 0) return <span className="note">—</span>;
  return (
    <>
      {names.map((n, i) => (
        <Fragment key={n}>
          {i > 0 && '、'}
          <Pollutant name={n} />
        </Fragment>
      ))}
    </>
  );
}
