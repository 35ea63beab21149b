import { createContext, useContext, useEffect, useState } from 'react';

/** The server's clock: its reading, when it was read by this machine's clock, and how fast it runs. */
export type ServerClock = { at: number; readAt: number; speed: number };

export const ClockContext = createContext<ServerClock>({ at: 0, readAt: 0, speed: 1 });

export function clockNow(c: ServerClock): number {
  return c.at + (Date.now() - c.readAt) * c.speed;
}

/** Now, by the server's clock, renewed every `everyMs`. */
export function useNow(everyMs = 5000): number {
  const c = useContext(ClockContext);
  const [now, setNow] = useState(() => clockNow(c));
  useEffect(() => {
    const tick = () => setNow(clockNow(c));
    tick();
    const id = window.setInterval(tick, everyMs);
    return () => window.clearInterval(id);
  }, [c, everyMs]);
  return now;
}
