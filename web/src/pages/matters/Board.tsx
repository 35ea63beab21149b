import type { Query } from '../../api/client';
import { useApi } from '../../api/hooks';
import { Link } from '../../components/Link';
import { Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { count } from '../../lib/format';
import { setParams } from '../../lib/router';
import { Deadline } from './parts';
import type { Row, StateType } from './types';

type Column = { type: StateType; name: string; count: number; items: Row[] | null };

/** The matters by where they stand; the first of each column, most urgent on top. */
export function Board({ query }: { query: Query }) {
  const { t } = useT();
  const r = useApi<{ columns: Column[] | null }>('/matters/board', query);
  if (r.error && !r.data) return <Failed error={r.error} retry={() => void r.refetch()} />;
  if (!r.data) return <Waiting height={420} />;
  return (
    <div className="board" role="list" tabIndex={0} aria-label={t('ma.board')}>
      {(r.data.columns ?? []).map((c) => (
        <section key={c.type} className="board-col" role="listitem" aria-label={t(`mt.${c.type}`)}>
          <h2>{t(`mt.${c.type}`)} <span className="note">{count(c.count)}</span></h2>
          {(c.items ?? []).map((m) => (
            <Link key={m.id} href={`/matters/${m.id}`} className="board-card">
              <span className="strong">{m.title}</span>
              <span className="note">{[m.region.name, m.holder.text].filter(Boolean).join(' · ')}</span>
              <span className="note"><span className="mono">{m.number}</span>{m.due && <> <Deadline due={m.due} short /></>}</span>
            </Link>
          ))}
          {c.count > (c.items?.length ?? 0) && (
            <button type="button" className="linkish" onClick={() => setParams({ view: null, type: c.type, sort: c.type === 'closed' || c.type === 'void' ? 'updated' : null })}>{t('do.more')}</button>
          )}
        </section>
      ))}
    </div>
  );
}
