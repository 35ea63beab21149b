/** Pollutant names as the interface writes them, and the splitting of text into base and subscript. */
export const factors = ['pm25', 'pm10', 'o3', 'no2', 'so2', 'co'] as const;
export type Factor = (typeof factors)[number];

const names: Record<string, string> = {
  pm25: 'PM2.5',
  pm10: 'PM10',
  o3: 'O3',
  o3_8h: 'O3-8h',
  o3_8h_p90: 'O3-8h-90per',
  no2: 'NO2',
  so2: 'SO2',
  co: 'CO',
  co_p95: 'CO-95per',
  pm: 'PM',
};

/** "O3_8h", "pm25", "PM2.5" all become the written name. */
export function factorName(key: string): string {
  const k = key.toLowerCase().replace('pm2.5', 'pm25').replace('pm2_5', 'pm25');
  return names[k] ?? key;
}

export function factorUnit(key: string): string {
  return key.toLowerCase().startsWith('co') ? 'mg/m³' : 'µg/m³';
}

export type Piece = { text: string; kind: 'text' | 'sub' | 'strong' };

/**
 * Splits a sentence: pollutant subscripts become 'sub', free-standing numbers (with unit-less sign
 * or percent) become 'strong' when bold is asked for. Names such as 8月 or 12站 keep their numbers bold too:
 * in an answer sentence every number is part of the answer, except dates and hours.
 */
export function pieces(sentence: string, bold = false): Piece[] {
  const out: Piece[] = [];
  const push = (text: string, kind: Piece['kind']) => {
    if (text) out.push({ text, kind });
  };
  const pattern = /(PM)(2\.5|10)(?!\d)|(O|NO|SO)([23])(?![\d.])([_-]8h)?|([+−-]?\d+(?:[.,]\d+)*(?:\s?%)?)/g;
  let at = 0;
  for (const m of sentence.matchAll(pattern)) {
    push(sentence.slice(at, m.index), 'text');
    at = m.index + m[0].length;
    if (m[1]) {
      push(m[1], 'text');
      push(m[2] ?? '', 'sub');
    } else if (m[3]) {
      push(m[3], 'text');
      push(m[4] ?? '', 'sub');
      if (m[5]) push('-8h', 'text');
    } else {
      const after = sentence.slice(at, at + 1);
      const isTime = '时月日年号'.includes(after) && after !== '';
      push(m[0], bold && !isTime ? 'strong' : 'text');
    }
  }
  push(sentence.slice(at), 'text');
  return merge(out);
}

function merge(list: Piece[]): Piece[] {
  const out: Piece[] = [];
  for (const p of list) {
    const last = out[out.length - 1];
    if (last && last.kind === p.kind) last.text += p.text;
    else out.push({ ...p });
  }
  return out;
}

/** One letter per primary pollutant, for the day ledger. */
export function letterOf(pollutant: string): string {
  const k = pollutant.toLowerCase();
  if (k.startsWith('o3')) return 'O';
  if (k.includes('2.5') || k === 'pm25') return 'F';
  if (k === 'pm10') return 'C';
  if (k.startsWith('no2')) return 'N';
  if (k.startsWith('so2')) return 'S';
  return 'K';
}
