import { useT } from '../../i18n';
import { minute } from '../../lib/format';
import type { Light, Row, StateType } from './types';

const tone: Record<StateType, string> = { open: 'warn', assigned: 'info', working: 'info', submitted: 'warn', checking: 'warn', closed: 'done', suspended: 'grey', returned: 'warn', void: 'grey' };

/** The local name of a state in the colour of its type; the word always stands beside the colour. */
export function StateChip({ state }: { state: Row['state'] }) {
  return <span className={`chip ${tone[state.type]}`}>{state.name}</span>;
}

export const lightTone: Record<Light, string> = { red: 'danger', yellow: 'warn', green: '', none: 'note' };

/** The official clock in words: what is left, and until when. */
export function Deadline({ due, short }: { due: Row['due']; short?: boolean }) {
  const { lang } = useT();
  if (!due) return <span className="note">—</span>;
  const left = lang === 'en' ? due.leftEn : due.left;
  return (
    <span className={`deadline ${lightTone[due.light]}`} title={`${due.name} ${minute(due.at, lang)}`}>
      {left}
      {!short && <span className="note"> {minute(due.at, lang)}</span>}
    </span>
  );
}

/** The post that holds the ball; a post, not a person. */
export function Holder({ row }: { row: Row }) {
  return <span>{row.holder.text || '—'}</span>;
}
