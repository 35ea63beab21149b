// A phone for the stories of the field app: its own profile on disk, so that it can be killed and switched
// on again, a position, a camera that takes pictures nobody took before.
import { mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Buffer } from 'node:buffer';
import { chromium } from 'playwright-core';
import { flags, pause, sizes, watch } from './harness.mjs';

/**
 * @param {string} base
 * @param {{ longitude: number, latitude: number, accuracy: number } | null} spot null: the position is refused
 * @param {RegExp[]} [expected]
 */
export async function phone(base, spot, expected = []) {
  const folder = mkdtempSync(join(tmpdir(), 'qingshan-phone-'));
  const on = async () => {
    const context = await chromium.launchPersistentContext(folder, {
      executablePath: process.env.QINGSHAN_CHROMIUM ?? '/usr/bin/chromium',
      args: flags,
      viewport: sizes.phone,
      deviceScaleFactor: 2,
      hasTouch: true,
      isMobile: true,
      locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai',
      permissions: spot ? ['geolocation'] : [],
      geolocation: spot ?? undefined,
    });
    const page = context.pages()[0] ?? (await context.newPage());
    const faults = await watch(context, page, base, expected);
    return { context, page, faults };
  };
  let now = await on();
  const all = [...now.faults];
  return {
    get page() {
      return now.page;
    },
    get context() {
      return now.context;
    },
    /** What went wrong, apart from the network's absence, which the stories bring about. */
    faults: () => [...all, ...now.faults].filter((f) => !/net::ERR_(INTERNET_DISCONNECTED|NETWORK_CHANGED)/.test(f)),
    /** The battery is taken out: SIGKILL to the browser, no page gets to say anything. */
    async kill() {
      all.push(...now.faults);
      const pid = Number(readlinkSync(join(folder, 'SingletonLock')).split('-').at(-1));
      process.kill(pid, 'SIGKILL');
      await now.context.close().catch(() => undefined);
      await pause(500);
    },
    async start() {
      rmSync(join(folder, 'SingletonLock'), { force: true });
      now = await on();
    },
    async off() {
      await now.context.close().catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * A JPEG that no other call makes: a sky, a chimney, noise.
 * @param {import('playwright-core').Page} page any page that may run scripts (about:blank)
 * @param {number} seed
 * @param {number} [edge] pixels; a bigger picture travels longer
 */
export async function snapshot(page, seed, edge = 640) {
  const data = await page.evaluate(
    ({ seed, edge }) => {
      const canvas = document.createElement('canvas');
      canvas.width = edge;
      canvas.height = (edge * 3) / 4;
      const g = canvas.getContext('2d');
      if (!g) return '';
      let x = seed * 7919 + 17;
      const random = () => (x = (x * 48271) % 2147483647) / 2147483647;
      const pieces = edge > 1000 ? 60_000 : 400; // small pieces do not pack: a bigger file
      const most = edge > 1000 ? 0.01 : 0.3;
      for (let i = 0; i < pieces; i++) {
        g.fillStyle = `hsl(${random() * 360} ${20 + random() * 40}% ${30 + random() * 50}%)`;
        g.fillRect(random() * edge, random() * edge, random() * edge * most, random() * edge * most);
      }
      g.fillStyle = '#a33';
      g.fillRect(edge * (0.2 + random() * 0.5), edge * 0.2, edge * 0.08, edge * 0.5);
      return canvas.toDataURL('image/jpeg', 0.95).split(',')[1] ?? '';
    },
    { seed, edge },
  );
  return { name: `IMG_${seed}.jpg`, mimeType: 'image/jpeg', buffer: Buffer.from(data, 'base64') };
}
