// 数据, 更正: one hour of a county's station is corrected; its day, month, year and rank follow.
import { URLSearchParams } from 'node:url';
import { eventually, expect, openPage, settled, signIn } from './harness.mjs';

const county = '封丘县';
const region = '410727000000';
const station = '9719B';
const day = '2026-08-27';
const hour = `${day}T20:00:00+08:00`;

/** @type {Record<string, (c: import('./harness.mjs').Ctx) => Promise<void>>} */
export const stories = {
  async 'a corrected hour moves its day, its month, its year and the rank'({ base, browser, passwords }) {
    const { page, context, faults } = await openPage(browser, base);
    await signIn(page, base, 'office', passwords.office ?? '');
    await page.getByRole('navigation', { name: '主导航' }).waitFor();
    const before = { pages: await onPages(page, base), api: await throughApi(page, base) };
    expect(before.pages.day === before.api.day && before.pages.month.pm25 === before.api.month && before.pages.year.pm25 === before.api.year, `pages and API print the same: ${JSON.stringify(before)}`);

    await page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: '数据' }).click();
    await page.getByRole('tab', { name: '更正一个数' }).click();
    const site = page.getByRole('combobox', { name: '站点' });
    await site.fill(station);
    await page.locator('.ant-select-item-option-active').filter({ hasText: station }).waitFor(); // the list has come
    await site.press('Enter');
    const time = page.getByLabel('时次（小时末）');
    await time.fill(`${day} 20时`);
    await time.press('Enter');
    await page.getByLabel(/^新值/).fill('888');
    await page.getByLabel('原因').fill('端到端核对：质控记录 2026-08');
    await page.getByRole('button', { name: '保存更正' }).click();
    await page.getByRole('status').getByText(`已更正：${before.api.hour} → 888`).waitFor();

    const after = await eventually(() => throughApi(page, base), (x) => x.day !== before.api.day && x.month !== before.api.month && x.year !== before.api.year && x.rank !== before.api.rank, `day, month, year and rank move from ${JSON.stringify(before.api)}`);
    for (const k of /** @type {const} */ (['hour', 'day', 'month', 'year'])) expect(Number(after[k]) > Number(before.api[k]), `${k} rises: ${before.api[k]} → ${after[k]}`);
    expect(after.hour === '888' && after.rank > before.api.rank, `a worse month ranks lower: ${before.api.rank} → ${after.rank}`);
    // 24 hours: the one hour's rise is spread over its day.
    const rise = (888 - Number(before.api.hour)) / 24;
    expect(Math.abs(Number(after.day) - Number(before.api.day) - rise) <= 2, `the day rises by about ${rise}: ${before.api.day} → ${after.day}`);

    const shown = await onPages(page, base);
    expect(shown.day === after.day && shown.month.pm25 === after.month && shown.year.pm25 === after.year && shown.month.rank === after.rank, `the pages follow: ${JSON.stringify({ shown, after })}`);
    expect(Number(shown.month.composite) > Number(before.pages.month.composite), 'the composite index of the month rises');

    await page.goto(`${base}/data?tab=revisions`);
    await settled(page);
    await page.getByRole('main').getByText('端到端核对：质控记录 2026-08').first().waitFor();
    // What was known before the correction is still there.
    const then = await page.request.get(`${base}/api/v1/data/observations?site=${station}&factor=pm25&from=${encodeURIComponent(hour)}&to=${encodeURIComponent(hour)}&asOf=${encodeURIComponent('2026-08-28T07:00:00+08:00')}`);
    expect((await then.json()).items[0].value === before.api.hour, 'as of an hour ago the old value stands');
    expect(faults.length === 0, faults.join('; '));
    await context.close();
  },
};

/**
 * @param {import('playwright-core').Page} page
 * @param {string} base
 */
async function throughApi(page, base) {
  /** @param {string} path @param {Record<string, string>} query */
  const read = async (path, query) => {
    const r = await page.request.get(`${base}/api/v1${path}?${new URLSearchParams(query)}`);
    expect(r.ok(), `${path} answers: ${r.status()}`);
    return r.json();
  };
  const hours = await read('/data/observations', { site: station, factor: 'pm25', from: hour, to: hour });
  const days = await read('/air/days', { region, from: day, to: day });
  /** @param {string} period */
  const own = async (period) => (await read('/air/ranking', { list: 'county', period, date: day })).rows.find((/** @type {{ region: { code: string } }} */ r) => r.region.code === region);
  const month = await own('month');
  const year = await own('ytd');
  return { hour: hours.items.at(-1).value, day: days.items[0].values.pm25.value, month: month.pm25.value, year: year.pm25.value, rank: month.rank };
}

/**
 * The same figures as a reader finds them: 态势 of yesterday, 排名 of the month and of the year.
 * @param {import('playwright-core').Page} page
 * @param {string} base
 */
async function onPages(page, base) {
  await page.goto(`${base}/air?mode=yesterday`);
  await settled(page);
  const shown = await figure(page.getByRole('row', { name: county }), `${county} PM2.5`);
  /** @param {string} period */
  const ranking = async (period) => {
    await page.goto(`${base}/ranking?list=county&period=${period}&date=${day}`);
    await settled(page);
    const row = page.getByRole('row', { name: county });
    return { rank: Number((await row.getByRole('cell').first().innerText()).trim()), composite: await figure(row, `${county} 综合指数`), pm25: await figure(row, `${county} PM2.5`) };
  };
  return { day: shown, month: await ranking('month'), year: await ranking('ytd') };
}

/**
 * @param {import('playwright-core').Locator} row
 * @param {string} name
 */
async function figure(row, name) {
  const label = (await row.getByRole('button', { name }).first().textContent()) ?? '';
  return /([\d.]+)，看依据/.exec(label)?.[1] ?? label;
}
