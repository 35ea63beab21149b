import { createContext, useContext, useEffect, useRef, useState, useSyncExternalStore, type ReactNode } from 'react';
import { bytes } from '../lib/format';
import type { Engine, Snap } from './engine';
import { back, go } from './route';
import { when } from './time';
import type { FileState, Item } from './types';
import { useT } from './words';

export const EngineContext = createContext<Engine | null>(null);

export function useEngine(): Engine {
  const e = useContext(EngineContext);
  if (!e) throw new Error('useEngine outside of the app');
  return e;
}

export function useSnap(): Snap {
  const e = useEngine();
  return useSyncExternalStore(e.subscribe, e.read);
}

/** The server's time, moving on with the minute. */
export function useNow(): number {
  const e = useEngine();
  const [now, setNow] = useState(() => e.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(e.now()), 20_000);
    return () => window.clearInterval(timer);
  }, [e]);
  return Math.abs(e.now() - now) > 20_000 ? e.now() : now;
}

const paths = {
  smoke: 'M4 20h16M6 20v-6h4v6M13 20v-4h5v4M8 11c-.8-1 .9-1.800.2-3M13 12c-1-1.300 1.500-2 .5-3.500S15.500 6.500 14.500 5',
  dust: 'M3 19h18L15.500 11 12.500 15 10 12ZM9 5h6M5 8h4M13 8h6',
  odour: 'M7 4c-2 2.700 2 5.300 0 8s2 5.300 0 8M12 4c-2 2.700 2 5.300 0 8s2 5.300 0 8M17 4c-2 2.700 2 5.300 0 8s2 5.300 0 8',
  rubbish: 'M3 20h18M5 20l2.500-7 4 1.500L16 12l3 8M9 17h.01M13.500 17.500l2-1.200M11 10l2-4 3 1.500',
  sewage: 'M4 5h8.500A3.500 3.500 0 0 1 16 8.500V11M4 9h7.500v3M4 20c1.600 0 1.600-1 3.200-1s1.600 1 3.200 1 1.600-1 3.200-1 1.600 1 3.200 1 1.600-1 3.200-1M13.500 14v1.500',
  straw: 'M12 3v18M12 9c-1.800 0-3-1.200-3-3 1.800 0 3 1.200 3 3ZM12 9c1.800 0 3-1.200 3-3-1.800 0-3 1.200-3 3ZM12 14c-2.500 0-4.500-1.500-4.500-4 2.500 0 4.500 1.500 4.500 4ZM12 14c2.500 0 4.500-1.500 4.500-4-2.500 0-4.500 1.500-4.500 4ZM8 21h8',
  fume: 'M3 13h18l-2.500 6.500h-13ZM8 10c-1-1.300 1-2.300 0-3.600M12 10c-1-1.300 1-2.300 0-3.600M16 10c-1-1.300 1-2.300 0-3.600',
  other: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8 12h.01M12 12h.01M16 12h.01',
  camera: 'M4 8h3.500L9 5.500h6L16.500 8H20a1 1 0 0 1 1 1v9.500a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1ZM12 16.800a3.600 3.600 0 1 0 0-7.200 3.600 3.600 0 0 0 0 7.200Z',
  album: 'M4 5h16v14H4ZM4 16l5-5 4 4 3-3 4 4M15.500 9.500h.01',
  place: 'M12 21s7-6.200 7-11.500a7 7 0 0 0-14 0C5 14.800 12 21 12 21ZM12 12a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Z',
  aim: 'M12 18a6 6 0 1 0 0-12 6 6 0 0 0 0 12ZM12 13a1 1 0 1 0 0-2 1 1 0 0 0 0 2ZM12 2.500V6M12 18v3.500M2.500 12H6M18 12h3.500',
  cloud: 'M7 18.500h10.500a4.200 4.200 0 0 0 .6-8.350A6.200 6.200 0 0 0 6.300 9.400 4.600 4.600 0 0 0 7 18.500Z',
  cloudUp: 'M7 18.500a4.600 4.600 0 0 1-.7-9.100 6.200 6.200 0 0 1 11.800.750 4.200 4.200 0 0 1-.6 8.350M12 20v-8M8.800 14.800 12 11.600l3.200 3.200',
  done: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8 12.300l2.700 2.700L16 9.500',
  alert: 'M12 4 2.800 20h18.400ZM12 10v4.500M12 17.300v.2',
  task: 'M6 4h12v17H6ZM9.500 4V2.800h5V4M9 10h6M9 14h6',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01',
  grid: 'M4 4h6.500v6.500H4ZM13.500 4H20v6.500h-6.500ZM4 13.500h6.500V20H4ZM13.500 13.500H20V20h-6.500Z',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.500 20c.6-3.600 3.600-5.500 7.500-5.500s6.900 1.900 7.500 5.500',
  right: 'M9.500 6 15 12l-5.500 6',
  left: 'M14.500 5 8 12l6.500 7',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  close: 'M6 6l12 12M18 6 6 18',
  check: 'M5 12.500 10 17.500 19.500 7',
  noNet: 'M3 3l18 18M5 10.500A10.500 10.500 0 0 1 9 8.200M13 7.600a10.500 10.500 0 0 1 6 2.900M8 14a6 6 0 0 1 3-1.600M15.500 13.700l.5.400M12 18h.01',
  net: 'M4.500 10.500a10.500 10.500 0 0 1 15 0M7.500 14a6.200 6.200 0 0 1 9 0M12 18h.01',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 26 }: { name: IconName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth={1.8} strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

/** The icon of what was seen; a pin for all else. */
export function tileIcon(category: string): IconName {
  return category in paths ? (category as IconName) : 'task';
}

/** The head of a page behind the home page. */
export function Head({ title, note, onBack }: { title: string; note?: ReactNode; onBack?: () => void }) {
  const { t } = useT();
  const { start } = useSnap();
  return (
    <header className="head sub">
      <button type="button" className="back" aria-label={t('back')} onClick={onBack ?? back}><Icon name="left" size={28} /></button>
      <h1>{title}</h1>
      {note && <span className="note">{note}</span>}
      {start?.demo && <span className="chip">{t('demo')}</span>}
    </header>
  );
}

/** What stands above every page when something is wrong with room or login. */
export function Warnings() {
  const { t } = useT();
  const engine = useEngine();
  const { full, low, halt, start, items } = useSnap();
  const others = items.filter((i) => start && i.account !== start.me.id && i.state !== 'done' && i.state !== 'dropped');
  return (
    <>
      {full && <p className="banner danger" role="alert">{t('full')}</p>}
      {!full && low !== null && <p className="banner warn">{t('low', { m: bytes(low) })}</p>}
      {halt === 'login' && start && (
        <p className="banner warn" role="alert">
          {t('loginExpired', { n: engine.unsent() })}
          <button type="button" className="inline" onClick={() => go('/login')}>{t('loginAgain')}</button>
        </p>
      )}
      {others.length > 0 && <p className="banner">{t('othersWait', { n: others.length, who: others[0]!.accountName })}</p>}
    </>
  );
}

export function Section({ title, note, action, children }: { title: string; note?: ReactNode; action?: ReactNode; children: ReactNode }) {
  return (
    <section>
      <div className="section-head">
        <h2>{title}</h2>
        {action ?? (note && <span className="note">{note}</span>)}
      </div>
      {children}
    </section>
  );
}

/** One line of a list, all of it the target. */
export function Line({ icon, title, sub, foot, tone, onOpen, testid, of }: { icon: IconName; title: string; sub?: ReactNode; foot?: ReactNode; tone?: 'warn' | 'danger' | 'plain'; onOpen: () => void; testid?: string; /** The number of what the line is about. */ of?: string }) {
  return (
    <li>
      <button type="button" className="line" onClick={onOpen} data-testid={testid} data-of={of}>
        <span className={`badge ${tone === 'plain' ? 'bare' : ''}`}><Icon name={icon} /></span>
        <span className="text">
          <b>{title}</b>
          {sub && <span className="sub">{sub}</span>}
          {foot && <span className={`foot ${tone ?? ''}`}>{foot}</span>}
        </span>
        <span className="arrow"><Icon name="right" size={22} /></span>
      </button>
    </li>
  );
}

/** How far an item's photos are up, in per cent. */
export function progress(item: Item): number {
  const total = item.files.reduce((n, f) => n + f.size, 0);
  return total === 0 ? 0 : Math.floor((100 * item.files.reduce((n, f) => n + (f.evidence ? f.size : f.sent), 0)) / total);
}

/** An item's state in words. */
export function useItemState() {
  const { t, lang } = useT();
  const { skew } = useSnap();
  const now = useNow();
  return (item: Item): string => {
    switch (item.state) {
      case 'draft':
        return t('draft');
      case 'queued':
        return item.fault ? t('retryAt', { why: item.fault.message || String(item.fault.status), at: when(new Date(item.nextAt + skew).toISOString(), now, lang) }) : t('stateQueued');
      case 'sending':
        return t('stateSending', { p: progress(item) });
      case 'done':
        return item.receipt?.number ? `${t('stateDone')} · ${item.receipt.number}` : t('stateDone');
      case 'conflict':
        return t('stateConflict');
      case 'refused':
        return t('stateRefused', { why: item.fault?.message ?? '' });
      case 'dropped':
        return t('stateDropped');
    }
  };
}

export function itemIcon(item: Item): IconName {
  switch (item.state) {
    case 'done':
      return 'done';
    case 'conflict':
    case 'refused':
      return 'alert';
    case 'sending':
      return 'cloudUp';
    case 'dropped':
      return 'close';
    case 'draft':
      return 'task';
    case 'queued':
      return 'cloud';
  }
}

export function sizeOf(item: Item): number {
  return item.files.reduce((n, f) => n + f.size, 0);
}

/** 今天 07:51 · 照片 2 张 · 1.8 MB */
export function ItemNote({ item }: { item: Item }) {
  const { t, lang } = useT();
  const now = useNow();
  const photos = item.files.length;
  return <>{[when(item.madeAt, now, lang), photos ? t('photoCount', { n: photos }) : '', photos ? bytes(sizeOf(item)) : ''].filter(Boolean).join(' · ')}</>;
}

/** Opens the camera (or the album) and hands over what was taken. */
export function Shutter({ label, capture, accept = 'image/*', icon = 'camera', className = 'shutter', onFiles, testid }: { label: string; capture: boolean; accept?: string; icon?: IconName; className?: string; onFiles: (files: File[]) => void; testid?: string }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" className={className} onClick={() => input.current?.click()} data-testid={testid}>
        <Icon name={icon} />
        <span>{label}</span>
      </button>
      <input
        ref={input}
        type="file"
        hidden
        accept={accept}
        multiple={!capture}
        {...(capture ? { capture: 'environment' as const } : {})}
        onChange={(e) => {
          if (e.target.files?.length) onFiles(Array.from(e.target.files));
          e.target.value = '';
        }}
      />
    </>
  );
}

export function Thumb({ file, onRemove }: { file: FileState; onRemove?: () => void }) {
  const { t } = useT();
  return (
    <span className="thumb">
      {file.thumb ? <img src={file.thumb} alt="" /> : <span className="paper"><Icon name="task" />{file.name}</span>}
      {onRemove && <button type="button" className="remove" aria-label={t('removePhoto')} onClick={onRemove}><Icon name="close" size={18} /></button>}
    </span>
  );
}
