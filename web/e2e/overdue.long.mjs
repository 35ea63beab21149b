// A deadline passes over the National Day holiday of 2026 and goes up to the superior at the right working
// hour. The server is stopped and started again with a later --start, near each moment, and its clock runs
// over it; everything between is a leap, in which nothing may have been due.
import { eventually, expect, openPage, settled, signIn } from './harness.mjs';
import { talk } from './talk.mjs';

// Lets the city's clock go on, so it runs after all the others.
export const last = true;

/** @typedef {import('./harness.mjs').Ctx} Ctx */
/** @typedef {Awaited<ReturnType<typeof talk>>} Account */

// The calendar (国办发明电〔2025〕7号): 1 to 7 October are off, Saturday 10 October is worked.
//
//   Wed 30 Sep  work      Thu 1 … Wed 7 Oct  off      Thu 8 work   Fri 9 work   Sat 10 work (make-up)   Sun 11 off
//   Mon 12 … Fri 16 work  Sat 17, Sun 18 off          Mon 19 work  Tue 20 work
//
// Office hours 08:30 to 12:00 and 14:30 to 18:00, seven hours a day.
//
// In hours: dust on a building site, 4 working hours from the handing over on Wed 30 Sep at 16:30.
//   Wed 30 Sep 16:30 to 18:00 is 1.5 h; 2.5 h are left, which Thu 8 Oct gives from 08:30 to 11:00.
//   The branch has the same 4 h to accept; it is reminded 1 working hour before, at 10:00.
//   At 11:00 it goes up: the acceptance to the assigner, the work to the county.
//   Three calendar days later, on Sun 11 Oct at 11:00, to the city.
//
// In days: a complaint, 5 working days from Wed 30 Sep; the first day is not counted.
//   8, 9, 10 (make-up), 12, 13 Oct: it ends with the office hours of Tue 13 Oct, at 18:00.
//   Reminders 3 and 1 working days of seven hours before: back over 13, 12 and 10 Oct to Sat 10 Oct 08:30,
//   back over 13 Oct to 08:30 of that day.
//   At 18:00 on the 13th it goes up to the county; 5 working days later (14, 15, 16, 19, 20), on Tue 20 Oct
//   at 18:00, to the city.
const from = '2026-09-30T16:30';
const due = { hours: '2026-10-08T11:00', days: '2026-10-13T18:00' };

/** @param {string} at civil time */
const ms = (at) => Date.parse(`${at}${at.length > 16 ? '' : ':00'}+08:00`);
/** @param {number} n */
const civil = (n) => new Date(n + 8 * 3600_000).toISOString().slice(0, 19);

/** The lines that clocks wrote into a matter's record. @param {Account} who @param {string} id */
async function calls(who, id) {
  const m = await who.get(`/matters/${id}`);
  expect(m.verify.ok, `the chain of ${m.number} holds`);
  return m.events.filter((/** @type {any} */ e) => e.act === 'clock').map((/** @type {any} */ e) => ({ at: e.at, name: e.name, opinion: e.opinion, ...e.more }));
}

/** What an account was told of a matter by clocks. @param {Account} who @param {string} id */
async function told(who, id) {
  const list = await who.get('/notices?limit=200');
  return list.items.filter((/** @type {any} */ n) => n.kind === 'matter.clock' && n.link === `/matters/${id}`);
}

/** Whether a matter is among the decisions of an account's 今日. @param {Account} who @param {string} id */
async function todayHas(who, id) {
  const t = await who.get('/today');
  return t.decisions.some((/** @type {any} */ d) => d.id === `matter-${id}` || (d.id.startsWith('overdue-') && (d.action.ids ?? []).includes(id)));
}

/** @type {Record<string, (c: Ctx) => Promise<void>>} */
export const stories = {
  async 'a deadline over National Day goes up to the superior at the right working hour'({ base, browser, passwords, again }) {
    /** @param {string} name */
    const as = (name) => talk(base, name, passwords[name] ?? '');
    // No step may be early; the clocks are looked at each minute, so none may be two minutes late.
    const exact = (/** @type {any} */ call, /** @type {string} */ at, /** @type {string} */ what) =>
      expect(Date.parse(call.at) >= ms(at) && Date.parse(call.at) < ms(at) + 120_000, `${what} at ${at}: it is ${call.at}`);
    const looked = async (/** @type {string} */ at) => {
      const admin = await as('admin');
      const read = async () => (await admin.get('/system/schedules')).items.find((/** @type {any} */ s) => s.id === 'matter.clocks')?.lastRun ?? '';
      await eventually(read, (x) => Date.parse(x) >= ms(at), `the clocks were looked at by ${at}`, 60_000);
    };
    /** Starts shortly before a moment, with the clock running over it; slowly, so that a busy machine's delays stay small. @param {string} at @param {number} [speed] */
    const over = (at, speed = 2) => again(['--no-sim', '--start', civil(ms(at) - 30_000), '--speed', String(speed)]);

    // Wednesday 30 September, 16:30, the clock stands still.
    await again(['--no-sim', '--start', from]);
    await looked(from);
    let [town, county, office, branch] = await Promise.all([as('town'), as('fengqiu'), as('office'), as('fenju')]);
    const region = (await town.get('/session')).scope.code;
    const post = (await branch.get('/session')).posts[0].id;
    const hours = (await town.post('/matters', { kind: 'grid', category: 'dust', region, place: '中学旁工地', title: '工地裸土扬尘', acknowledgeDuplicates: true })).id;
    await town.move(hours, 'assign', { assignPost: post });
    const days = (await town.post('/matters', { kind: 'complaint', category: 'other', region, place: '中学旁', title: '来电反映异响', acknowledgeDuplicates: true })).id;
    const clock = async (/** @type {string} */ id, /** @type {string} */ name) => (await county.get(`/matters/${id}`)).clocks.find((/** @type {any} */ x) => x.clock === name);
    for (const [id, name, at] of [[hours, 'accept', due.hours], [hours, 'dispose', due.hours], [days, 'dispose', due.days]]) {
      const x = await clock(id ?? '', name ?? '');
      expect(x.startedAt.startsWith(from) && Date.parse(x.dueAt) === ms(at ?? ''), `${name} from ${from} to ${at}: ${x.startedAt} to ${x.dueAt}`);
    }
    const refresh = async () => {
      [town, county, office, branch] = await Promise.all([as('town'), as('fengqiu'), as('office'), as('fenju')]);
    };
    /** Leaps to a moment, lets the clock run over it and waits for so many lines. @param {string} at @param {string} id @param {number} n */
    const wait = async (at, id, n) => {
      await over(at);
      await refresh();
      return eventually(() => calls(county, id), (x) => x.length >= n, `${n} lines of clocks in the record by ${at}`, 60_000);
    };

    // Monday 5 October, noon: the clocks are looked at, and nobody is disturbed.
    await over('2026-10-05T12:00', 60);
    await looked('2026-10-05T12:02');
    await refresh();
    for (const id of [hours, days]) {
      expect((await calls(county, id)).length === 0, `nothing in the record in the holiday: ${JSON.stringify(await calls(county, id))}`);
      for (const who of [town, county, office, branch]) expect((await told(who, id)).length === 0, `${who.name} was told nothing in the holiday`);
    }
    expect(!(await todayHas(county, hours)), 'the matter is not on the superior\'s 今日');
    const before = await clock(hours, 'dispose');
    expect(before.state === 'running' && before.light !== 'red' && /2.*30/.test(before.left), `2 h 30 min of office time are left, as on the evening of the 30th: ${before.left}`);

    // Thursday 8 October, 10:00: one working hour before its end the branch is reminded.
    let list = await wait('2026-10-08T10:00', hours, 1);
    expect(list.length === 1 && list[0].clock === 'accept' && list[0].light === 'yellow', `one reminder: ${JSON.stringify(list)}`);
    exact(list[0], '2026-10-08T10:00', 'the reminder');
    expect((await told(branch, hours)).length === 1 && (await told(county, hours)).length === 0, 'the branch is told, the superior is not yet');

    // 11:00: it goes up, at the very hour.
    list = await wait(due.hours, hours, 3);
    expect(list.length === 3, `the reminder and two steps: ${JSON.stringify(list)}`);
    for (const [name, to] of [['accept', 'assigner'], ['dispose', 'county']]) {
      const step = list.find((/** @type {any} */ x) => x.clock === name && x.light === 'red');
      expect(step?.told === to && step.name === '超期督办', `${name} goes up to ${to}: ${JSON.stringify(step)}`);
      exact(step, due.hours, `the step of ${name}`);
    }
    expect((await told(county, hours)).length === 1 && (await told(town, hours)).length === 1 && (await told(office, hours)).length === 0, 'the county and the assigner are told once, the city is not');
    expect(await todayHas(county, hours), 'the matter is on the superior\'s 今日');
    const desk = await openPage(browser, base);
    await signIn(desk.page, base, 'fengqiu', passwords.fengqiu ?? '', '/today');
    await desk.page.getByTestId('decisions').getByText('已超时').first().waitFor();
    await desk.page.goto(`${base}/matters/${hours}`);
    await desk.page.getByTestId('matter').waitFor();
    await settled(desk.page);
    const lines = await desk.page.locator('.timeline li.clock').allInnerTexts();
    expect(lines.length === 3 && lines.filter((x) => x.includes('超期督办')).length === 2, `the page shows the steps: ${lines}`);
    const times = await desk.page.locator('.timeline li.clock time').evaluateAll((all) => all.map((x) => x.getAttribute('datetime') ?? ''));
    expect(times.every((x) => x.startsWith('2026-10-08T1')), `and none of them in the holiday: ${times}`);
    expect(desk.faults.length === 0, desk.faults.join('; '));
    await desk.context.close();

    // Saturday 10 October is worked: the complaint's handler is reminded as the office opens.
    await over('2026-10-10T08:30');
    await refresh();
    const reminder = await eventually(async () => (await calls(county, days)).find((/** @type {any} */ x) => x.clock === 'dispose'), (x) => x !== undefined, 'the complaint\'s handler is reminded', 60_000);
    expect(reminder?.light === 'yellow', `a reminder of the complaint: ${JSON.stringify(reminder)}`);
    exact(reminder, '2026-10-10T08:30', 'the reminder on the make-up day');

    // Sunday 11 October, 11:00: three calendar days after its end the matter goes to the city.
    list = await wait('2026-10-11T11:00', hours, 4);
    expect(list[3].told === 'city' && list[3].light === 'red', `to the city: ${JSON.stringify(list[3])}`);
    exact(list[3], '2026-10-11T11:00', 'the step to the city');
    expect((await told(office, hours)).length === 1, 'the city is told once');

    // Tuesday 13 October, 18:00: five working days are over, and the complaint goes up to the county.
    const ofDays = async (/** @type {string} */ light) => (await calls(county, days)).filter((/** @type {any} */ x) => x.clock === 'dispose' && x.light === light);
    await over(due.days);
    await refresh();
    let steps = await eventually(() => ofDays('red'), (x) => x.length >= 1, 'the complaint goes up', 60_000);
    expect(steps.length === 1 && steps[0].told === 'county', `to the county: ${JSON.stringify(steps)}`);
    exact(steps[0], due.days, 'the step of the complaint');
    expect((await ofDays('yellow')).length === 2, 'after two reminders');

    // Five working days later, Tuesday 20 October, 18:00, to the city.
    await over('2026-10-20T18:00');
    await refresh();
    steps = await eventually(() => ofDays('red'), (x) => x.length >= 2, 'the complaint goes up again', 60_000);
    expect(steps.length === 2 && steps[1].told === 'city', `to the city: ${JSON.stringify(steps)}`);
    exact(steps[1], '2026-10-20T18:00', 'the second step of the complaint');
  },
};
