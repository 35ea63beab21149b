// Measures the static closure of every entry in dist/.vite/manifest.json, gzipped, and fails when an
// entry passes its budget or reaches a library that must stay lazy.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const KB = 1024;

/** Budgets in bytes of gzip, and chunk names that must not be in the closure. */
export const budgets = {
  'index.html': { max: 350 * KB, never: ['echarts', 'maplibre'] },
  'wall.html': { max: 120 * KB, never: ['antd', 'echarts', 'maplibre'] },
  'field.html': { max: 200 * KB, never: ['antd', 'echarts', 'maplibre'] },
};

/** Lazy chunks that have a budget of their own. */
export const lazyBudgets = { echarts: 240 * KB, maplibre: 310 * KB };

/**
 * @typedef {{ file: string, name?: string, isEntry?: boolean, imports?: string[], css?: string[] }} Chunk
 * @param {Record<string, Chunk>} manifest
 * @param {string} entry
 * @returns {Set<string>} files of the static closure
 */
export function closure(manifest, entry) {
  const files = new Set();
  const seen = new Set();
  /** @param {string} key */
  const walk = (key) => {
    if (seen.has(key)) return;
    seen.add(key);
    const chunk = manifest[key];
    if (!chunk) return;
    files.add(chunk.file);
    for (const css of chunk.css ?? []) files.add(css);
    for (const next of chunk.imports ?? []) walk(next);
  };
  walk(entry);
  return files;
}

/** @param {string} dist */
export function measure(dist) {
  /** @type {Record<string, Chunk>} */
  const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));
  /** @param {string} file */
  const gz = (file) => gzipSync(readFileSync(join(dist, file))).length;
  const entries = Object.keys(manifest)
    .filter((key) => manifest[key]?.isEntry)
    .map((key) => {
      const files = [...closure(manifest, key)];
      return { key, files, bytes: files.reduce((n, f) => n + gz(f), 0) };
    });
  const lazy = Object.entries(lazyBudgets).map(([name, max]) => {
    const chunk = Object.values(manifest).find((c) => c.name === name);
    return { name, max, bytes: chunk ? gz(chunk.file) : 0 };
  });
  return { entries, lazy };
}

function main() {
  const { entries, lazy } = measure('dist');
  let bad = 0;
  for (const e of entries) {
    const budget = budgets[/** @type {keyof typeof budgets} */ (e.key)];
    const over = !budget || e.bytes > budget.max;
    const wrong = budget?.never.filter((n) => e.files.some((f) => f.includes(`/${n}-`))) ?? [];
    console.log(`${e.key}: ${(e.bytes / KB).toFixed(1)} KB gzip in ${e.files.length} files${budget ? `, budget ${budget.max / KB}` : ', no budget given'}${wrong.length ? `, must not contain ${wrong}` : ''}`);
    if (over || wrong.length > 0) bad++;
  }
  for (const l of lazy) {
    console.log(`${l.name}: ${(l.bytes / KB).toFixed(1)} KB gzip, budget ${l.max / KB}`);
    if (l.bytes > l.max) bad++;
  }
  process.exitCode = bad > 0 ? 1 : 0;
}

if (process.argv[1]?.endsWith('budget.mjs')) main();
