/** One set of icons: 24 × 24, 1.6 px line, round ends. */
const paths = {
  air: 'M7 18h10.5a4 4 0 0 0 .6-7.95A6 6 0 0 0 6.6 9.2 4.4 4.4 0 0 0 7 18Z',
  targets: 'M12 3v3M12 18v3M3 12h3M18 12h3M12 18a6 6 0 1 0 0-12 6 6 0 0 0 0 12ZM12 13.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3Z',
  ranking: 'M5 20v-7h4v7M10 20V5h4v15M15 20V10h4v10M3 20h18',
  matters: 'M5 5h14v15H5ZM9 3v4M15 3v4M8.5 13l2.500 2.500 4.500-5',
  today: 'M5 5h14v15H5ZM5 10h14M9 3v4M15 3v4',
  grid: 'M4 4h7v7H4ZM13 4h7v7h-7ZM4 13h7v7H4ZM13 13h7v7h-7Z',
  data: 'M5 6c0-1.7 3.1-3 7-3s7 1.3 7 3-3.1 3-7 3-7-1.3-7-3ZM5 6v12c0 1.7 3.1 3 7 3s7-1.3 7-3V6M5 12c0 1.7 3.1 3 7 3s7-1.3 7-3',
  import: 'M12 4v11M7.5 10.5 12 15l4.5-4.5M4 16v3a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-3',
  system: 'M12 15.2a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4ZM19 12c0-.5 0-.9-.1-1.3l2-1.5-2-3.4-2.3 1a7 7 0 0 0-2.3-1.4L14 3h-4l-.3 2.4a7 7 0 0 0-2.3 1.4l-2.3-1-2 3.4 2 1.5a7 7 0 0 0 0 2.6l-2 1.5 2 3.4 2.3-1a7 7 0 0 0 2.3 1.4L10 21h4l.3-2.4a7 7 0 0 0 2.3-1.4l2.3 1 2-3.4-2-1.5c.1-.4.1-.8.1-1.3Z',
  bell: 'M6 10a6 6 0 0 1 12 0c0 5 2 6.500 2 6.500H4S6 15 6 10ZM10 20a2.200 2.200 0 0 0 4 0',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM16 16l4.5 4.5',
  down: 'M6 9.5 12 15l6-5.5',
  up: 'M6 14.5 12 9l6 5.5',
  left: 'M14.5 6 9 12l5.5 6',
  right: 'M9.5 6 15 12l-5.5 6',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20c.6-3.6 3.6-5.5 7.5-5.5s6.900 1.900 7.500 5.500',
  close: 'M6 6l12 12M18 6 6 18',
  check: 'M5 12.500 10 17.500 19.500 7',
  alert: 'M12 4 2.800 20h18.400ZM12 10v4.500M12 17.300v.2',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  side: 'M4 5h16v14H4ZM9.500 5v14',
  sort: 'M8 5v14M5 16l3 3 3-3M16 19V5M13 8l3-3 3 3',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7.500V12l3 2',
  place: 'M12 21s7-6.200 7-11.500a7 7 0 0 0-14 0C5 14.800 12 21 12 21ZM12 12a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Z',
  file: 'M6 3h8l4 4v14H6ZM14 3v4h4',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth={name === 'more' ? 2.6 : 1.6} strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d="M1.500 20 8.600 7.200a1 1 0 0 1 1.750 0L13.500 13l2-3.300a1 1 0 0 1 1.700 0L22.800 20z" fill="#0F766E" />
      <path d="M1.500 20 8.600 7.200a1 1 0 0 1 1.750 0l2.200 4.100L8.300 20z" fill="#0B5750" />
    </svg>
  );
}
