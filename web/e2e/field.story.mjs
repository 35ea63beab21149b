/* global navigator */
// The field app in a real browser with its own profile: a day without a network, a phone that is killed,
// two people at one matter, a whole round from the report to the closure and the recurrence.
import axe from 'axe-core';
import { eventually, expect } from './harness.mjs';
import { phone, snapshot } from './phone.mjs';

/** @typedef {import('./harness.mjs').Ctx} Ctx */
/** @typedef {Awaited<ReturnType<typeof phone>>} Phone */

const expected = [/^401 \/api\/v1\/(session|field\/start|evidence\/uploads(\/\w+)?)$/, /^409 \/api\/v1\/matters\/\d+\/moves$/, /^412 \/api\/v1\/matters\/\d+\/moves$/];

/** Signs in an account for the API alone; what it may ask. @param {string} base @param {string} name @param {string} password */
async function api(base, name, password) {
  const res = await fetch(`${base}/api/v1/session`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name, password }) });
  const cookie = (res.headers.getSetCookie?.() ?? []).map((c) => c.split(';')[0]).join('; ');
  expect(res.ok && cookie, `${name} signs in: ${res.status}`);
  return {
    /** @param {string} path */
    get: async (path) => (await fetch(`${base}/api/v1${path}`, { headers: { Cookie: cookie } })).json(),
    /** @param {string} path @param {unknown} body @param {number} [version] */
    post: async (path, body, version) => {
      const r = await fetch(`${base}/api/v1${path}`, { method: 'POST', headers: { Cookie: cookie, 'Content-Type': 'application/json', ...(version ? { 'If-Match': `"v${version}"` } : {}) }, body: JSON.stringify(body) });
      const out = await r.json().catch(() => ({}));
      expect(r.ok, `POST ${path}: ${r.status} ${JSON.stringify(out)}`);
      return out;
    },
  };
}

/** A place inside the first cell of a member, some metres off its middle. @param {any} start @param {number} metres */
function inCell(start, metres) {
  const ring = start.cells.find((/** @type {any} */ c) => c.mine).outline[0];
  const mean = (/** @type {number} */ i) => ring.reduce((/** @type {number} */ s, /** @type {number[]} */ p) => s + (p[i] ?? 0), 0) / ring.length;
  return { longitude: mean(0) + metres / 91_000, latitude: mean(1), accuracy: 12 };
}

/** @param {Phone} p @param {string} base @param {string} name @param {string} password */
async function enter(p, base, name, password) {
  await p.page.goto(`${base}/field`);
  await p.page.locator('#name').fill(name);
  await p.page.locator('#password').fill(password);
  await p.page.keyboard.press('Enter');
  await p.page.getByRole('heading', { name: '现场', level: 1 }).waitFor();
  // The app itself must be on the phone before the network goes.
  await eventually(() => p.page.evaluate(() => navigator.serviceWorker.ready.then((r) => r.active?.state ?? '')), (s) => s === 'activated', 'the worker is active');
}

/**
 * Reports in four touches: the round button (which opens the camera), the kind, send. The place comes by itself.
 * @param {Phone} p @param {string} tile @param {number} seed
 */
async function report(p, tile, seed, edge = 640) {
  const draw = await p.context.newPage();
  const photo = await snapshot(draw, seed, edge);
  await draw.close();
  const camera = p.page.waitForEvent('filechooser');
  await p.page.getByTestId('report').tap();
  await (await camera).setFiles(photo);
  await p.page.locator('.thumb img').waitFor();
  await p.page.getByRole('radio', { name: tile }).tap();
  await p.page.getByText('定位 ±12 米').waitFor();
  await p.page.getByTestId('send').tap();
  await p.page.getByTestId('sent').waitFor();
}

/** Signs in again where the kill took the session along: browsers write cookies down only now and then. @param {Phone} p @param {string} password */
async function backIn(p, password) {
  const ask = p.page.getByRole('button', { name: '重新登录' });
  const seen = await ask.waitFor({ timeout: 4000 }).then(() => true, () => false);
  if (!seen) return;
  await ask.tap();
  await p.page.locator('#password').fill(password);
  await p.page.keyboard.press('Enter');
  await p.page.getByTestId('count-up').waitFor();
}

/** @param {Phone} p */
const home = async (p) => {
  await p.page.getByRole('button', { name: '回首页' }).tap();
  await p.page.getByTestId('count-up').waitFor();
};

/** @param {Phone} p @param {string} id */
const count = (p, id) => p.page.getByTestId(id).textContent();

/** @param {Phone} p @param {string} where @param {string[]} found */
async function audit(p, where, found) {
  await p.page.evaluate(axe.source);
  const result = await p.page.evaluate(() => /** @type {any} */ (window).axe.run(document, { resultTypes: ['violations'] }));
  for (const v of result.violations) if (v.impact === 'serious' || v.impact === 'critical') found.push(`${where} ${v.id}: ${v.nodes.slice(0, 2).map((/** @type {{ html: string }} */ n) => n.html.slice(0, 140)).join(' | ')}`);
  const wide = await p.page.evaluate(() => document.documentElement.scrollWidth);
  if (wide > 390) found.push(`${where}: scrolls sideways, ${wide} px`);
}

/** @type {Record<string, (c: Ctx) => Promise<void>>} */
export const stories = {
  async 'field: the phone is killed with three unsent reports, and they arrive once each'({ base, passwords }) {
    const member = await api(base, 'wangge', passwords.wangge ?? '');
    const start = await member.get('/field/start');
    const before = start.mine.length;
    const p = await phone(base, inCell(start, 0), expected);
    try {
      await enter(p, base, 'wangge', passwords.wangge ?? '');
      await p.context.setOffline(true);
      for (const [i, tile] of ['垃圾', '扬尘', '污水'].entries()) {
        await report(p, tile, 100 + i, 1400);
        await home(p);
      }
      expect((await count(p, 'count-up')) === '3', `three wait: ${await count(p, 'count-up')}`);
      await p.kill();

      // Switched on again without a network: the app opens, and all three are there.
      await p.start();
      await p.context.setOffline(true);
      await p.page.goto(`${base}/field`);
      await p.page.getByTestId('count-up').waitFor();
      expect((await count(p, 'count-up')) === '3', `three still wait after the kill: ${await count(p, 'count-up')}`);
      await p.page.getByText('离线').first().waitFor();

      // Killed once more in the middle of sending: the first part of a photo is up, its answer is not here.
      let parts = 0;
      await p.context.route('**/api/v1/evidence/uploads/*', async (route) => {
        if (route.request().method() !== 'PATCH' || ++parts < 2) return route.continue();
        await route.fetch().catch(() => undefined);
        return undefined;
      });
      await p.context.setOffline(false);
      await backIn(p, passwords.wangge ?? '');
      await eventually(async () => parts, (n) => n >= 2, 'a photo is on its way');
      await p.kill();
      await p.start();
      await p.page.goto(`${base}/field`);
      await p.page.getByTestId('count-up').waitFor();
      await backIn(p, passwords.wangge ?? '');
      await eventually(() => count(p, 'count-up'), (n) => n === '0', 'all are up', 60_000);
      const mine = (await member.get('/field/start')).mine;
      expect(mine.length === before + 3, `three more matters, each once: ${mine.length - before}`);
      await p.page.getByRole('button', { name: '我报过的' }).tap();
      await p.page.getByTestId('item-done').nth(2).waitFor();
      expect((await p.page.getByTestId('item-done').count()) === 3, 'three receipts');
      for (const m of mine.slice(0, 3)) {
        expect(await p.page.getByText(m.number).isVisible(), `the receipt ${m.number}`);
        const full = await member.get(`/matters/${m.id}`);
        expect(full.evidence.length === 1 && full.evidence[0].size > 256 * 1024, `the photo of ${m.number} is whole: ${JSON.stringify(full.evidence.map((/** @type {any} */ e) => e.size))}`);
      }
      expect(p.faults().length === 0, p.faults().join('; '));
    } finally {
      await p.off();
    }
  },

  async 'field: reported offline, assigned, done, checked by another, closed; the recurrence opens it again'({ base, passwords }) {
    const member = await api(base, 'wangge', passwords.wangge ?? '');
    const town = await api(base, 'town', passwords.town ?? '');
    const branch = await api(base, 'fenju', passwords.fenju ?? '');
    const start = await member.get('/field/start');
    const spot = inCell(start, 150);
    const p = await phone(base, spot, expected);
    /** @type {string[]} */
    const found = [];
    try {
      await enter(p, base, 'wangge', passwords.wangge ?? '');
      await audit(p, 'home', found);
      await p.context.setOffline(true);
      await report(p, '油烟', 201);
      await audit(p, 'sent', found);
      await p.context.setOffline(false);
      await eventually(() => p.page.getByTestId('receipt').textContent(), (x) => /编号/.test(x ?? ''), 'the receipt');
      const number = ((await p.page.getByTestId('receipt').textContent()) ?? '').replace('编号', '').trim();
      const row = (await member.get('/field/start')).mine.find((/** @type {any} */ m) => m.number === number);
      expect(row, `the matter ${number} is among my reports`);
      expect(row.lng !== null && Math.abs(row.lng - spot.longitude) < 1e-5, `its place is where the phone was: ${row.lng}`);

      const unit = (await branch.get('/session')).posts[0];
      await town.post(`/matters/${row.id}/moves`, { transition: 'assign', fields: {}, evidence: [], opinion: '', assignPost: unit.id }, row.version);

      // The branch takes it up and submits without a network, one step on the other.
      const q = await phone(base, spot, expected);
      try {
        await enter(q, base, 'fenju', passwords.fenju ?? '');
        await q.page.locator(`[data-testid=task][data-of="${number}"]`).waitFor();
        await q.context.setOffline(true);
        await q.page.locator(`[data-testid=task][data-of="${number}"]`).tap();
        await audit(q, 'task', found);
        await q.page.getByTestId('act-accept').tap();
        await q.page.getByText('已在本机提交“签收”，待上传').waitFor();
        await q.page.getByTestId('act-submit').tap();
        const draw = await q.context.newPage();
        const photo = await snapshot(draw, 202);
        await draw.close();
        const camera = q.page.waitForEvent('filechooser');
        await q.page.getByTestId('need-photo').tap();
        await (await camera).setFiles(photo);
        await q.page.locator('.thumb img').waitFor();
        await q.page.getByTestId('field-result').fill('已装净化器');
        await audit(q, 'do', found);
        await q.page.getByTestId('submit').tap();
        await q.page.getByTestId('sent').waitFor();
        await q.context.setOffline(false);
        await eventually(async () => (await branch.get(`/matters/${row.id}`)).state.id, (s) => s === 'submitted', 'both steps arrive in order');
        expect(q.faults().length === 0, q.faults().join('; '));
      } finally {
        await q.off();
      }

      // The county checks on site: not true first, then, after another round, true.
      const c = await phone(base, spot, expected);
      try {
        await enter(c, base, 'fengqiu', passwords.fengqiu ?? '');
        await c.page.locator(`[data-testid=task][data-of="${number}"]`).tap();
        await c.page.getByTestId('act-check').tap();
        await c.page.getByRole('radio', { name: '属实', exact: true }).tap();
        expect(await c.page.getByTestId('submit-rework').isDisabled(), 'returning is for what is not true');
        expect(await c.page.getByTestId('submit-close').isDisabled(), 'closing wants a photo and an opinion');
        const draw = await c.context.newPage();
        const photo = await snapshot(draw, 203);
        await draw.close();
        const camera = c.page.waitForEvent('filechooser');
        await c.page.getByTestId('need-photo').tap();
        await (await camera).setFiles(photo);
        await c.page.getByTestId('opinion').fill('净化器已运行');
        await audit(c, 'check', found);
        await c.page.getByTestId('submit-close').tap();
        await eventually(async () => (await member.get(`/matters/${row.id}`)).state.id, (s) => s === 'closed', 'the county closes it');
        expect(c.faults().length === 0, c.faults().join('; '));
      } finally {
        await c.off();
      }

      // The same thing at the same place again: the closed matter opens.
      await p.page.goto(`${base}/field`);
      await p.page.getByTestId('count-up').waitFor();
      await report(p, '油烟', 204);
      await eventually(() => p.page.getByTestId('receipt').textContent(), (x) => (x ?? '').includes(number), `the receipt names ${number} again`);
      const again = await member.get(`/matters/${row.id}`);
      expect(again.state.id === 'reported' && again.recurrences === 1, `open again: ${again.state.id}, ${again.recurrences}`);
      expect(found.length === 0, found.join('\n'));
      expect(p.faults().length === 0, p.faults().join('; '));
    } finally {
      await p.off();
    }
  },

  async 'field: two at one matter: the later one is told who changed what and does it again'({ base, passwords }) {
    const member = await api(base, 'wangge', passwords.wangge ?? '');
    const town = await api(base, 'town', passwords.town ?? '');
    const branch = await api(base, 'fenju', passwords.fenju ?? '');
    const start = await member.get('/field/start');
    const spot = inCell(start, -220);
    const p = await phone(base, spot, expected);
    const q = await phone(base, null, expected);
    try {
      await enter(p, base, 'wangge', passwords.wangge ?? '');
      await report(p, '油烟', 301);
      await eventually(() => p.page.getByTestId('receipt').textContent(), (x) => /编号/.test(x ?? ''), 'the receipt');
      const number = ((await p.page.getByTestId('receipt').textContent()) ?? '').replace('编号', '').trim();
      const row = (await member.get('/field/start')).mine.find((/** @type {any} */ m) => m.number === number);
      const post = (await branch.get('/session')).posts[0].id;
      const assigned = await town.post(`/matters/${row.id}/moves`, { transition: 'assign', fields: {}, evidence: [], opinion: '', assignPost: post }, row.version);
      await branch.post(`/matters/${row.id}/moves`, { transition: 'accept', fields: {}, evidence: [], opinion: '' }, assigned.version);

      await enter(q, base, 'fenju', passwords.fenju ?? '');
      await q.page.locator(`[data-testid=task][data-of="${number}"]`).waitFor();
      await q.context.setOffline(true);
      await q.page.locator(`[data-testid=task][data-of="${number}"]`).tap();
      await q.page.getByTestId('act-submit').tap();
      const draw = await q.context.newPage();
      const photo = await snapshot(draw, 302);
      await draw.close();
      const camera = q.page.waitForEvent('filechooser');
      await q.page.getByTestId('need-photo').tap();
      await (await camera).setFiles(photo);
      await q.page.getByTestId('field-result').fill('净化器已清洗');
      await q.page.getByTestId('submit').tap();
      await q.page.getByTestId('sent').waitFor();

      // Meanwhile the township reassigns it, and the branch has to take it up again.
      const now = await town.get(`/matters/${row.id}`);
      const moved = await town.post(`/matters/${row.id}/moves`, { transition: 'reassign', fields: {}, evidence: [], opinion: '补充店铺信息后重新交办', assignPost: post }, now.version);
      await branch.post(`/matters/${row.id}/moves`, { transition: 'accept', fields: {}, evidence: [], opinion: '' }, moved.version);

      await q.context.setOffline(false);
      await q.page.getByRole('button', { name: '要您处理' }).waitFor({ timeout: 20_000 });
      await q.page.getByRole('button', { name: '要您处理' }).tap();
      const clash = q.page.getByTestId('clash');
      await clash.getByText('补充店铺信息后重新交办').waitFor();
      expect((await clash.textContent())?.includes('演示·孙'), `it says who: ${await clash.textContent()}`);
      expect((await branch.get(`/matters/${row.id}`)).state.id === 'working', 'nothing was overwritten');
      await q.page.getByTestId('redo').tap();
      await q.page.getByTestId('submit').waitFor();
      expect((await q.page.getByTestId('field-result').inputValue()) === '净化器已清洗', 'the words came along');
      expect((await q.page.locator('.need .thumb').count()) === 1, 'the photo came along');
      await q.page.getByTestId('submit').tap();
      await eventually(async () => (await branch.get(`/matters/${row.id}`)).state.id, (s) => s === 'submitted', 'done again on the present state');
      expect(p.faults().length === 0, p.faults().join('; '));
      expect(q.faults().length === 0, q.faults().join('; '));
    } finally {
      await p.off();
      await q.off();
    }
  },

  async 'field: without a position, with a look that finds nothing, and with a login that ended'({ base, passwords }) {
    const p = await phone(base, null, expected);
    const patroller = await api(base, 'xuncha', passwords.xuncha ?? '');
    /** @type {string[]} */
    const found = [];
    try {
      await enter(p, base, 'xuncha', passwords.xuncha ?? '');
      const first = (await patroller.get('/field/start')).patrol[0];
      expect(first, 'there is a place worth a look');
      await p.page.getByRole('button', { name: '我的网格' }).tap();
      await audit(p, 'grid', found);
      await p.page.getByTestId('visit').filter({ hasText: first.place }).tap();
      await audit(p, 'visit', found);
      await p.page.getByTestId('visit-none').tap();
      await p.page.getByTestId('visit-done').waitFor();
      await eventually(
        async () => {
          const at = (await patroller.get('/field/start')).patrol.find((/** @type {any} */ x) => x.id === first.id);
          return at ? at.lastSeen : 'off the list';
        },
        (x) => x === 'off the list' || x.startsWith('2026-08-28'),
        'the look is in the record',
      );

      // The session ends at the server; what is done meanwhile stays and goes up after the next sign-in.
      await p.context.clearCookies();
      await p.page.goto(`${base}/field`);
      await p.page.getByTestId('count-up').waitFor();
      const draw = await p.context.newPage();
      const photo = await snapshot(draw, 401);
      await draw.close();
      const camera = p.page.waitForEvent('filechooser');
      await p.page.getByTestId('report').tap();
      await (await camera).setFiles(photo);
      await p.page.getByRole('radio', { name: '其他' }).tap();
      await p.page.getByText('定位没有打开').waitFor();
      await p.page.getByTestId('edit-place').tap();
      await p.page.getByTestId('place-name').fill('村东头水塔旁');
      await audit(p, 'place', found);
      await p.page.getByTestId('place-keep').tap();
      await p.page.getByTestId('send').tap();
      await p.page.getByText('登录已过期').first().waitFor();
      await home(p);
      expect((await count(p, 'count-up')) === '1', 'it waits');
      await p.page.getByRole('button', { name: '重新登录' }).tap();
      await p.page.locator('#password').fill(passwords.xuncha ?? '');
      await p.page.keyboard.press('Enter');
      await eventually(() => count(p, 'count-up'), (n) => n === '0', 'it goes up after signing in');
      const mine = (await patroller.get('/field/start')).mine;
      expect(mine[0]?.place === '村东头水塔旁' && mine[0]?.lng === null, `reported in words: ${JSON.stringify(mine[0])}`);
      expect(found.length === 0, found.join('\n'));
      expect(p.faults().length === 0, p.faults().join('; '));
    } finally {
      await p.off();
    }
  },
};
