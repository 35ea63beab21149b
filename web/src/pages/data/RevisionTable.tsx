import { Drawer } from 'antd';
import type { Query } from '../../api/client';
import { usePages } from '../../api/hooks';
import type { Revised, Revision } from '../../api/types';
import { Card } from '../../components/Card';
import { DataTable, type Column } from '../../components/DataTable';
import { Pollutant } from '../../components/Rich';
import { Failed, Waiting } from '../../components/States';
import { useNarrow } from '../../components/useNarrow';
import { useT } from '../../i18n';
import { factorName } from '../../lib/chem';
import { hour, plain, stamp } from '../../lib/format';
import { setParams, useParam } from '../../lib/router';

const keyOf = (x: Revised) => `${x.site.id}|${x.factor}|${x.time}`;

/** Values that have more than one revision; a row opens all of them. */
export function RevisionTable({ query }: { query: Query }) {
  const { t, lang } = useT();
  const [open] = useParam('open');
  const r = usePages<Revised>('/data/revisions', query);
  const last = (x: Revised) => x.revisions[x.revisions.length - 1];
  const first = (x: Revised) => x.revisions[0];
  const columns: Column<Revised>[] = [
    { key: 'site', head: t('dt.site'), label: t('dt.site'), cell: (x) => x.site.name, sort: (x) => x.site.name },
    { key: 'factor', head: t('dt.factor'), label: t('dt.factor'), cell: (x) => <Pollutant name={x.factor} />, sort: (x) => factorName(x.factor) },
    { key: 'time', head: t('dt.hour'), label: t('dt.hour'), cell: (x) => hour(x.time, lang), sort: (x) => x.time },
    { key: 'was', head: t('dt.was'), label: t('dt.was'), num: true, cell: (x) => <Value r={first(x)} /> },
    { key: 'is', head: t('dt.is'), label: t('dt.is'), num: true, cell: (x) => <b><Value r={last(x)} /></b> },
    { key: 'n', head: t('dt.revision'), label: t('dt.revision'), num: true, cell: (x) => x.revisions.length, sort: (x) => x.revisions.length },
    { key: 'by', head: t('dt.by'), label: t('dt.by'), cell: (x) => last(x)?.by || '—', sort: (x) => last(x)?.by },
    { key: 'reason', head: t('dt.reason'), label: t('dt.reason'), cell: (x) => last(x)?.reason || '—' },
    { key: 'at', head: t('explain.recorded'), label: t('explain.recorded'), cell: (x) => <span className="nowrap">{stamp(last(x)?.recordedAt)}</span>, sort: (x) => last(x)?.recordedAt },
  ];
  const chosen = r.items.find((x) => keyOf(x) === open);
  return (
    <>
      <p className="note">{t('dt.revisionsHelp')}</p>
      <Card flush>
        {r.pending ? <Waiting height={320} /> : r.error ? <Failed error={r.error} retry={r.retry} /> : (
          <DataTable id="rev" label={t('dt.revisions')} columns={columns} rows={r.items} rowKey={keyOf} onOpen={(x) => setParams({ open: keyOf(x) })} more={r.more} exportPath="/data/revisions" exportQuery={query} empty={{ title: t('dt.noRevisions'), help: t('dt.revisionsHelp') }} />
        )}
      </Card>
      {chosen && <History x={chosen} />}
    </>
  );
}

function Value({ r }: { r: Revision | undefined }) {
  const { t } = useT();
  if (!r) return null;
  return r.value === null || r.value === '' ? <span className="warn">{t('dt.invalidated')}</span> : <>{plain(r.value)}</>;
}

function History({ x }: { x: Revised }) {
  const { t, lang } = useT();
  const narrow = useNarrow();
  return (
    <Drawer open onClose={() => setParams({ open: null })} title={`${x.site.name} ${factorName(x.factor)} ${hour(x.time, lang)}`} size={narrow ? '100%' : 560} closable={{ 'aria-label': t('do.close') }}>
      <RevisionList revisions={x.revisions} />
    </Drawer>
  );
}

export function RevisionList({ revisions }: { revisions: Revision[] }) {
  const { t } = useT();
  return (
    <table className="dt small">
      <caption className="sr-only">{t('dt.history')}</caption>
      <thead>
        <tr>
          <th className="r">{t('dt.revision')}</th>
          <th className="r">{t('explain.value')}</th>
          <th>{t('dt.origin')}</th>
          <th>{t('dt.by')}</th>
          <th>{t('dt.reason')}</th>
          <th>{t('explain.recorded')}</th>
        </tr>
      </thead>
      <tbody>
        {[...revisions].reverse().map((r) => (
          <tr key={r.revision}>
            <td className="r num">{r.revision}</td>
            <td className="r num"><Value r={r} />{r.flag && <span className="note"> {r.flag}</span>}</td>
            <td>{r.origin}</td>
            <td>{r.by || '—'}</td>
            <td>{r.reason || '—'}</td>
            <td className="note nowrap">{stamp(r.recordedAt)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
