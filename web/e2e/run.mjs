// npm run e2e [file …]: whole stories in Chromium, first on SQLite, then on PostgreSQL. Every engine has
// one demonstration city, which all stories of e2e/*.mjs share. QINGSHAN_E2E_ENGINES=sqlite runs one engine.
import { readdirSync } from 'node:fs';
import { demoPasswords, startBrowser, startDemo } from './harness.mjs';
import { startPostgres } from './postgres.mjs';

const asked = process.argv.slice(2);
const here = new URL('.', import.meta.url);
const files = readdirSync(here).filter((f) => f.endsWith('.story.mjs') && (asked.length === 0 || asked.some((a) => f.includes(a)))).sort();
const engines = (process.env.QINGSHAN_E2E_ENGINES ?? 'sqlite,postgres').split(',');
const passwords = demoPasswords();
let passed = 0;
let failed = 0;

/** @param {string} engine */
async function runOn(engine) {
  const from = Date.now();
  const postgres = engine === 'postgres' ? startPostgres() : null;
  let server = null;
  let browser = null;
  const before = failed;
  try {
    server = await startDemo({ args: postgres ? ['--database', postgres.url] : [] });
    console.log(`      ${engine}: the demonstration answers after ${Date.now() - from} ms`);
    browser = await startBrowser();
    const loaded = await Promise.all(files.map(async (file) => ({ file, ...(await import(new URL(file, here).href)) })));
    loaded.sort((a, b) => Number(a.last ?? false) - Number(b.last ?? false)); // those that let time go on come last
    for (const { file, stories, engines: on } of loaded) {
      if (on && !on.includes(engine)) continue; // what the pages look like does not hang on the engine
      for (const [name, story] of Object.entries(stories)) {
        const begun = Date.now();
        try {
          await story({ base: server.base, browser, passwords, again: server.again });
          passed++;
          console.log(`ok    ${engine} ${name} (${Date.now() - begun} ms)`);
        } catch (e) {
          failed++;
          console.log(`FAIL  ${engine} ${file} ${name}\n${e instanceof Error ? e.stack : e}`);
        }
      }
    }
    if (failed > before) console.log(server.log().split('\n').filter((l) => /level=(WARN|ERROR)|panic|status=5/.test(l)).slice(-30).join('\n'));
  } catch (e) {
    failed++;
    console.log(`FAIL  ${engine}\n${e instanceof Error ? e.stack : e}`);
  } finally {
    await browser?.close();
    await server?.stop();
    postgres?.stop();
  }
}

for (const engine of engines) await runOn(engine);
if (passed === 0 && failed === 0) failed = 1; // nothing ran: that is no success
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
