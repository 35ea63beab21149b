import { Button } from 'antd';
import { useEffect, type ReactNode } from 'react';
import type { Problem } from '../api/client';
import { useT } from '../i18n';

/** A quiet placeholder; it becomes visible only after 300 ms. */
export function Waiting({ height = 160 }: { height?: number }) {
  const { t } = useT();
  return (
    <div className="skeleton" style={{ height }} role="status" aria-live="polite">
      <span className="sr-only">{t('word.loading')}</span>
    </div>
  );
}

/** An empty list says why it is empty and what to do. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="state">
      <p className="strong" style={{ color: 'var(--ink)' }}>{title}</p>
      {children && <p>{children}</p>}
    </div>
  );
}

/** What happened, what was kept, what to do, and the request id. */
export function Failed({ error, retry }: { error: Problem | Error; retry?: () => void }) {
  const { t } = useT();
  const p = 'status' in error ? (error as Problem) : null;
  const offline = p?.unreachable ?? false;
  useEffect(() => {
    if (!offline || !retry) return;
    const id = window.setInterval(retry, 5000);
    return () => window.clearInterval(id);
  }, [offline, retry]);
  const [title, lead] = offline
    ? [t('error.offline'), t('error.offlineLead')]
    : p?.status === 403
      ? [t('error.403'), p.detail || t('error.403lead')]
      : p?.status === 404
        ? [t('error.404'), p.detail || t('error.404lead')]
        : [t('error.500'), p?.detail || t('error.500lead')];
  return (
    <div className="state" role="alert" data-status={p?.status ?? 'crash'}>
      <h2>{title}</h2>
      <p>{lead}</p>
      {p?.requestId && <p className="note req">{t('error.request')} <span className="mono">{p.requestId}</span></p>}
      {retry && (
        <div className="acts">
          <Button onClick={retry}>{t('do.retry')}</Button>
        </div>
      )}
    </div>
  );
}

/** The message of a failed action, beside the form it belongs to. */
export function ActionError({ error }: { error: Problem | Error | null }) {
  const { t } = useT();
  if (!error) return null;
  const p = 'status' in error ? (error as Problem) : null;
  return (
    <div className="banner danger" role="alert">
      <div>
        {p?.unreachable ? `${t('error.offline')}。${t('error.offlineLead')}` : p?.detail || error.message || t('error.500')}
        {p?.errors?.map((e) => <div key={e.location + e.message} className="note danger">{`${e.location}：${e.message}`}</div>)}
        {p?.requestId && <div className="note">{t('error.request')} <span className="mono">{p.requestId}</span></div>}
      </div>
    </div>
  );
}
