import { createContext, useContext } from 'react';
import type { Session } from '../api/types';

export const MeContext = createContext<Session | null>(null);

export function useMe(): Session {
  const me = useContext(MeContext);
  if (!me) throw new Error('useMe outside of a session');
  return me;
}

export function can(me: Session, permission: string): boolean {
  return me.permissions.includes(permission);
}
