// 目标: the three targets are read, and the figures say where they come from.
import { expect, openPage, settled, signIn } from './harness.mjs';

/** @type {Record<string, (c: import('./harness.mjs').Ctx) => Promise<void>>} */
export const stories = {
  async 'the targets explain their probability and the mean that is still allowed'({ base, browser, passwords }) {
    const { page, context, faults } = await openPage(browser, base);
    await signIn(page, base, 'office', passwords.office ?? '');
    await page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: '目标' }).click();
    await page.getByRole('heading', { name: '目标', level: 1 }).waitFor();
    await settled(page);
    for (const name of ['PM2.5', 'PM10', '优良天数']) expect(await page.getByRole('article', { name }).isVisible(), `the target ${name}`);
    const pm25 = page.getByRole('article', { name: 'PM2.5' });
    const asked = await page.request.get(`${base}/api/v1/air/targets?year=2026`);
    const told = (await asked.json()).items.find((/** @type {{ item: string }} */ x) => x.item === 'pm25');

    const probability = await openDrawer(page, pm25, /完成概率/);
    expect(probability.figure.includes(told.probability.value), `the page prints the probability of the API, ${told.probability.value}: ${probability.figure}`);
    expect(/算式/.test(probability.text) && /输入|有效数|说明/.test(probability.text), `formula and what went in: ${probability.text}`);
    expect(new RegExp(`达到目标\\s*${told.probability.value}\\s*%`).test(probability.text) && probability.text.includes('成员数'), `the share of the members that meet the target: ${probability.text}`);

    const allowed = await openDrawer(page, pm25, /余下日均/);
    expect(allowed.figure.includes(told.allowedMean.value), `the page prints the mean of the API, ${told.allowedMean.value}: ${allowed.figure}`);
    /** @param {RegExp} x */
    const input = (x) => Number(x.exec(allowed.text)?.[1] ?? NaN);
    const [sum, used, left] = [input(/日均值之和\s+([\d.]+) /), input(/已用有效天\s+(\d+) /), input(/余下天数\s+(\d+) 天/)];
    const rest = (Number(told.target.value) * (used + left) - sum) / left;
    expect(Math.abs(input(/R\(T\)\s+([\d.]+)/) - rest) < 0.01, `the drawer's own inputs give its result, ${rest}: ${allowed.text}`);
    expect(Math.abs(input(/R\(T′\)\s+([\d.]+)/) - Number(told.allowedMean.value)) < 0.1, `and the printed ${told.allowedMean.value} follows from it`);
    expect(allowed.text !== probability.text, 'two figures, two explanations');

    expect(faults.length === 0, faults.join('; '));
    await context.close();
  },
};

/**
 * Opens the drawer of one figure, reads it, closes it.
 * @param {import('playwright-core').Page} page
 * @param {import('playwright-core').Locator} within
 * @param {RegExp} name
 */
async function openDrawer(page, within, name) {
  const figure = within.getByRole('button', { name }).first();
  const said = await figure.innerText();
  await figure.click();
  const drawer = page.getByRole('dialog');
  await drawer.getByRole('heading', { name: '算式' }).waitFor();
  expect(page.url().includes('why='), 'the open drawer is in the address');
  const text = await drawer.innerText();
  await drawer.getByRole('button', { name: '关闭' }).click();
  await drawer.waitFor({ state: 'detached' });
  return { figure: said, text };
}
