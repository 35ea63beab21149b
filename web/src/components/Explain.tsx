import { Drawer } from 'antd';
import type { ReactNode } from 'react';
import { useApi } from '../api/hooks';
import type { Explain as ExplainData } from '../api/types';
import { useT } from '../i18n';
import { plain, stamp } from '../lib/format';
import { closeExplain } from './explainLink';
import { Rich } from './Rich';
import { Failed, Waiting } from './States';
import { useNarrow } from './useNarrow';

/** The drawer behind every figure: formula, clause, standard set, inputs with source and revision, counts. */
export default function Explain({ why }: { why: string }) {
  const { t, either } = useT();
  const narrow = useNarrow();
  const query = Object.fromEntries(new URLSearchParams(why));
  const r = useApi<ExplainData>('/explain', query, { keep: false });
  return (
    <Drawer open onClose={closeExplain} title={r.data ? <Rich text={either(r.data.title, r.data.titleEn)} /> : t('explain.title')} size={narrow ? '100%' : 520} destroyOnHidden closable={{ 'aria-label': t('do.close') }}>
      {r.isPending ? <Waiting /> : r.error ? <Failed error={r.error} retry={() => void r.refetch()} /> : <Body e={r.data} />}
    </Drawer>
  );
}

function Body({ e }: { e: ExplainData }) {
  const { t, maybe, lang, either } = useT();
  const notes = lang === 'en' && e.notesEn?.length > 0 ? e.notesEn : e.notes;
  const facts: [string, ReactNode][] = [
    [t('explain.clause'), <Rich key="c" text={either(e.clause, e.clauseEn)} />],
    [t('explain.standard'), either(e.edition, e.editionEn) || e.standard],
    [t('explain.kind'), maybe(`data.${e.dataKind}`, e.dataKind)],
    [t('explain.dust'), maybe(`dust.${e.dustMode}`, e.dustMode)],
    [t('explain.confidence'), maybe(`confidence.${e.confidence}`, e.confidence)],
  ];
  return (
    <div className="explain" data-testid="explain">
      <section>
        <h3>{t('explain.formula')}</h3>
        <p className="formula"><Rich text={either(e.formula, e.formulaEn)} /></p>
      </section>
      <section>
        <dl className="kv">
          {facts.filter(([, v]) => v).map(([k, v]) => (
            <div key={k} style={{ display: 'contents' }}><dt>{k}</dt><dd>{v}</dd></div>
          ))}
        </dl>
      </section>
      {e.counts?.length > 0 && (
        <section>
          <h3>{t('explain.counts')}</h3>
          <dl className="kv">
            {e.counts.map((c) => (
              <div key={c.name} style={{ display: 'contents' }}><dt><Rich text={either(c.name, c.nameEn)} /></dt><dd className="num">{either(c.value, c.valueEn)}</dd></div>
            ))}
          </dl>
        </section>
      )}
      <Inputs e={e} />
      {notes?.length > 0 && (
        <section>
          <h3>{t('explain.notes')}</h3>
          <ul>{notes.map((n) => <li key={n}><Rich text={n} /></li>)}</ul>
        </section>
      )}
    </div>
  );
}

function Inputs({ e }: { e: ExplainData }) {
  const { t, either } = useT();
  if (!e.inputs || e.inputs.length === 0) return null;
  return (
    <section>
      <h3>{t('explain.inputs')}</h3>
      <div className="tablebox flat">
        <table className="dt small">
          <thead>
            <tr>
              <th>{t('explain.name')}</th>
              <th className="r">{t('explain.value')}</th>
              <th>{t('explain.source')}</th>
              <th className="r">{t('explain.revision')}</th>
            </tr>
          </thead>
          <tbody>
            {e.inputs.map((x, i) => (
              <tr key={`${x.name}${i}`}>
                <td><Rich text={either(x.name, x.nameEn)} /></td>
                <td className="r nowrap">{plain(x.value)} <span className="note">{either(x.unit, x.unitEn)}</span></td>
                <td>
                  <Rich text={either(x.source, x.sourceEn)} />
                  {x.recordedAt && <div className="note">{`${t('explain.recorded')} ${stamp(x.recordedAt)}`}</div>}
                </td>
                <td className="r">{x.revision}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {e.more > 0 && <p className="note">{t('explain.more', { n: e.more })}</p>}
    </section>
  );
}
