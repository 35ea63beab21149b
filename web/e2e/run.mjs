// npm run e2e [file …]: runs the stories of e2e/*.mjs that export `stories`, each on one shared server.
import { readdirSync } from 'node:fs';
import { startBrowser, startServer } from './harness.mjs';

const own = new Set(['harness.mjs', 'run.mjs']);
const asked = process.argv.slice(2);
const here = new URL('.', import.meta.url);
const files = readdirSync(here).filter((f) => f.endsWith('.mjs') && !own.has(f) && (asked.length === 0 || asked.some((a) => f.includes(a))));

const server = await startServer({ command: process.env.QINGSHAN_E2E_COMMAND ?? 'demo' });
const browser = await startBrowser();
let failed = 0;
try {
  for (const file of files) {
    const { stories } = await import(new URL(file, here).href);
    for (const [name, story] of Object.entries(stories ?? {})) {
      const from = Date.now();
      try {
        await story({ base: server.base, browser, server });
        console.log(`ok    ${file} ${name} (${Date.now() - from} ms)`);
      } catch (e) {
        failed++;
        console.log(`FAIL  ${file} ${name}\n${e instanceof Error ? e.stack : e}`);
      }
    }
  }
} finally {
  await browser.close();
  await server.stop();
}
if (failed > 0) console.log(server.log().slice(-3000));
process.exitCode = failed > 0 ? 1 : 0;
