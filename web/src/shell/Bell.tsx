import { Popover } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useApi } from '../api/hooks';
import type { NoticePage } from '../api/types';
import { Icon } from '../components/icons';
import { Waiting } from '../components/States';
import { useT } from '../i18n';

const NoticePanel = lazy(() => import('./NoticePanel'));

/** The bell with the number of unread notices; the event of a new one renews it at once. */
export function Bell() {
  const { t } = useT();
  const [open, setOpen] = useState(false);
  const r = useApi<NoticePage>('/notices', { limit: 1 });
  const unread = r.data?.unread ?? 0;
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger="click"
      placement="bottomRight"
      arrow={false}
      classNames={{ root: 'bell-pop' }}
      content={
        <Suspense fallback={<div className="pop"><Waiting height={160} /></div>}>
          <NoticePanel onDone={() => setOpen(false)} />
        </Suspense>
      }
    >
      <button type="button" className="bell" aria-expanded={open} data-testid="bell">
        <Icon name="bell" size={20} />
        <span className="sr-only">{t('nt.count', { n: unread })}</span>
        {unread > 0 && <span className="bell-n num" aria-hidden="true">{unread > 99 ? '99+' : unread}</span>}
      </button>
    </Popover>
  );
}
