import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { say, sayMaybe, words, type Word } from '.';
import { air } from './air';
import { desk } from './desk';
import { shell } from './shell';
import { system } from './system';

const keys = Object.keys(words) as Word[];

function sources(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((e) => {
    const path = join(dir, e.name);
    if (e.isDirectory()) return path === join('src', 'field') ? [] : sources(path); // the field app has its own dictionary
    return /\.tsx?$/.test(e.name) && !e.name.includes('.test.') ? [readFileSync(path, 'utf8')] : [];
  });
}

describe('the dictionary', () => {
  it('has both languages for every key', () => {
    for (const k of keys) {
      expect(words[k], k).toHaveLength(2);
      expect(words[k][0].trim(), k).not.toBe('');
      expect(words[k][1].trim(), k).not.toBe('');
    }
  });
  it('no file hides a key of another', () => {
    const all = [shell, air, desk, system].flatMap((d) => Object.keys(d));
    expect(new Set(all).size).toBe(all.length);
  });
  it('English holds no Chinese, apart from the language switch', () => {
    for (const k of keys) if (k !== 'account.language') expect(words[k][1], k).not.toMatch(/[\u4e00-\u9fff]/);
  });
  it('both languages take the same values', () => {
    const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort().join();
    for (const k of keys) expect(holes(words[k][1]), k).toBe(holes(words[k][0]));
  });
  it('Chinese ends without exclamation marks', () => {
    for (const k of keys) expect(words[k][0], k).not.toMatch(/[!！]/);
  });
  it('every key written in the code exists', () => {
    const text = sources('src').join('\n');
    const used = [...text.matchAll(/\bt\('([\w.+]+)'/g)].map((m) => m[1]!);
    expect(used.length).toBeGreaterThan(200);
    for (const k of used) expect(words, k).toHaveProperty([k]);
  });
  it('every key is used', () => {
    const text = sources('src').filter((s) => !s.includes('as const satisfies Record')).join('\n');
    const unused = keys.filter((k) => !text.includes(`'${k}'`) && !text.includes(`\`${k.slice(0, k.indexOf('.') + 1)}\${`));
    expect(unused).toEqual([]);
  });
});

describe('say', () => {
  it('fills values', () => expect(say('zh', 'word.of', { n: 2, total: 10 })).toBe('2 / 10 行'));
  it('falls back for unknown keys made from data', () => expect(sayMaybe('zh', 'kind.comet', 'comet')).toBe('comet'));
});
