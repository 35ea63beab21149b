import { useMemo } from 'react';
import type { Query } from '../../api/client';
import type { Stream } from '../../api/types';
import { DataTable, type Column, type Filter } from '../../components/DataTable';
import { useT } from '../../i18n';
import { can, useMe } from '../../shell/me';
import { count, minute } from '../../lib/format';

const off = (s: Stream) => s.received - s.stored - s.unchanged - s.rejected;

export function StreamTable({ rows, query }: { rows: Stream[]; query: Query }) {
  const { t, lang, maybe } = useT();
  const me = useMe();
  const sum = (get: (s: Stream) => number) => count(rows.reduce((n, s) => n + get(s), 0));
  const amount = (key: 'received' | 'stored' | 'unchanged' | 'rejected'): Column<Stream> => ({
    key,
    head: t(`dt.${key}`),
    label: t(`dt.${key}`),
    num: true,
    sort: (s) => s[key],
    cell: (s) => (key === 'rejected' && s.rejected > 0 ? <span className="warn">{count(s.rejected)}</span> : count(s[key])),
    total: sum((s) => s[key]),
  });
  const columns: Column<Stream>[] = [
    { key: 'name', head: t('dt.stream'), label: t('dt.stream'), cell: (s) => s.name, sort: (s) => s.name, total: t('word.total') },
    { key: 'status', head: t('dt.status'), label: t('dt.status'), cell: (s) => <Status s={s.status} />, sort: (s) => s.status },
    { key: 'kind', head: t('dt.kind'), label: t('dt.kind'), cell: (s) => maybe(`stream.${s.kind}`, s.kind), sort: (s) => s.kind },
    amount('received'),
    amount('stored'),
    amount('unchanged'),
    amount('rejected'),
    { key: 'balance', head: t('dt.balance'), label: t('dt.balance'), cell: (s) => (off(s) === 0 ? <span className="chip done">{t('dt.balanced')}</span> : <span className="chip danger">{t('dt.unbalanced', { n: off(s) })}</span>), sort: off },
    { key: 'lastAt', head: t('dt.last'), label: t('dt.last'), cell: (s) => <span className="nowrap">{minute(s.lastAt, lang) || '—'}</span>, sort: (s) => s.lastAt },
    { key: 'late', head: t('dt.lateShare'), label: t('dt.lateShare'), num: true, cell: (s) => s.lateShare || '—', sort: (s) => s.lateShare },
    { key: 'c24', head: t('dt.c24'), label: t('dt.c24'), num: true, cell: (s) => s.completeness24h || '—', sort: (s) => s.completeness24h },
    { key: 'c30', head: t('dt.c30'), label: t('dt.c30'), num: true, cell: (s) => s.completeness30d || '—', sort: (s) => s.completeness30d },
  ];
  const filters = useMemo<Filter<Stream>[]>(
    () => [
      {
        key: 'status',
        label: t('dt.status'),
        get: (s) => s.status,
        options: [
          { value: 'ok', label: t('dt.ok') },
          { value: 'late', label: t('dt.lateS') },
          { value: 'silent', label: t('dt.silent') },
          { value: 'gaps', label: t('dt.gaps') },
          { value: 'ended', label: t('dt.ended') },
        ],
      },
    ],
    [t],
  );
  return <DataTable id="str" label={t('dt.streams')} columns={columns} rows={rows} rowKey={(s) => s.id} filters={filters} exportPath="/data/streams" exportQuery={query} pickable empty={{ title: t('dt.noStreams'), help: can(me, 'import.run') ? t('dt.noStreamsHelp') : t('dt.noStreamsOther') }} />;
}

function Status({ s }: { s: string }) {
  const { t } = useT();
  if (s === 'ok') return <span className="chip done">{t('dt.ok')}</span>;
  if (s === 'late') return <span className="chip warn">{t('dt.lateS')}</span>;
  if (s === 'gaps') return <span className="chip warn">{t('dt.gaps')}</span>;
  if (s === 'ended') return <span className="chip grey">{t('dt.ended')}</span>;
  return <span className="chip danger">{t('dt.silent')}</span>;
}
