// The frame against the real server: the login page stands, a wrong password is refused without saying
// whether the account exists, both languages, no outside request, no console error.
import { expect, openPage, signIn } from './harness.mjs';

/** @type {Record<string, (c: { base: string, browser: import('playwright-core').Browser }) => Promise<void>>} */
export const stories = {
  async 'the login page stands at every size'({ base, browser }) {
    for (const size of /** @type {const} */ (['office', 'wide', 'phone'])) {
      const { page, context, faults } = await openPage(browser, base, size);
      await page.goto(`${base}/targets?asOf=2026-08-28T07:00:00%2B08:00`);
      await page.getByTestId('login').waitFor();
      expect(await page.getByRole('button', { name: '登录' }).isVisible(), `the button at ${size}`);
      expect(page.url().includes('asOf='), 'the address is kept');
      expect((await page.evaluate(() => document.documentElement.scrollWidth)) <= (page.viewportSize()?.width ?? 0), `no sideways scroll at ${size}`);
      expect(faults.length === 0, `no faults at ${size}: ${faults.join('; ')}`);
      await context.close();
    }
  },
  async 'a wrong password says nothing about the account'({ base, browser }) {
    const { page, context, faults } = await openPage(browser, base);
    const said = [];
    for (const name of ['admin', 'nobody-of-this-name']) {
      await signIn(page, base, name, 'wrong password of a visitor');
      said.push((await page.getByRole('alert').innerText()).split('\n')[0]);
    }
    expect(said[0] === said[1] && said[0] !== '', `the same words twice: ${said.join(' | ')}`);
    expect(faults.length === 0, faults.join('; '));
    await context.close();
  },
  async 'the language switch works before signing in'({ base, browser }) {
    const { page, context, faults } = await openPage(browser, base);
    await page.goto(`${base}/?lang=en`);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await page.getByRole('button', { name: '中文' }).click();
    await page.getByRole('button', { name: '登录' }).waitFor();
    expect(faults.length === 0, faults.join('; '));
    await context.close();
  },
};
