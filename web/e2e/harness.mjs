// Starts the real binary with its own folder on a free port, opens Chromium, and fails a story on any
// request to another host, any console error and any uncaught exception.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

/** What a story gets. @typedef {{ base: string, browser: import('playwright-core').Browser, passwords: Record<string, string>, again: (flags: string[]) => Promise<void> }} Ctx */

export const sizes = {
  office: { width: 1366, height: 768 },
  wide: { width: 1920, height: 1080 },
  phone: { width: 390, height: 844 },
};

export const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @returns {Promise<number>} a port that was free a moment ago */
function freePort() {
  return new Promise((done, fail) => {
    const s = createServer();
    s.once('error', fail);
    s.listen(0, '127.0.0.1', () => {
      const at = s.address();
      s.close(() => (at && typeof at === 'object' ? done(at.port) : fail(new Error('no port'))));
    });
  });
}

/** @param {number} ms */
export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * The demonstration's accounts and first passwords, by name.
 * @returns {Record<string, string>}
 */
export function demoPasswords() {
  const text = readFileSync(new URL('../../packs/demo/data/accounts.csv', import.meta.url), 'utf8');
  const [head, ...rows] = text.trim().split('\n').map((line) => line.split(','));
  const name = head?.indexOf('name') ?? -1;
  const password = head?.indexOf('password') ?? -1;
  if (name < 0 || password < 0) throw new Error('accounts.csv has no name or no password column');
  return Object.fromEntries(rows.map((r) => [r[name], r[password]]));
}

/**
 * Starts `qingshan demo --dir FOLDER --addr 127.0.0.1:PORT --speed 0 …` and waits until it answers;
 * making the city comes first and takes most of the time. `again` stops it as an operator does and starts
 * the same city with other flags, such as a later `--start`.
 * @param {{ args?: string[], binary?: string, waitMs?: number }} [o]
 */
export async function startDemo(o = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'qingshan-e2e-'));
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const binary = o.binary ?? process.env.QINGSHAN_BIN ?? '../bin/qingshan';
  let log = '';
  let ended = 'not started';
  /** @type {import('node:child_process').ChildProcess | null} */
  let child = null;
  /** @param {string[]} more */
  const start = async (more) => {
    const args = ['demo', '--dir', folder, '--addr', `127.0.0.1:${port}`, '--speed', '0', ...(o.args ?? []), ...more];
    const one = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    child = one;
    ended = '';
    one.stdout.on('data', (b) => (log += b));
    one.stderr.on('data', (b) => (log += b));
    one.on('error', (e) => (ended = String(e)));
    one.on('exit', (code, signal) => (ended = `ended with ${code ?? signal}`));
    const until = Date.now() + (o.waitMs ?? 600_000);
    while (Date.now() < until && !ended) {
      const ok = await fetch(`${base}/api/v1/config/public`).then((r) => r.ok, () => false);
      if (ok) return;
      await pause(150);
    }
    const why = ended ? `: ${ended}` : '';
    await halt();
    throw new Error(`${binary} ${args.join(' ')} did not answer${why}\n${log.slice(-4000)}`);
  };
  const halt = async () => {
    if (ended) return;
    child?.kill('SIGTERM');
    for (let i = 0; i < 300 && !ended; i++) await pause(100);
    if (!ended) child?.kill('SIGKILL');
  };
  const stop = async () => {
    await halt();
    rmSync(folder, { recursive: true, force: true });
  };
  await start([]).catch(async (e) => {
    await stop();
    throw e;
  });
  /** @param {string[]} more */
  const again = async (more) => {
    await halt();
    await start(more);
  };
  return { base, folder, stop, again, log: () => log };
}

export async function startBrowser() {
  return chromium.launch({ executablePath: process.env.QINGSHAN_CHROMIUM ?? '/usr/bin/chromium', args: flags });
}

// The page asks who is there before anyone has signed in; Chromium writes that answer into the console.
const nobodyYet = /^401 \/api\/v1\/session$/;

/**
 * A page that keeps a list of faults: outside requests, console errors, exceptions.
 * @param {import('playwright-core').Browser} browser
 * @param {string} base
 * @param {keyof typeof sizes} [size]
 * @param {RegExp[]} [expected] refused answers the story asks for, matched against "STATUS /path"
 */
export async function openPage(browser, base, size = 'office', expected = []) {
  const context = await browser.newContext({ viewport: sizes[size], locale: 'zh-CN', timezoneId: 'Asia/Shanghai' });
  const page = await context.newPage();
  const faults = await watch(context, page, base, expected);
  return { page, context, faults };
}

/**
 * Keeps a list of faults of a page: outside requests, console errors, exceptions.
 * @param {import('playwright-core').BrowserContext} context
 * @param {import('playwright-core').Page} page
 * @param {string} base
 * @param {RegExp[]} expected
 * @returns {Promise<string[]>} grows while the page lives
 */
export async function watch(context, page, base, expected) {
  /** @type {string[]} */
  const faults = [];
  const host = new URL(base).host;
  await context.route('**/*', (route) => {
    const u = new URL(route.request().url());
    if (u.protocol === 'data:' || u.protocol === 'blob:' || u.host === host) return route.continue();
    faults.push(`outside request: ${u.href}`);
    return route.abort();
  });
  const fine = [nobodyYet, ...expected];
  page.on('console', (m) => {
    if (m.type() !== 'error') return;
    const status = /^Failed to load resource: the server responded with a status of (\d{3})/.exec(m.text())?.[1];
    const at = m.location().url;
    const answer = status && at ? `${status} ${new URL(at).pathname}` : '';
    if (!fine.some((x) => x.test(answer))) faults.push(`console: ${m.text()} ${at}`);
  });
  page.on('pageerror', (e) => faults.push(`exception: ${e.stack ?? e.message}`));
  return faults;
}

/**
 * Signs in through the form.
 * @param {import('playwright-core').Page} page
 * @param {string} base
 * @param {string} name
 * @param {string} password
 * @param {string} [path]
 */
export async function signIn(page, base, name, password, path = '/') {
  await page.goto(base + path);
  await page.locator('#name').fill(name);
  await page.locator('#password').fill(password);
  await page.keyboard.press('Enter');
  await page.locator('.shell, [data-testid=password-form], [role=alert]').first().waitFor();
}

/**
 * Waits until the page's answer is there and no chart or map is still being drawn. Our policy forbids
 * eval, so this looks at the document only through locators.
 * @param {import('playwright-core').Page} page
 */
export async function settled(page) {
  await page.locator('main h1').first().waitFor();
  await page.locator('.skeleton').first().waitFor({ state: 'detached', timeout: 15_000 });
  const drawn = page.locator('[data-chart], [data-map]');
  for (let i = 0; i < (await drawn.count()); i++) await drawn.nth(i).and(page.locator('[data-ready=true]')).waitFor({ state: 'attached', timeout: 15_000 });
}

/**
 * Reads until the answer is as wanted; the last answer is in the message when it never is.
 * @template T
 * @param {() => Promise<T>} read
 * @param {(x: T) => boolean} want
 * @param {string} what
 * @param {number} [ms]
 * @returns {Promise<T>}
 */
export async function eventually(read, want, what, ms = 20_000) {
  const until = Date.now() + ms;
  for (;;) {
    const x = await read();
    if (want(x)) return x;
    if (Date.now() > until) throw new Error(`expected within ${ms / 1000} s: ${what}; it is ${JSON.stringify(x)}`);
    await pause(300);
  }
}

/** @param {unknown} ok @param {string} what */
export function expect(ok, what) {
  if (!ok) throw new Error(`expected: ${what}`);
}
