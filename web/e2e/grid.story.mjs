// 网格: a gap is found in the list, drawn shut on the map, and the sources fall to the new cell; a file of
// cells is tried, its bad rows are shown, the good ones stored; the outcome is taken home as a file.
import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { eventually, expect, openPage, pause, settled, signIn } from './harness.mjs';

const county = '410727000000'; // 封丘县
const PATIENCE = 90_000; // a map of 400 cells drawn without a graphics card on a busy machine

/** @typedef {[number, number]} Spot */
/** @typedef {{ id: string, kind: string, name: string, area: number, cells: string[], objects: { id: string }[], geometry: { coordinates: Spot[][] } }} Fault */

/** @param {import('playwright-core').Page} page @param {string} base */
const coverage = (page, base) => page.request.get(`${base}/api/v1/grid/coverage?region=${county}`).then((r) => r.json());

/** @param {Spot} p */
const mercator = ([lng, lat]) => ({ x: (lng + 180) / 360, y: (1 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / Math.PI) / 2 });

/**
 * Where places lie on the screen once the map looks at an area: the map shows all of it with 80 pixels around,
 * no nearer than zoom 14.5.
 * @param {import('playwright-core').Page} page @param {Spot[]} area
 * @returns {Promise<(p: Spot) => { x: number, y: number }>}
 */
async function screen(page, area) {
  const box = await page.locator('.gridmap .gmap-gl').boundingBox();
  if (!box) throw new Error('no map');
  const at = area.map(mercator);
  const [w, e, n, s] = [Math.min(...at.map((p) => p.x)), Math.max(...at.map((p) => p.x)), Math.min(...at.map((p) => p.y)), Math.max(...at.map((p) => p.y))];
  const scale = Math.min((box.width - 160) / (e - w), (box.height - 160) / (s - n), 512 * 2 ** 14.5);
  return (p) => {
    const m = mercator(p);
    return { x: box.x + box.width / 2 + (m.x - (w + e) / 2) * scale, y: box.y + box.height / 2 + (m.y - (n + s) / 2) * scale };
  };
}

/** @type {Record<string, (c: import('./harness.mjs').Ctx) => Promise<void>>} */
export const stories = {
  async 'a gap in the grid is found, drawn shut, and its sources fall to the new cell'({ base, browser, passwords }) {
    const { page, context, faults } = await openPage(browser, base, 'office', [/^422 \/api\/v1\/grid\/effects$/]);
    page.setDefaultTimeout(PATIENCE);
    await signIn(page, base, 'fengqiu', passwords.fengqiu ?? '', '/grid');
    await page.getByRole('heading', { name: '网格', level: 1 }).waitFor();
    await settled(page);
    const before = await coverage(page, base);
    /** @type {Fault} */
    const gap = before.gaps.find((/** @type {Fault} */ f) => f.kind === 'gap');
    const loose = before.gaps.filter((/** @type {Fault} */ f) => f.kind === 'unbound').map((/** @type {Fault} */ f) => f.objects[0]?.id);
    expect(gap && loose.length > 2, `a gap with sources in no cell: ${JSON.stringify(before.counts)}`);

    const row = page.getByRole('row', { name: /边界空白/ }).first();
    await row.getByRole('button', { name: /^划入/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: '在这里新划一个网格' }).click();
    const editor = page.getByTestId('grid-editor');
    await editor.waitFor();
    await page.locator('.gridmap .gmap-gl[data-ready=true]').waitFor();
    await pause(900); // the map moves to the gap
    const ring = gap.geometry.coordinates[0]?.slice(0, -1) ?? [];
    const at = await screen(page, ring);

    // a figure that crosses itself is told, with the place, before the server is asked
    await editor.locator('#ge-points').fill([0, 2, 1, 3].map((i) => ring[Math.floor((i * ring.length) / 4)]?.join()).join('\n'));
    await editor.locator('#ge-points').blur();
    await editor.getByText(/自相交/).waitFor();
    await editor.getByRole('button', { name: /在地图上看/ }).waitFor();
    await page.getByRole('button', { name: '撤回' }).click();
    await editor.getByText('至少要 3 个点，现有 0 个。').waitFor();

    // corner by corner, each a few pixels beside the neighbours' corner that it is drawn onto
    await editor.getByRole('checkbox', { name: /去掉压到邻格/ }).uncheck();
    for (const [i, p] of ring.entries()) {
      const to = at(p);
      if (i === ring.length - 1) await page.mouse.dblclick(to.x + 3, to.y - 2);
      else await page.mouse.click(to.x + 3, to.y - 2);
      await pause(350); // two clicks in a row would be a double click
    }
    const effect = page.getByTestId('effect');
    await effect.getByText(`保存后：${1 + loose.length} 处缺口消失，0 处出现，${loose.length} 个污染源换格。`).waitFor();
    expect((await effect.getByText('未入格 → 演示新格').count()) === 0 && (await effect.getByText(/未入格 →/).count()) > 0, await effect.innerText());
    expect((await coverage(page, base)).counts.gap === before.counts.gap, 'a trial stores nothing');
    const save = editor.getByRole('button', { name: /^保\s?存$/ });
    expect(await save.isDisabled(), 'nothing is saved without a name and a reason');
    await editor.getByLabel('名称').fill('演示新格');
    await editor.getByLabel('编码').fill('E2E-GAP');
    expect(await save.isDisabled(), 'nothing is saved without a reason');
    await editor.getByLabel('原因').fill('两次划界之间漏下的一块');
    await save.click();

    await page.getByRole('dialog').getByText('E2E-GAP').waitFor();
    const after = await eventually(() => coverage(page, base), (c) => (c.counts.gap ?? 0) === before.counts.gap - 1, 'the gap is closed');
    expect((after.counts.unbound ?? 0) === before.counts.unbound - loose.length && (after.counts.overlap ?? 0) === (before.counts.overlap ?? 0), `no sliver is left: ${JSON.stringify(after.counts)}`);
    const id = new URL(page.url()).searchParams.get('cell');
    const held = await page.request.get(`${base}/api/v1/grid/objects?region=${county}&cell=${id}`).then((r) => r.json());
    const ids = held.items.map((/** @type {{ id: string }} */ s) => s.id);
    expect(loose.every((/** @type {string} */ s) => ids.includes(s)), `the sources are in the new cell: ${JSON.stringify({ loose, ids })}`);
    await eventually(() => page.getByRole('row', { name: /边界空白/ }).count(), (n) => n === before.counts.gap - 1, 'the line is gone from the list');
    expect(faults.length === 0, faults.join('; '));
    await context.close();
  },

  async 'cells come from a file: refused rows are shown with their place, the others are stored; the outcome goes home as a file'({ base, browser, passwords }) {
    const { page, context, faults } = await openPage(browser, base);
    page.setDefaultTimeout(PATIENCE);
    await signIn(page, base, 'fengqiu', passwords.fengqiu ?? '', '/grid?edit=import');
    await page.getByTestId('grid-import').waitFor();
    const list = await page.request.get(`${base}/api/v1/grid/cells?region=${county}`).then((r) => r.json());
    const [first, second] = list.features;
    /** @param {any} f @param {any} geometry @param {string} name */
    const row = (f, geometry, name) => ({ type: 'Feature', properties: { code: f.properties.code, name, tier: 4, region: f.properties.region.code }, geometry });
    const [a, b] = first.geometry.coordinates[0];
    const bow = [a, [a[0] + 0.004, a[1] + 0.004], [a[0] + 0.004, a[1]], [a[0], a[1] + 0.004], a]; // crosses itself in its middle
    const file = { type: 'FeatureCollection', features: [row(first, first.geometry, `${first.properties.name}改`), row({ properties: { ...first.properties, code: 'E2E-X' } }, { type: 'Polygon', coordinates: [bow] }, '自交'), row({ properties: { ...first.properties, code: 'E2E-L' } }, { type: 'LineString', coordinates: [a, b] }, '线'), row({ properties: { code: 'E2E-Y', region: { code: '410726100000' } } }, second.geometry, '别县')] };
    await page.getByLabel('选择文件').setInputFiles({ name: '网格.geojson', mimeType: 'application/geo+json', buffer: Buffer.from(JSON.stringify(file)) });
    const panel = page.getByTestId('grid-import');
    await panel.getByText('网格.geojson：4 行，新增 0，更新 1，拒收 3。还没有保存。').waitFor();
    await page.locator('.gridmap .gmap-gl[data-ready=true]').waitFor();
    const refused = panel.getByRole('region', { name: '拒收' });
    for (const why of [/2.*E2E-X.*边界有误.*看/, /3.*E2E-L.*这是一条线.*看/, /4.*E2E-Y.*不在您的管辖范围内.*看/]) expect((await refused.getByRole('row', { name: why }).count()) === 1, `${why}: ${await refused.innerText()}`);
    await refused.getByRole('button', { name: /在地图上看/ }).first().click();
    await panel.getByLabel('原因').fill('更名');
    await panel.getByRole('button', { name: '跳过拒收的 3 行，保存其余 1 行' }).click();
    await panel.getByText('网格.geojson 已保存：新增 0，更新 1，拒收 3。').waitFor();
    const now = await page.request.get(`${base}/api/v1/grid/cells/${first.id}`).then((r) => r.json());
    expect(now.properties.name === `${first.properties.name}改`, JSON.stringify(now.properties));

    await panel.locator('..').locator('..').getByRole('button', { name: '关闭' }).click();
    await settled(page);
    const outcome = page.locator('.goutcome');
    const [download] = await Promise.all([page.waitForEvent('download'), outcome.getByRole('link', { name: 'CSV' }).click()]);
    const lines = readFileSync(await download.path(), 'utf8').replace(/^\uFEFF/, '').trim().split(/\r?\n/);
    expect(/乡镇,行政区代码,问题数/.test(lines[0] ?? '') && /^合计,/.test(lines.at(-1) ?? '') && lines.length > 10, lines.slice(0, 2).join(' | '));
    expect(faults.length === 0, faults.join('; '));
    await context.close();
  },

  async 'on a phone the grid is looked at; drawing wants a larger screen'({ base, browser, passwords }) {
    const { page, context, faults } = await openPage(browser, base, 'phone');
    page.setDefaultTimeout(PATIENCE);
    await signIn(page, base, 'fengqiu', passwords.fengqiu ?? '', '/grid?edit=new');
    await page.getByRole('alert').getByText(/要用大屏幕/).waitFor();
    await page.locator('.gridmap').waitFor();
    expect((await page.getByTestId('grid-editor').count()) === 0, 'nothing to draw with');
    expect(faults.length === 0, faults.join('; '));
    await context.close();
  },
};
