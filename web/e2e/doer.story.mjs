// Who did the work tries in every way to end his own matter, by page and by API, and cannot: neither in
// his post nor when the same person holds the checking post as well. Somebody else then closes it.
import { expect, openPage, settled, signIn } from './harness.mjs';
import { picture, talk } from './talk.mjs';

/** @typedef {import('./harness.mjs').Ctx} Ctx */
/** @typedef {Awaited<ReturnType<typeof talk>>} Account */

/** Every transition of the kind, the starts and what is no transition at all. */
const transitions = ['report', 'register', 'assign', 'unfounded', 'gone', 'withdraw', 'void', 'accept', 'decline', 'reassign', 'submit', 'name_checker', 'close', 'rework', 'suspend', 'resume', 'reopen', 'check', 'closed', 'CLOSE', ' close', 'merge', ''];
/** What ends a matter, or says who ends it. */
const closing = ['核查销号', '核实不属实', '现场核查无需办理', '作废', '撤回上报', '指定核查人'];

/**
 * All ways to end a matter that a person can think of. What is lawful for his post and ends nothing is left out.
 * @param {Account} doer @param {any} m the matter @param {{ own: string, closed: string, other: string, photo: string }} x
 * @param {string[]} lawful transitions that do not end it
 * @returns {Promise<string[]>} what went through
 */
async function attempts(doer, m, x, lawful) {
  /** @type {string[]} */
  const through = [];
  let asked = 0;
  /** @param {string} what @param {string} method @param {string} path @param {unknown} [body] @param {Record<string, string>} [headers] */
  const must = async (what, method, path, body, headers) => {
    asked++;
    const a = await doer.ask(method, path, body, headers);
    if (a.status >= 500) through.push(`${what}: the server failed with ${a.status}`);
    // One answer for several says of each what became of it.
    if (a.status < 400 && !(a.body?.items ?? [{ ok: true }]).every((/** @type {any} */ i) => i.ok === false)) through.push(`${what}: ${a.status}`);
  };
  const full = { fields: { result: '已整改', condition: '无', review_day: '2026-12-01' }, evidence: [x.photo], opinion: '我自己看过了', assignPost: x.own };
  const here = `"v${m.version}"`;
  for (const t of transitions.filter((y) => !lawful.includes(y))) {
    const path = `/matters/${m.id}/moves`;
    await must(`${t}`, 'POST', path, { transition: t, ...full }, { 'If-Match': here });
    await must(`${t} of an older version`, 'POST', path, { transition: t, ...full }, { 'If-Match': '"v1"' });
    await must(`${t} of any version`, 'POST', path, { transition: t, ...full }, { 'If-Match': '*' });
    await must(`${t} without a version`, 'POST', path, { transition: t, ...full });
    await must(`${t} with a forged state and holder`, 'POST', path, { transition: t, ...full, state: 'submitted', from: 'reported', holder: 'county', by: 'county', relation: 'checker', account: '1', person: '1', post: '1', version: 1 }, { 'If-Match': here });
    await must(`${t} among several`, 'POST', '/matters/bulk', { ids: [m.id], transition: t, opinion: '批量', assignPost: x.own });
  }
  await must('himself as checker', 'POST', `/matters/${m.id}/moves`, { transition: 'name_checker', assignPost: x.own, opinion: '', fields: {}, evidence: [] }, { 'If-Match': here });
  await must('merged into a closed one', 'POST', '/matters/merge', { into: x.closed, from: [m.id], reason: '同一问题' });
  await must('merged into another', 'POST', '/matters/merge', { into: x.other, from: [m.id], reason: '同一问题' });
  await must('merged into itself', 'POST', '/matters/merge', { into: m.id, from: [m.id], reason: '同一问题' });
  await must('opened anew as closed', 'POST', '/matters', { kind: 'grid', category: 'dust', region: m.region.code, transition: 'close', state: 'closed', opinion: 'x', evidence: [x.photo] });
  await must('opened anew over it', 'POST', '/matters', { kind: 'grid', category: 'dust', region: m.region.code, transition: 'close', id: m.id, clientId: m.number });
  for (const method of ['PUT', 'PATCH', 'DELETE']) {
    await must(`${method} the matter`, method, `/matters/${m.id}`, { state: 'closed', type: 'closed', closedAt: '2026-08-28T08:00:00+08:00' }, { 'If-Match': here });
    await must(`${method} its state`, method, `/matters/${m.id}/state`, { state: 'closed' });
    await must(`${method} by the city's door`, method, `/open311/v2/requests/${m.number}.json`, { status: 'closed' });
  }
  await must('closed by the city\'s door', 'POST', `/open311/v2/requests/${m.number}.json`, { status: 'closed' });
  for (const c of m.clocks ?? []) {
    await must(`a pause of ${c.clock} granted by himself`, 'POST', `/matters/${m.id}/pauses/${c.id}/decision`, { approve: true, opinion: '同意' });
    await must(`more time for ${c.clock} granted by himself`, 'POST', `/matters/${m.id}/extensions/${c.id}/decision`, { approve: true, opinion: '同意' });
  }
  expect(asked > 120, `${asked} attempts`);
  return through;
}

/** What the page offers to whoever opened it: names of steps, and the reasons why not. @param {Ctx} c @param {Account} who @param {any} m */
async function offered(c, who, m) {
  const { page, context, faults } = await openPage(c.browser, c.base);
  await signIn(page, c.base, who.name, c.passwords[who.name] ?? '', `/matters/${m.id}`);
  await page.getByTestId('matter').waitFor();
  await settled(page);
  const side = page.locator('.matter-side');
  const buttons = await side.getByRole('button').allInnerTexts();
  const why = await side.locator('.refusals').allInnerTexts();
  expect(faults.length === 0, faults.join('; '));
  await context.close();
  return { buttons: buttons.map((b) => b.replace(/\s/g, '')), why: why.join('\n') };
}

/** @type {Record<string, (c: Ctx) => Promise<void>>} */
export const stories = {
  async 'the doer cannot close his own matter in any way; somebody else does'(c) {
    const { base, browser, passwords } = c;
    /** @param {string} name */
    const as = (name) => talk(base, name, passwords[name] ?? '');
    const [town, county, office, admin] = await Promise.all([as('town'), as('fengqiu'), as('office'), as('admin')]);
    let doer = await as('xuncha');
    const own = (await doer.get('/session')).posts[0].id;
    const checking = (await county.get('/session')).posts[0].id;
    const region = (await town.get('/session')).posts[0].scope?.code ?? (await town.get('/session')).scope.code;

    const open = async (/** @type {string} */ place) => town.post('/matters', { kind: 'grid', category: 'dust', region, place, acknowledgeDuplicates: true });
    const row = await open('镇东搅拌站门口');
    const other = await open('镇西料场');
    const closed = (await office.get('/matters?kind=grid&type=closed&limit=1')).items[0].id;
    await town.move(row.id, 'assign', { assignPost: own });
    await doer.move(row.id, 'accept');
    const x = { own, closed, other: other.id, photo: await doer.photo(901) };

    /** Asks in all ways, and looks at what the page offers. @param {string} when @param {string} post @param {string[]} lawful */
    const none = async (when, post, lawful) => {
      const m = await doer.get(`/matters/${row.id}`);
      const through = await attempts(doer, m, { ...x, own: post }, lawful);
      expect(through.length === 0, `${when}: ${through.join('; ')}`);
      const page = await offered(c, doer, m);
      expect(!page.buttons.some((b) => closing.includes(b)), `${when}: the page offers no way to end it: ${page.buttons}`);
      return { m, ...page };
    };

    // While he works on it, in his own post.
    const working = await none('in work', own, ['submit']);
    expect(working.buttons.includes('报结'), `the page offers the work: ${working.buttons}`);

    // The same person is put into the county's checking post as well.
    const person = (await admin.get(`/org/posts/${own}`)).holders.find((/** @type {any} */ h) => !h.to).person.id;
    const seat = await admin.post(`/org/posts/${checking}/holders`, { personId: person });
    try {
      doer = await as('xuncha');
      expect((await doer.get('/session')).posts.some((/** @type {any} */ p) => p.id === checking), 'he holds both posts');
      await none('in work, in the checking post', checking, ['submit', 'reassign']); // he may hand it to somebody else
      await doer.move(row.id, 'submit', { fields: { result: '已覆盖、已冲洗' }, evidence: [await doer.photo(902)] });
      const waiting = await none('done, in the checking post', checking, ['rework']); // he may say himself that it is not done
      expect(waiting.m.holder.post?.id === checking, `the ball lies with the county, where another is: ${JSON.stringify(waiting.m.holder)}`);
      expect(/核查销号：您是办理人/.test(waiting.why), `the page says why: ${waiting.why}`);

      // A split leaves the matter where it is.
      await doer.post(`/matters/${row.id}/split`, { parts: [{ category: 'dust', title: '北侧裸土' }] });
    } finally {
      const { version } = await admin.get(`/org/posts/${checking}`);
      const ended = await admin.ask('PATCH', `/org/posts/${checking}/holders/${seat.id}`, { to: seat.from }, { 'If-Match': `"v${version}"` });
      expect(ended.status < 300, `he leaves the post: ${ended.status} ${JSON.stringify(ended.body)}`);
    }
    doer = await as('xuncha');
    const last = await none('done, in his own post', own, []);
    expect(/核查销号：您是办理人/.test(last.why), `the page says why: ${last.why}`);

    const m = await office.get(`/matters/${row.id}`);
    const record = m.events.map((/** @type {any} */ e) => e.name).join(' ');
    expect(m.state.id === 'submitted' && record === '登记 核实交办 签收 报结 拆分', `still waiting, and the record has nothing of all that: ${m.state.id}, ${record}`);
    expect(m.verify.ok, 'the chain of the record holds');

    // The county, which had no part in it, looks at the site and closes it.
    const desk = await openPage(browser, base);
    await signIn(desk.page, base, 'fengqiu', passwords.fengqiu ?? '', `/matters/${row.id}`);
    await desk.page.getByTestId('matter').waitFor();
    const chip = desk.page.locator('.movechips').getByRole('button', { name: '核查销号' });
    if (await chip.count()) await chip.click();
    const form = desk.page.getByTestId('next');
    await form.locator('#mv-file-photo').setInputFiles({ name: 'check.png', mimeType: 'image/png', buffer: picture(903) });
    await form.locator('.picked li').waitFor();
    await form.locator('#mv-opinion').fill('现场已覆盖，道路已冲洗');
    await form.getByRole('button', { name: '核查销号' }).click();
    await desk.page.locator('[data-testid=matter][data-state=closed]').waitFor();
    expect(desk.faults.length === 0, desk.faults.join('; '));
    await desk.context.close();
    const end = await office.get(`/matters/${row.id}`);
    expect(end.events.at(-1).actor.display === '演示·赵' && end.holder.text === '' && end.verify.ok, `closed by another: ${JSON.stringify(end.events.at(-1).actor)}`);
  },
};
