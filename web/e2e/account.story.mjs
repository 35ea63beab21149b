// The first sign-in of an account whose password someone else has set.
import { expect, openPage, settled, signIn } from './harness.mjs';

const own = '新乡今天的风向是东北风三级';

/** @type {Record<string, (c: import('./harness.mjs').Ctx) => Promise<void>>} */
export const stories = {
  async 'a newcomer changes the first password before seeing anything'({ base, browser, passwords }) {
    const first = passwords.newcomer ?? '';
    const { page, context, faults } = await openPage(browser, base);
    await signIn(page, base, 'newcomer', first, '/air');
    await page.getByText('首次登录，请先修改密码').waitFor();
    expect((await page.getByRole('navigation').count()) === 0, 'no page behind the form');
    const early = await page.request.get(`${base}/api/v1/air/now`);
    expect(early.status() === 403 || early.status() === 401, `no data through the API either: ${early.status()}`);

    const save = page.getByRole('button', { name: '保存新密码' });
    await page.getByLabel('现密码').fill(first);
    await page.getByLabel('新密码', { exact: true }).fill('太短了');
    await save.click();
    await page.getByText('还差 9 个字符').waitFor();
    await page.getByLabel('新密码', { exact: true }).fill(own);
    await page.getByLabel('再输一次新密码').fill(`${own}。`);
    await save.click();
    await page.getByText('两次输入不同').waitFor();
    await page.getByLabel('再输一次新密码').fill(own);
    await save.click();

    await page.locator('main h1').first().waitFor();
    await settled(page);
    expect(faults.length === 0, faults.join('; '));
    await context.close();

    const again = await openPage(browser, base);
    await signIn(again.page, base, 'newcomer', first);
    expect(await again.page.getByRole('alert').isVisible(), 'the first password is dead');
    await signIn(again.page, base, 'newcomer', own);
    await again.page.locator('main h1').first().waitFor();
    expect(again.faults.length === 0, again.faults.join('; '));
    await again.context.close();
  },
};
