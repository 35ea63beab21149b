import { url } from '../../api/client';
import { useApi } from '../../api/hooks';
import { Card } from '../../components/Card';
import { PageHead } from '../../components/PageHead';
import { Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { useParam } from '../../lib/router';
import type { KindView } from './types';

/** The processes as they are: drawn from the data that the engine runs. */
export default function Kinds() {
  const { t } = useT();
  const r = useApi<KindView[]>('/matters/kinds');
  const [id, setId] = useParam('id');
  if (r.error && !r.data) return <div className="page"><Failed error={r.error} retry={() => void r.refetch()} /></div>;
  if (!r.data) return <div className="page"><Waiting height={300} /></div>;
  const kind = r.data.find((k) => k.id === id) ?? r.data[0];
  return (
    <div className="page">
      <PageHead title={t('ma.kinds')} question={t('ma.question')} />
      <div className="tabs" role="tablist" aria-label={t('ma.kinds')}>
        {r.data.map((k) => <button key={k.id} type="button" role="tab" aria-selected={k.id === kind?.id} onClick={() => setId(k.id)}>{k.name}</button>)}
      </div>
      {kind && (
        <Card title={kind.name} note={[kind.source, kind.confidence].filter(Boolean).join(' · ')}>
          <div className="tablebox flat" tabIndex={0} role="region" aria-label={kind.name}><img className="diagram" src={url(`/matters/kinds/${kind.id}/diagram.svg`)} alt={`${t('ma.kinds')} ${kind.name}`} /></div>
        </Card>
      )}
    </div>
  );
}
