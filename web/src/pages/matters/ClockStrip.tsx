import { useT } from '../../i18n';
import { minute } from '../../lib/format';
import { lightTone } from './parts';
import type { MatterView } from './types';

/** Both clocks side by side: what the law leaves, and what has really passed. */
export function ClockStrip({ m }: { m: MatterView }) {
  const { t, lang } = useT();
  const running = (m.clocks ?? []).filter((c) => c.state === 'running' || c.state === 'paused');
  const main = running.find((c) => c.name === m.due?.name) ?? [...running].sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1))[0];
  const pauses = (m.clocks ?? []).flatMap((c) => c.pauses ?? []).filter((p) => p.from);
  const last = pauses[pauses.length - 1];
  return (
    <section className="card clockstrip" aria-label={t('mp.clocks')}>
      {main && (
        <div>
          <span className="note">{t('mp.left', { name: main.name })}</span>
          <b className={lightTone[main.light]}>{lang === 'en' ? main.leftEn : main.left}</b>
          <span className="note">{t('mp.until', { at: minute(main.dueAt, lang) })}</span>
        </div>
      )}
      <div>
        <span className="note">{t('mp.elapsed')}</span>
        <b>{(lang === 'en' && m.elapsedEn) || m.elapsed}</b>
        <span className="note">{t('mp.since', { at: minute(m.foundAt || m.openedAt, lang) })}</span>
      </div>
      <div>
        <span className="note">{t('mp.pauses')}</span>
        <b>{pauses.length ? t('mp.times', { n: pauses.length }) : t('mp.noPause')}</b>
        <span className="note">{last ? [last.approver, last.reason].filter(Boolean).join('，') : ''}</span>
      </div>
      {(m.stages ?? []).length > 0 && (
        <ol className="stages" aria-label={t('mp.stages')}>
          {(m.stages ?? []).map((s) => <li key={s.id} className={s.state} aria-current={s.state === 'now' ? 'step' : undefined}><i aria-hidden="true" /><span>{s.name}</span></li>)}
        </ol>
      )}
    </section>
  );
}
