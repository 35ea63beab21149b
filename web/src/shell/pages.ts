import { lazy, type ComponentType } from 'react';
import type { Session } from '../api/types';
import type { IconName } from '../components/icons';
import type { Word } from '../i18n';
import { can } from './me';

type Loader = () => Promise<{ default: ComponentType }>;

/** After an upgrade the old chunks are gone: reload once, then let the error page speak. */
function chunk(load: Loader): ComponentType {
  return lazy(async () => {
    try {
      const m = await load();
      sessionStorage.removeItem('qingshan.reloaded');
      return m;
    } catch (e) {
      if (!sessionStorage.getItem('qingshan.reloaded')) {
        sessionStorage.setItem('qingshan.reloaded', '1');
        window.location.reload();
        return new Promise<never>(() => undefined);
      }
      throw e;
    }
  });
}

export type PageDef = { path: string; word: Word; icon: IconName; allowed: (me: Session) => boolean; view: ComponentType };

export const pages: PageDef[] = [
  { path: '/today', word: 'nav.today', icon: 'today', allowed: (me) => can(me, 'matter.act') || can(me, 'matter.read'), view: chunk(() => import('../pages/today/TodayPage')) },
  { path: '/air', word: 'nav.air', icon: 'air', allowed: (me) => can(me, 'air.read'), view: chunk(() => import('../pages/air/AirPage')) },
  { path: '/targets', word: 'nav.targets', icon: 'targets', allowed: (me) => can(me, 'air.read'), view: chunk(() => import('../pages/targets/TargetsPage')) },
  { path: '/ranking', word: 'nav.ranking', icon: 'ranking', allowed: (me) => can(me, 'air.read'), view: chunk(() => import('../pages/ranking/RankingPage')) },
  { path: '/matters', word: 'nav.matters', icon: 'matters', allowed: (me) => can(me, 'matter.read') || can(me, 'matter.act'), view: chunk(() => import('../pages/matters/MattersPage')) },
  { path: '/grid', word: 'nav.grid', icon: 'grid', allowed: (me) => can(me, 'grid.read'), view: chunk(() => import('../pages/grid/GridPage')) },
  { path: '/data', word: 'nav.data', icon: 'data', allowed: (me) => can(me, 'data.read'), view: chunk(() => import('../pages/data/DataPage')) },
  { path: '/import', word: 'nav.import', icon: 'import', allowed: (me) => can(me, 'import.run'), view: chunk(() => import('../pages/import/ImportPage')) },
  {
    path: '/system',
    word: 'nav.system',
    icon: 'system',
    allowed: (me) => ['org.read', 'account.read', 'audit.read', 'system.read', 'system.manage'].some((p) => can(me, p)),
    view: chunk(() => import('../pages/system/SystemPage')),
  },
];

/** The page of an address: the longest path that matches it or one of its parents. */
export function pageOf(path: string): PageDef | undefined {
  return pages.find((p) => path === p.path || path.startsWith(`${p.path}/`));
}
