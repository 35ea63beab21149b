// npm run screens: pictures of every page of the demonstration as the campaign office, the administrator and a grid member see them, into
// docs/screens. The clock stands still, so two runs give the same figures.
import { mkdirSync, writeFileSync } from 'node:fs';
import { demoPasswords, openPage, settled, signIn, startBrowser, startDemo } from './harness.mjs';
import { shrink } from './png.mjs';

const out = new URL('../../docs/screens/', import.meta.url);
// Every page as the campaign office sees it, then what only others have: name of the picture, address, what to press first.
/** @typedef {{ name: string, path: string, press?: string }} Shot */
/** @type {Shot[]} */
const office = [
  ...['today', 'air', 'targets', 'ranking', 'data', 'import', 'system'].map((name) => ({ name, path: `/${name}` })),
  { name: 'matters', path: '/matters' },
  { name: 'matters-board', path: '/matters?view=board' },
  { name: 'matters-map', path: '/matters?view=map' },
  { name: 'matters-calendar', path: '/matters?view=calendar' },
  { name: 'matter-new', path: '/matters/new' },
  { name: 'kinds', path: '/matters/kinds' },
  { name: 'grid', path: '/grid' },
  { name: 'grid-list', path: '/grid?view=list' },
  { name: 'notices', path: '/today', press: '[data-testid=bell]' },
];
/** @type {Shot[]} */
const admin = [
  { name: 'jobs', path: '/system/jobs' },
  { name: 'webhooks', path: '/system/hooks' },
];
/** @type {Shot[]} */
const field = [
  { name: 'field-home', path: '/field' },
  { name: 'field-task', path: '/field', press: '[data-testid=task]' },
  { name: 'field-report', path: '/field', press: '[data-testid=report]' },
  { name: 'field-grid', path: '/field/grid' },
  { name: 'field-mine', path: '/field/mine' },
  { name: 'field-me', path: '/field/me' },
];
const widths = /** @type {const} */ ({ wide: 1920, office: 1366, phone: 390 });

/** @param {import('playwright-core').Page} page @param {string} name */
async function picture(page, name) {
  const small = shrink(await page.screenshot({ animations: 'disabled', caret: 'hide' }));
  writeFileSync(new URL(`${name}.png`, out), small);
  console.log(`${name}.png ${Math.round(small.length / 1024)} KB`);
}

/** Settled, the field's pages and the maps of matters as well. @param {import('playwright-core').Page} page */
async function drawn(page) {
  if (new URL(page.url()).pathname.startsWith('/field')) await page.locator('h1').first().waitFor();
  else await settled(page);
  await page.waitForLoadState('networkidle');
  if (await page.locator('.gmap-gl').count()) await page.locator('.gmap-gl[data-ready=true]').first().waitFor();
}

/**
 * One account's pages at one size.
 * @param {keyof typeof widths} size @param {string} account @param {Shot[]} shots @param {(name: string) => string} title
 */
async function album(size, account, shots, title) {
  const { page, context, faults } = await openPage(browser, server.base, size);
  await signIn(page, server.base, account, demoPasswords()[account] ?? '');
  for (const shot of shots) {
    await page.goto(server.base + shot.path);
    await drawn(page);
    if (shot.press) {
      await page.locator(shot.press).first().click();
      await drawn(page);
    }
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (sideways > 0) wrong.push(`${title(shot.name)}: ${sideways} px wider than the window`);
    await picture(page, title(shot.name));
  }
  wrong.push(...faults.map((f) => `${account} ${size}: ${f}`));
  await context.close();
}

/** The most urgent matter of the office: the same one every time, the clock stands still. */
async function firstMatter() {
  const { context } = await openPage(browser, server.base, 'office');
  await context.request.post(`${server.base}/api/v1/session`, { data: { name: 'office', password: demoPasswords().office } });
  const answer = await context.request.get(`${server.base}/api/v1/matters?limit=1&sort=due`);
  const id = (await answer.json()).items?.[0]?.id;
  await context.close();
  if (!id) throw new Error('the demonstration has no matter');
  return `/matters/${id}`;
}

mkdirSync(out, { recursive: true });
const server = process.env.QINGSHAN_SCREENS_BASE ? { base: process.env.QINGSHAN_SCREENS_BASE, stop: async () => undefined } : await startDemo();
const browser = await startBrowser();
/** @type {string[]} */
const wrong = [];
try {
  const login = await openPage(browser, server.base, 'office');
  await login.page.goto(server.base);
  await login.page.getByRole('button', { name: '登录' }).waitFor();
  await login.page.waitForLoadState('networkidle');
  await picture(login.page, 'login-1366');
  wrong.push(...login.faults);
  await login.context.close();
  for (const [size, width] of Object.entries(widths)) {
    await album(/** @type {keyof typeof widths} */ (size), 'office', [...office, { name: 'matter', path: await firstMatter() }], (name) => `${name}-${width}`);
    await album(/** @type {keyof typeof widths} */ (size), 'admin', admin, (name) => `${name}-${width}`);
  }
  await album('phone', 'wangge', field, (name) => name);
} finally {
  await browser.close();
  await server.stop();
}
if (wrong.length > 0) console.log(wrong.join('\n'));
process.exitCode = wrong.length > 0 ? 1 : 0;
