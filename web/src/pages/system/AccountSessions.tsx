import { Button } from 'antd';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { send, type Problem } from '../../api/client';
import { useApi } from '../../api/hooks';
import type { SessionRow } from '../../api/types';
import { ActionError, Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { stamp } from '../../lib/format';

export function AccountSessions({ account }: { account: string }) {
  const { t } = useT();
  const client = useQueryClient();
  const r = useApi<SessionRow[]>('/sessions', { account }, { keep: false });
  const revoke = useMutation<unknown, Problem, string>({
    mutationFn: (id) => send('DELETE', `/sessions/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['/sessions'] }),
  });
  if (r.isPending) return <Waiting />;
  if (r.error) return <Failed error={r.error} retry={() => void r.refetch()} />;
  return (
    <>
      <ActionError error={revoke.error} />
      <table className="dt small">
        <thead><tr><th>{t('sessions.device')}</th><th>{t('sessions.address')}</th><th>{t('sessions.created')}</th><th>{t('sessions.seen')}</th><th /></tr></thead>
        <tbody>
          {r.data.map((s) => (
            <tr key={s.id}>
              <td>{s.device || '—'} {s.current && <span className="chip info">{t('sessions.current')}</span>}</td>
              <td className="mono">{s.address}</td>
              <td className="nowrap">{stamp(s.createdAt)}</td>
              <td className="nowrap">{stamp(s.lastSeenAt)}</td>
              <td className="r">{!s.current && <Button size="small" onClick={() => revoke.mutate(s.id)}>{t('sessions.revoke')}</Button>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
