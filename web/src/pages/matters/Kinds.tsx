import { url } from '../../api/client';
import { useApi } from '../../api/hooks';
import { Card } from '../../components/Card';
import { PageHead } from '../../components/PageHead';
import { Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { useParam } from '../../lib/router';
import { StateChip } from './parts';
import type { KindView } from './types';

/** The processes as they are: drawn from the data that the engine runs. */
export default function Kinds() {
  const { t, either, maybe } = useT();
  const r = useApi<KindView[]>('/matters/kinds');
  const [id, setId] = useParam('id');
  if (r.error && !r.data) return <div className="page"><Failed error={r.error} retry={() => void r.refetch()} /></div>;
  if (!r.data) return <div className="page"><Waiting height={300} /></div>;
  const kind = r.data.find((k) => k.id === id) ?? r.data[0];
  return (
    <div className="page">
      <PageHead title={t('ma.kinds')} question={t('ma.kindsQuestion')} />
      <div className="tabs" role="tablist" aria-label={t('ma.kinds')}>
        {r.data.map((k) => <button key={k.id} type="button" role="tab" aria-selected={k.id === kind?.id} onClick={() => setId(k.id)}>{either(k.name, k.nameEn)}</button>)}
      </div>
      {kind && (
        <div className="kinds">
          <Card title={either(kind.name, kind.nameEn)} note={t('ma.kindNote', { prefix: kind.prefix })}>
            <div className="tablebox flat" tabIndex={0} role="region" aria-label={kind.name}><img className="diagram" src={url(`/matters/kinds/${kind.id}/diagram.svg`)} alt={`${t('ma.kinds')} ${kind.name}`} /></div>
          </Card>
          <div className="side">
            <Card title={t('ma.basis')}>
              <p>{kind.source}</p>
              {kind.confidence && <p className="note" style={{ marginTop: 6 }}>{maybe(`ma.conf.${kind.confidence}`, kind.confidence)}</p>}
            </Card>
            <Card title={t('ma.states')} note={String(kind.states?.length ?? 0)}>
              <ul className="kind-states">{(kind.states ?? []).map((s) => <li key={s.id}><StateChip state={s} /> <span className="note">{t(`mt.${s.type}`)}</span></li>)}</ul>
            </Card>
            <Card title={t('ma.category')} note={String(kind.categories?.length ?? 0)}>
              <p className="catlist">{(kind.categories ?? []).map((c) => <span key={c.id} className="chip grey">{either(c.name, c.nameEn)}</span>)}</p>
            </Card>
          </div>
        </div>
      )}
    </div>
  );
}
