import { Component, type ReactNode } from 'react';
import { Link } from '../components/Link';
import { useT } from '../i18n';

function Sheet({ title, lead, children, status }: { title: string; lead: string; children?: ReactNode; status: string }) {
  const { t } = useT();
  return (
    <div className="page">
      <div className="card">
        <div className="state" data-status={status}>
          <h1>{title}</h1>
          <p>{lead}</p>
          <div className="acts">
            {children}
            <Link href="/air">{t('do.home')}</Link>
          </div>
        </div>
      </div>
    </div>
  );
}

export function NotFound() {
  const { t } = useT();
  return <Sheet status="404" title={t('error.404')} lead={t('error.404lead')} />;
}

export function Forbidden() {
  const { t } = useT();
  return <Sheet status="403" title={t('error.403')} lead={t('error.403lead')} />;
}

function Crash({ chunk }: { chunk: boolean }) {
  const { t } = useT();
  return (
    <Sheet status="500" title={t('error.crash')} lead={chunk ? t('error.chunk') : t('error.500lead')}>
      <button type="button" className="linkish" onClick={() => window.location.reload()}>{t('error.reload')}</button>
    </Sheet>
  );
}

/** Keeps one broken page from taking the frame with it; another page starts afresh. */
export class CrashGuard extends Component<{ at: string; children: ReactNode }, { error: Error | null; at: string }> {
  state = { error: null as Error | null, at: this.props.at };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  static getDerivedStateFromProps(props: { at: string }, state: { error: Error | null; at: string }) {
    return props.at === state.at ? null : { error: null, at: props.at };
  }

  render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return <Crash chunk={/import|chunk|module/i.test(error.message)} />;
  }
}
