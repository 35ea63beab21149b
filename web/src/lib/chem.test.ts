import { describe, expect, it } from 'vitest';
import { factorName, factorUnit, letterOf, pieces } from './chem';

const mark = (text: string, bold = false) =>
  pieces(text, bold)
    .map((p) => (p.kind === 'sub' ? `_${p.text}_` : p.kind === 'strong' ? `*${p.text}*` : p.text))
    .join('');

describe('sentences', () => {
  it.each([
    ['PM2.5 与 PM10', false, 'PM_2.5_ 与 PM_10_'],
    ['O3-8h-90per', false, 'O_3_-8h-90per'],
    ['首要污染物 O3 158，NO2', false, '首要污染物 O_3_ 158，NO_2_'],
    ['07时全市 AQI 65，良', true, '07时全市 AQI *65*，良'],
    ['PM10 把握最大（64%）', true, 'PM_10_ 把握最大（*64%*）'],
    ['8月28日 16 站中 15 站有数', true, '8月28日 *16* 站中 *15* 站有数'],
    ['日均须 ≤ 42.5，同比 -6.1%', true, '日均须 ≤ *42.5*，同比 *-6.1%*'],
    ['', true, ''],
  ])('%s', (text, bold, want) => expect(mark(text, bold)).toBe(want));
  it('loses nothing', () => {
    const text = '按现有走势三项都未锁定：PM10 64%，O3 超标 9 天，SO2 与 CO 达标 100 %。';
    expect(pieces(text, true).map((p) => p.text).join('')).toBe(text);
  });
});

describe('pollutants', () => {
  it.each([
    ['pm25', 'PM2.5'],
    ['PM2.5', 'PM2.5'],
    ['O3_8h', 'O3-8h'],
    ['co_p95', 'CO-95per'],
    ['VOCs', 'VOCs'],
  ])('%s is written %s', (key, want) => expect(factorName(key)).toBe(want));
  it('CO alone is in milligrams', () => {
    expect(factorUnit('co')).toBe('mg/m³');
    expect(factorUnit('co_p95')).toBe('mg/m³');
    expect(factorUnit('pm25')).toBe('µg/m³');
  });
  it('every pollutant has its own letter in the ledger', () => {
    const letters = ['O3_8h', 'PM2.5', 'PM10', 'NO2', 'SO2', 'CO'].map(letterOf);
    expect(letters).toEqual(['O', 'F', 'C', 'N', 'S', 'K']);
  });
  it('the eight-hour mean keeps its name, not bold', () => {
    expect(pieces('首要污染物 O3_8h，158', true)).toEqual([
      { text: '首要污染物 O', kind: 'text' },
      { text: '3', kind: 'sub' },
      { text: '-8h，', kind: 'text' },
      { text: '158', kind: 'strong' },
    ]);
  });
});
