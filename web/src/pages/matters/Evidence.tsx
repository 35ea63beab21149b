import { Icon } from '../../components/icons';
import { useT } from '../../i18n';
import { bytes, minute } from '../../lib/format';
import type { EvidenceRef } from './types';

/** Photos and papers with when they were taken; a mark says what to look at twice. */
export function EvidenceGrid({ items, small }: { items: EvidenceRef[]; small?: boolean }) {
  const { t, lang } = useT();
  if (items.length === 0) return <p className="mid">{t('mp.noEvidence')}</p>;
  return (
    <ul className={small ? 'evidence small' : 'evidence'}>
      {items.map((e) => (
        <li key={e.id}>
          <a href={e.url} target="_blank" rel="noreferrer" title={`${e.name} · SHA-256 ${e.sha256}`}>
            {e.media.startsWith('image/') ? <img src={e.thumb} alt={e.name || e.kind} loading="lazy" /> : <span className="paper"><Icon name="file" size={28} /></span>}
          </a>
          <span className="cap">{!small && <span title={e.name}>{e.name}</span>}<span className="note">{minute(e.capturedAt || e.receivedAt, lang)}</span></span>
          {!small && <span className="note">{bytes(e.size)} <span className="mono">{e.sha256.slice(0, 12)}</span></span>}
          {(e.marks ?? []).map((k) => <span key={k.code} className="note warn">{k.message}</span>)}
        </li>
      ))}
    </ul>
  );
}
