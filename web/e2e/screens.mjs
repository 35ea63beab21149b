// npm run screens: pictures of every page of the demonstration as the campaign office sees them, into
// docs/screens. The clock stands still, so two runs give the same figures.
import { mkdirSync, writeFileSync } from 'node:fs';
import { demoPasswords, openPage, settled, signIn, startBrowser, startDemo } from './harness.mjs';
import { shrink } from './png.mjs';

const out = new URL('../../docs/screens/', import.meta.url);
const pages = ['air', 'targets', 'ranking', 'data', 'import', 'system'];
const widths = /** @type {const} */ ({ wide: 1920, office: 1366, phone: 390 });

/** @param {import('playwright-core').Page} page @param {string} name */
async function picture(page, name) {
  const small = shrink(await page.screenshot({ animations: 'disabled', caret: 'hide' }));
  writeFileSync(new URL(`${name}.png`, out), small);
  console.log(`${name}.png ${Math.round(small.length / 1024)} KB`);
}

mkdirSync(out, { recursive: true });
const server = process.env.QINGSHAN_SCREENS_BASE ? { base: process.env.QINGSHAN_SCREENS_BASE, stop: async () => undefined } : await startDemo();
const browser = await startBrowser();
/** @type {string[]} */
const wrong = [];
try {
  const password = demoPasswords().office ?? '';
  const login = await openPage(browser, server.base, 'office');
  await login.page.goto(server.base);
  await login.page.getByRole('button', { name: '登录' }).waitFor();
  await login.page.waitForLoadState('networkidle');
  await picture(login.page, 'login-1366');
  wrong.push(...login.faults);
  await login.context.close();
  for (const [size, width] of Object.entries(widths)) {
    const { page, context, faults } = await openPage(browser, server.base, /** @type {keyof typeof widths} */ (size));
    await signIn(page, server.base, 'office', password);
    for (const name of pages) {
      await page.goto(`${server.base}/${name}`);
      await settled(page);
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (sideways > 0) wrong.push(`${name}-${width}: ${sideways} px wider than the window`);
      await picture(page, `${name}-${width}`);
    }
    wrong.push(...faults.map((f) => `${width}: ${f}`));
    await context.close();
  }
} finally {
  await browser.close();
  await server.stop();
}
if (wrong.length > 0) console.log(wrong.join('\n'));
process.exitCode = wrong.length > 0 ? 1 : 0;
