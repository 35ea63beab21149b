// Writes field-sw.js: the worker of src/field/worker.js with the files of the field entry alone.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

type Chunk = { type: string; fileName: string; imports?: string[]; isEntry?: boolean; facadeModuleId?: string | null; viteMetadata?: { importedCss?: Set<string> }; code?: string; source?: string | Uint8Array };

/** What the field face shows besides its own code. */
export const pictures = ['/mark.svg', '/field-192.png', '/field-512.png', '/field.webmanifest'];

/** The files of an entry's page: its chunk, all that this imports statically, and their styles. */
export function closure(bundle: Record<string, Chunk>, page: string): string[] {
  const out = new Set<string>();
  const walk = (name: string) => {
    const chunk = bundle[name];
    if (!chunk || out.has(name)) return;
    out.add(name);
    for (const css of chunk.viteMetadata?.importedCss ?? []) out.add(css);
    for (const next of chunk.imports ?? []) walk(next);
  };
  for (const c of Object.values(bundle)) if (c.isEntry && c.facadeModuleId?.endsWith(page)) walk(c.fileName);
  return [...out].sort();
}

export function worker(template: string, files: string[], version: string): string {
  return template.replace("'__VERSION__'", JSON.stringify(version)).replace('= __FILES__', `= ${JSON.stringify(files)}`);
}

export function fieldWorker(): Plugin {
  return {
    name: 'field-worker',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      const all = bundle as unknown as Record<string, Chunk>;
      const files = closure(all, '/field.html');
      if (files.length === 0) return;
      const page = all['field.html'];
      const hash = createHash('sha256');
      // Names of chunks hold their content's hash; the page and the pictures are hashed themselves.
      for (const f of files) hash.update(f);
      hash.update(String(page?.source ?? ''));
      for (const p of pictures) hash.update(readFileSync(new URL(`../public${p}`, import.meta.url)));
      const template = readFileSync(new URL('../src/field/worker.js', import.meta.url), 'utf8');
      const kept = ['/field.html', ...files.map((f) => `/${f}`), ...pictures];
      this.emitFile({ type: 'asset', fileName: 'field-sw.js', source: worker(template, kept, hash.digest('hex').slice(0, 16)) });
    },
  };
}
