// 导入: a station's late hours come as a file; one value is negative, one station is unknown.
import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, openPage, settled, signIn } from './harness.mjs';

const head = 'city,station,time,aqi,level,primary,pm25,pm10,so2,no2,co,o3_1h,o3_8h';
const rows = [
  '新乡市,延津县,2026-08-28 03:00:00,54,良,PM10,21,57,8,19,0.5,40,61',
  '新乡市,延津县,2026-08-28 04:00:00,55,良,PM10,22,59,8,20,0.5,38,55',
  '新乡市,延津县,2026-08-28 05:00:00,56,良,PM10,23,61,9,21,0.6,35,50',
  '新乡市,延津县,2026-08-28 06:00:00,55,良,PM10,-5,60,9,22,0.6,33,46',
  '新乡市,青山台,2026-08-28 06:00:00,55,良,PM10,24,60,9,22,0.6,33,46',
];

/** Station hours as published in 2020 for 366 cities; four of the stations are ours. */
const published = new URL('../../../shared/data/air/air_station_hourly_aqi_primary_2020-03-26_04-08.csv.gz', import.meta.url);

/** @type {Record<string, (c: import('./harness.mjs').Ctx) => Promise<void>>} */
export const stories = {
  async 'a file is tried, imported, and its refused lines can be taken home'({ base, browser, passwords }) {
    const { page, context, faults } = await openPage(browser, base);
    await signIn(page, base, 'office', passwords.office ?? '');
    await page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: '导入' }).click();
    await page.getByRole('heading', { name: '导入', level: 1 }).waitFor();
    await settled(page);
    const stored = () => page.request.get(`${base}/api/v1/data/observations?site=9718B&factor=pm25&from=2026-08-28T03:00:00%2B08:00&to=2026-08-28T06:00:00%2B08:00`).then((r) => r.json());
    const gap = await stored();
    expect(gap.items.every((/** @type {{ value: string | null }} */ o) => !o.value), `the hours are a gap before: ${JSON.stringify(gap)}`);

    await page.getByLabel('选择文件').setInputFiles({ name: '延津县补数.csv', mimeType: 'text/csv', buffer: Buffer.from([head, ...rows].join('\n') + '\n') });
    await page.getByRole('heading', { name: /^试算结果（没有存任何数）/ }).waitFor();
    const dry = await sums(page);
    expect(dry.received === dry.stored + dry.unchanged + dry.rejected && dry.rejected > 0, `the dry run balances: ${JSON.stringify(dry)}`);
    expect(JSON.stringify(await stored()) === JSON.stringify(gap), 'a dry run stores nothing');
    const refused = page.getByRole('region', { name: '拒收的行' });
    expect((await refused.getByRole('row', { name: /^5\b.*pm25.*负/ }).count()) === 1, `line 5 names the negative value: ${await refused.innerText()}`);
    expect((await refused.getByRole('row', { name: /^6\b.*未知的站点.*青山台/ }).count()) === 1, `line 6 names the unknown station: ${await refused.innerText()}`);

    await page.getByRole('button', { name: '导入', exact: true }).click();
    await page.getByRole('heading', { name: /^导入结果/ }).waitFor();
    const real = await sums(page);
    expect(JSON.stringify(real) === JSON.stringify(dry), `the import does what the dry run said: ${JSON.stringify({ dry, real })}`);

    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: '下载拒收清单' }).click()]);
    const lines = readFileSync(await download.path(), 'utf8').replace(/^\uFEFF/, '').trim().split(/\r?\n/);
    expect(lines.length === 3, `head and two refused lines: ${lines.join(' | ')}`);
    expect(/^5,pm25,.*负/.test(lines[1] ?? '') && (lines[1] ?? '').includes(rows[3] ?? ''), `the negative value with its line: ${lines[1]}`);
    expect(/^6,station,.*青山台/.test(lines[2] ?? '') && (lines[2] ?? '').includes(rows[4] ?? ''), `the unknown station with its line: ${lines[2]}`);

    const now = await stored();
    const values = now.items.filter((/** @type {{ value: string | null }} */ o) => o.value).map((/** @type {{ value: string }} */ o) => o.value);
    expect(values.join() === '21,22,23', `three hours are there, the negative one is not: ${JSON.stringify(now)}`);
    expect(await page.getByRole('row', { name: /延津县补数\.csv/ }).first().isVisible(), 'the history has the file');
    expect(faults.length === 0, faults.join('; '));
    await context.close();
  },

  async 'a published file of the whole country: our stations are stored as printed, the others refused by name'({ base, browser, passwords }) {
    const packed = readFileSync(published);
    const lines = gunzipSync(packed).toString('utf8').trim().split('\n').slice(1).map((l) => l.trim().split(','));
    const sites = (await (async () => {
      const { page, context } = await openPage(browser, base);
      await signIn(page, base, 'office', passwords.office ?? '');
      const list = await page.request.get(`${base}/api/v1/sites`).then((r) => r.json());
      await context.close();
      return list.items;
    })()).filter((/** @type {{ kind: string }} */ x) => x.kind === 'national');
    const names = new Set(sites.map((/** @type {{ name: string }} */ x) => x.name));
    const ours = lines.filter((l) => l[0] === '新乡' && names.has(l[1] ?? ''));
    expect(names.size === 4 && ours.length > 100, `the file holds hours of our four stations: ${names.size}, ${ours.length}`);

    const { page, context, faults } = await openPage(browser, base);
    await signIn(page, base, 'office', passwords.office ?? '', '/import');
    await page.getByRole('heading', { name: '导入', level: 1 }).waitFor();
    await page.getByLabel('选择文件').setInputFiles({ name: '全国站点小时.csv.gz', mimeType: 'application/gzip', buffer: packed });
    await page.getByRole('heading', { name: /^试算结果/ }).waitFor({ timeout: 120_000 });
    const dry = await sums(page);
    expect(dry.received === dry.stored + dry.unchanged + dry.rejected && dry.stored > 500 && dry.rejected > dry.stored, `the dry run balances: ${JSON.stringify(dry)}`);
    expect(/未知的站点/.test(await page.getByRole('region', { name: '拒收的行' }).innerText()), 'the page says why');

    await page.getByRole('button', { name: '导入', exact: true }).click();
    await page.getByRole('heading', { name: /^导入结果/ }).waitFor({ timeout: 120_000 });
    const real = await sums(page);
    expect(real.received === real.stored + real.unchanged + real.rejected && real.stored === dry.stored, `what was tried is what is stored: ${JSON.stringify({ dry, real })}`);

    const [download] = await Promise.all([page.waitForEvent('download', { timeout: 60_000 }), page.getByRole('link', { name: '下载拒收清单' }).click()]);
    const refused = readFileSync(await download.path(), 'utf8').trim().split(/\r?\n/).slice(1);
    expect(refused.length >= lines.length - ours.length, `every line of another city is in the list: ${refused.length} of ${lines.length - ours.length}`);
    expect(!refused.some((l) => l.includes('未知的站点') && ours.some((o) => l.includes(`,${o[1]},${o[2]},`) && l.includes('新乡,'))), 'none of ours is called unknown');

    for (const row of [ours.find((o) => o[6] !== ''), ours.findLast((o) => o[6] !== '')]) {
      const [, station, time, , , , pm25] = row ?? [];
      const site = sites.find((/** @type {{ name: string }} */ x) => x.name === station);
      const at = encodeURIComponent(`${time}:00:00+08:00`);
      const kept = await page.request.get(`${base}/api/v1/data/observations?site=${site.id}&factor=pm25&from=${at}&to=${at}`).then((r) => r.json());
      expect(kept.items?.[0]?.value === pm25, `${station} ${time} is ${pm25} as published: ${JSON.stringify(kept)}`);
    }

    await page.goto(`${base}/data?tab=rejects`);
    await page.getByRole('tab', { name: '拒收', selected: true }).waitFor();
    await settled(page);
    expect(await page.getByRole('row', { name: /全国站点小时/ }).first().isVisible(), 'the data page keeps what was refused');
    expect(faults.length === 0, faults.join('; '));
    await context.close();
  },
};

/**
 * received, stored, unchanged and rejected as the page prints them.
 * @param {import('playwright-core').Page} page
 */
async function sums(page) {
  const text = await page.getByTestId('import-sums').innerText();
  /** @param {string} words */
  const n = (words) => Number((new RegExp(`(?:${words})\\s*([\\d,  ]+)`).exec(text)?.[1] ?? 'NaN').replace(/\D/g, ''));
  return { received: n('收到的值'), stored: n('将存|已存'), unchanged: n('与库中相同'), rejected: n('拒收') };
}
