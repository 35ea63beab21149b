import { useEffect, type ReactNode } from 'react';
import type { Meta } from '../api/types';
import { useT } from '../i18n';
import { hour, hoursBetween } from '../lib/format';
import { Rich } from './Rich';

/** The newest complete hour normally comes within the hour after it; from this many hours on the page says so. */
const STALE_HOURS = 3;

/** Title, the page's one question, the answer with its numbers. On paper also scope and as-of. */
export function PageHead({ title, question, answer, meta, acts }: { title: string; question: string; answer?: string; meta?: Pick<Meta, 'region' | 'clock'> & Partial<Pick<Meta, 'dataTime' | 'asOf'>>; acts?: ReactNode }) {
  const { t, lang } = useT();
  useEffect(() => {
    document.title = `${title} · ${t('brand')}`;
  }, [title, t]);
  const behind = meta?.dataTime ? hoursBetween(meta.dataTime, meta.asOf || meta.clock) : 0;
  return (
    <header>
      {meta && (
        <div className="print-head">
          <span>{t('brand')}</span>
          <span>{t('print.scope', { scope: meta.region.name, at: hour(meta.dataTime || meta.clock, lang) })}</span>
        </div>
      )}
      <div className="page-head">
        <div className="titles">
          <h1>{title}</h1>
          <p className="question">{question}</p>
        </div>
        {acts && <div className="acts">{acts}</div>}
      </div>
      {answer !== undefined && (
        <p className="answer" data-testid="answer" style={{ marginTop: 6, minHeight: 26 }}>
          <Rich text={answer} bold />
          {behind >= STALE_HOURS && <span className="chip warn stale">{t('word.stale', { at: hour(meta?.dataTime, lang), n: behind })}</span>}
        </p>
      )}
    </header>
  );
}
