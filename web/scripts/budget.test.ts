import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { budgets, closure, lazyBudgets, measure } from './budget.mjs';

describe('the static closure of an entry', () => {
  const manifest = {
    'index.html': { file: 'assets/office-1.js', isEntry: true, imports: ['_react.js'], css: ['assets/office-1.css'], dynamicImports: ['map'] },
    '_react.js': { file: 'assets/react-1.js', imports: ['_runtime.js'] },
    '_runtime.js': { file: 'assets/runtime-1.js', imports: ['_react.js'] },
    map: { file: 'assets/maplibre-1.js' },
  };
  it('follows imports, not lazy ones, and survives a ring', () => {
    expect([...closure(manifest, 'index.html')].sort()).toEqual(['assets/office-1.css', 'assets/office-1.js', 'assets/react-1.js', 'assets/runtime-1.js']);
  });
});

describe('the build', () => {
  it('exists: run npm run build first', () => expect(existsSync('dist/.vite/manifest.json')).toBe(true));
  const { entries, lazy } = existsSync('dist/.vite/manifest.json') ? measure('dist') : { entries: [], lazy: [] };
  it.each(entries)('$key keeps its budget and leaves charts and maps aside', ({ key, bytes, files }) => {
    const b = budgets[key as keyof typeof budgets];
    expect(b, `no budget for ${key}`).toBeDefined();
    expect(bytes).toBeLessThanOrEqual(b.max);
    for (const name of b.never) expect(files.filter((f: string) => f.includes(`/${name}-`))).toEqual([]);
  });
  it.each(lazy)('$name is its own chunk within its budget', ({ name, bytes }) => {
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThanOrEqual(lazyBudgets[name as keyof typeof lazyBudgets]);
  });
});
