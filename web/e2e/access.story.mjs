// Every page at three sizes: nothing serious for axe-core. And the main way with the keyboard alone.
import axe from 'axe-core';
import { expect, openPage, settled, signIn } from './harness.mjs';

/** Every page on the office screen; on the other two those that are laid out differently there. */
const pages = {
  office: ['/air', '/air?mode=yesterday', '/air?view=table', '/targets', '/targets?view=table', '/ranking', '/data', '/data?tab=late', '/data?tab=rejects', '/data?tab=revisions', '/data?tab=correct', '/import', '/system', '/system/standards', '/system/calendar', '/me/sessions', '/me/password', '/me/notify'],
  wide: ['/air', '/targets', '/ranking'],
  phone: ['/air', '/targets', '/ranking', '/data', '/import', '/system'],
};

/** Sizes, contrast and keys are the same on every engine: they are looked at once. */
export const engines = ['sqlite'];

/** @type {Record<string, (c: import('./harness.mjs').Ctx) => Promise<void>>} */
export const stories = {
  async 'no page has a serious finding at any size'({ base, browser, passwords }) {
    /** @type {string[]} */
    const found = [];
    for (const size of /** @type {(keyof typeof pages)[]} */ (['office', 'wide', 'phone'])) {
      const { page, context, faults } = await openPage(browser, base, size);
      await signIn(page, base, 'office', passwords.office ?? '');
      for (const path of pages[size]) {
        await page.goto(base + path);
        await settled(page);
        await page.evaluate(axe.source);
        const result = await page.evaluate(() => /** @type {any} */ (window).axe.run(document, { resultTypes: ['violations'] }));
        for (const v of result.violations) {
          if (v.impact === 'serious' || v.impact === 'critical') found.push(`${size} ${path} ${v.id}: ${v.nodes.slice(0, 3).map((/** @type {{ html: string }} */ n) => n.html.slice(0, 140)).join(' | ')}`);
        }
      }
      expect(faults.length === 0, faults.join('; '));
      await context.close();
    }
    expect(found.length === 0, `no serious findings: ${found.join('\n')}`);
  },

  async 'sign in, read a target, its explanation, the ranking and one city by keyboard'({ base, browser, passwords }) {
    const { page, context, faults } = await openPage(browser, base);
    await page.goto(base);
    await tabTo(page, page.locator('#name'));
    await page.keyboard.type('office');
    await page.keyboard.press('Tab');
    await page.keyboard.type(passwords.office ?? '');
    await page.keyboard.press('Enter');
    await page.locator('main h1').first().waitFor();

    await jump(page, '目标');
    const probability = page.getByRole('article', { name: 'PM2.5' }).getByRole('button', { name: /完成概率/ });
    await tabTo(page, probability);
    const ring = await probability.evaluate((el) => window.getComputedStyle(el).outlineStyle);
    expect(ring !== 'none', `the focus is visible: ${ring}`);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('heading', { name: '算式' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await jump(page, '排名');
    await tabTo(page, page.getByRole('region', { name: /^表格，排名/ }));
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    const first = (await page.locator('tr.on td').nth(1).innerText()).trim();
    await page.keyboard.press('Enter');
    const city = page.getByRole('dialog');
    await city.getByText(first, { exact: true }).first().waitFor();
    await page.keyboard.press('Escape');
    await city.waitFor({ state: 'detached' });
    expect(faults.length === 0, faults.join('; '));
    await context.close();
  },
};

/**
 * Ctrl-K, a word, Enter.
 * @param {import('playwright-core').Page} page
 * @param {string} name
 */
async function jump(page, name) {
  await page.keyboard.press('Control+k');
  await page.keyboard.type(name);
  await page.getByRole('option', { name: new RegExp(`^${name}`) }).first().waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name, level: 1 }).waitFor();
  await settled(page);
}

/**
 * Tab until the element has the focus.
 * @param {import('playwright-core').Page} page
 * @param {import('playwright-core').Locator} target
 */
async function tabTo(page, target) {
  await target.waitFor();
  for (let i = 0; i < 120; i++) {
    if (await target.evaluate((el) => el === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`expected: Tab reaches ${target}`);
}
