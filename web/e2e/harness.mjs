// Starts the real binary with its own folder on a free port, opens Chromium, and fails a story on any
// request to another host, any console error and any uncaught exception.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export const sizes = {
  office: { width: 1366, height: 768 },
  wide: { width: 1920, height: 1080 },
  phone: { width: 390, height: 844 },
};

const flags = [
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
 * Starts `qingshan COMMAND --data FOLDER --addr 127.0.0.1:PORT …` and waits until it answers.
 * @param {{ command?: string, args?: string[], env?: Record<string, string>, binary?: string, waitMs?: number }} [o]
 */
export async function startServer(o = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'qingshan-e2e-'));
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const binary = o.binary ?? process.env.QINGSHAN_BIN ?? '../bin/qingshan';
  const child = spawn(binary, [o.command ?? 'demo', '--data', folder, '--addr', `127.0.0.1:${port}`, ...(o.args ?? [])], {
    env: { ...process.env, ...o.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  let ended = '';
  child.stdout.on('data', (b) => (log += b));
  child.stderr.on('data', (b) => (log += b));
  child.on('error', (e) => (ended = String(e)));
  child.on('exit', (code, signal) => (ended = `ended with ${code ?? signal}`));
  const stop = async () => {
    if (!ended) {
      child.kill('SIGTERM');
      for (let i = 0; i < 100 && !ended; i++) await pause(100);
      if (!ended) child.kill('SIGKILL');
    }
    rmSync(folder, { recursive: true, force: true });
  };
  const until = Date.now() + (o.waitMs ?? 60_000);
  while (Date.now() < until) {
    if (ended) break;
    const ok = await fetch(`${base}/api/v1/config/public`).then((r) => r.ok, () => false);
    if (ok) return { base, folder, stop, log: () => log };
    await pause(150);
  }
  await stop();
  throw new Error(`${binary} ${o.command ?? 'demo'} did not answer${ended ? `: ${ended}` : ''}\n${log.slice(-4000)}`);
}

export async function startBrowser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
}

/**
 * A page that keeps a list of faults: outside requests, console errors, exceptions.
 * @param {import('playwright-core').Browser} browser
 * @param {string} base
 * @param {keyof typeof sizes} [size]
 */
export async function openPage(browser, base, size = 'office') {
  const context = await browser.newContext({ viewport: sizes[size], locale: 'zh-CN', timezoneId: 'Asia/Shanghai' });
  const page = await context.newPage();
  /** @type {string[]} */
  const faults = [];
  const host = new URL(base).host;
  await context.route('**/*', (route) => {
    const u = new URL(route.request().url());
    if (u.protocol === 'data:' || u.protocol === 'blob:' || u.host === host) return route.continue();
    faults.push(`outside request: ${u.href}`);
    return route.abort();
  });
  page.on('console', (m) => {
    // The browser itself reports every 4xx answer as an error; a story that expects one checks the page instead.
    if (m.type() === 'error' && !/Failed to load resource: the server responded with a status of 4\d\d/.test(m.text())) faults.push(`console: ${m.text()}`);
  });
  page.on('pageerror', (e) => faults.push(`exception: ${e.stack ?? e.message}`));
  return { page, context, faults };
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

/** @param {unknown} ok @param {string} what */
export function expect(ok, what) {
  if (!ok) throw new Error(`expected: ${what}`);
}
