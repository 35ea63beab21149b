// A county sees itself. Its neighbour is not there: neither as a page nor through the API.
import { expect, openPage, settled, signIn } from './harness.mjs';

const neighbour = '410726000000'; // 延津县
const hidden = [
  `/air/now?region=${neighbour}`,
  `/air/yesterday?region=${neighbour}`,
  `/air/targets?region=${neighbour}`,
  `/air/days?region=${neighbour}&from=2026-08-01&to=2026-08-02`,
  `/air/days.csv?region=${neighbour}&from=2026-08-01&to=2026-08-02`,
  `/data/streams?region=${neighbour}`,
  `/org/regions?parent=${neighbour}`,
  '/data/observations?site=9718B&factor=pm25&from=2026-08-27T20:00:00%2B08:00&to=2026-08-27T20:00:00%2B08:00',
];

/** @type {Record<string, (c: import('./harness.mjs').Ctx) => Promise<void>>} */
export const stories = {
  async 'a county cannot open its neighbour by address'({ base, browser, passwords }) {
    const { page, context, faults } = await openPage(browser, base, 'office', [/^404 \/api\/v1\//]);
    await signIn(page, base, 'fengqiu', passwords.fengqiu ?? '', '/air');
    await page.getByRole('heading', { name: '态势', level: 1 }).waitFor();
    await settled(page);
    expect((await page.getByRole('button', { name: '范围 封丘县' }).count()) === 1, 'its own county is chosen');

    for (const path of ['/air', '/targets', '/data']) {
      for (const asked of [`scope=${neighbour}`, `region=${neighbour}`, 'region=abc']) {
        await page.goto(`${base}${path}?${asked}`);
        await page.getByTestId('scope-refused').getByText('不在您的范围内').waitFor();
        await settled(page);
        const text = await page.getByRole('main').innerText();
        expect(!text.includes('延津'), `nothing of the neighbour on ${path}: ${text}`);
        expect(!/scope=|region=/.test(page.url()), `the address is corrected: ${page.url()}`);
      }
    }
    for (const path of hidden) {
      const answer = await page.request.get(`${base}/api/v1${path}`);
      expect(answer.status() === 404 || answer.status() === 403, `${path} is refused: ${answer.status()}`);
      expect(!(await answer.text()).includes('延津'), `${path} tells nothing`);
    }
    const own = await page.request.get(`${base}/api/v1/air/now?region=410727000000`);
    expect(own.ok(), `its own county answers: ${own.status()}`);
    await page.goto(`${base}/import`);
    await page.getByRole('heading', { name: '您不能看这里' }).waitFor();
    expect(faults.length === 0, faults.join('; '));
    await context.close();
  },

  async 'the search changes the scope; a county opens its ranking among the counties'({ base, browser, passwords }) {
    const { page, context, faults } = await openPage(browser, base);
    await signIn(page, base, 'office', passwords.office ?? '', '/targets');
    await page.getByRole('heading', { name: '目标', level: 1 }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('延津');
    await page.getByRole('option', { name: /延津县.*区划/ }).waitFor();
    while ((await page.getByRole('option', { name: /延津县.*区划/ }).getAttribute('aria-selected')) !== 'true') await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: '范围 延津县' }).waitFor();
    await page.getByTestId('answer').getByText('延津县').waitFor();
    expect(new URL(page.url()).searchParams.get('scope') === neighbour, `the scope is in the address: ${page.url()}`);
    await page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: '排名' }).click();
    await page.getByRole('tab', { name: '县（市、区）', selected: true }).waitFor();
    expect(faults.length === 0, faults.join('; '));
    await context.close();
  },
};
