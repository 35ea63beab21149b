import { describe, expect, it } from 'vitest';
import { move, report } from './fixture';
import { CHUNK, make, no, onFreshPhone, phone, queue, reboot, settle, startAfresh, state, type Fate } from './sender.rig';

onFreshPhone();

describe('sending', () => {
  it('three reports in order, each with its photos, then the phone lets go of the bytes', async () => {
    for (const id of ['a', 'b', 'c']) await queue(report(id), [CHUNK + 5, 300]);
    const out = await make().run();
    expect(out).toEqual({ halt: '', sent: 3 });
    expect([...phone.city.reports.keys()]).toEqual(['a', 'b', 'c']);
    expect(phone.city.reports.get('b')!.evidence).toHaveLength(2);
    const done = (await phone.store.item('a'))!;
    expect(done.receipt).toEqual({ id: '100', number: '网格-100', at: '2026-08-28T08:30:00+08:00', version: 1 });
    expect(await phone.store.bytes(done.files[0]!.id)).toBeUndefined();
    expect(phone.city.evidence.get(done.files[0]!.evidence)).toHaveLength(CHUNK + 5);
  });

  it('stops at the first silence and keeps everything', async () => {
    for (const id of ['a', 'b']) await queue(report(id), [300]);
    phone.city.fate = () => 'lostBefore';
    expect(await make().run()).toEqual({ halt: 'offline', sent: 0 });
    expect(phone.city.calls).toBe(1);
    expect([await state('a'), await state('b')]).toEqual(['queued', 'queued']);
  });

  it('a lost login keeps the queue and asks for it', async () => {
    await queue(report('a'), [300]);
    phone.city.fate = () => no(401, 'login_required');
    expect(await make().run()).toEqual({ halt: 'login', sent: 0 });
    expect(await phone.store.item('a')).toMatchObject({ state: 'queued', attempts: 0 });
    phone.city.fate = () => '';
    expect((await make().run()).sent).toBe(1);
  });

  it("another account's things wait for that account", async () => {
    await queue({ ...report('a'), account: '8' });
    await queue(report('b'));
    await make().run();
    expect([await state('a'), await state('b')]).toEqual(['queued', 'done']);
    phone.account = '8';
    await make().run();
    expect(await state('a')).toBe('done');
  });

  it('a server in trouble makes one wait, the others pass; a refusal stays with its reason', async () => {
    for (const id of ['a', 'b', 'c']) await queue(report(id));
    phone.city.fate = (i) => (i === 0 ? no(500, 'internal') : i === 1 ? no(422, 'too_long', '地点不超过 200 个字') : '');
    await make().run();
    expect([await state('a'), await state('b'), await state('c')]).toEqual(['queued', 'refused', 'done']);
    expect((await phone.store.item('b'))!.fault!.message).toBe('地点不超过 200 个字');
    expect(await make().nextAt()).toBe(2000);
    await make().run();
    expect(await state('a')).toBe('queued');
    phone.now = 2000;
    await make().run();
    expect(await state('a')).toBe('done');
  });

  it('resumes an upload at the byte that the server has', async () => {
    await queue(report('a'), [3 * CHUNK]);
    phone.city.fate = (_, what) => (what === 'append' && phone.city.log.filter((x) => x === 'append').length === 2 ? 'lostBefore' : '');
    await make().run();
    expect((await phone.store.item('a'))!.files[0]!.sent).toBe(2 * CHUNK);
    phone.city.fate = () => '';
    await (await reboot()).run();
    expect(await state('a')).toBe('done');
    expect(phone.city.log.filter((x) => x === 'append')).toHaveLength(3);
  });

  it('begins again when the server has tidied a half sent upload away', async () => {
    await queue(report('a'), [2 * CHUNK]);
    phone.city.fate = (i) => (i === 2 ? 'lostBefore' : '');
    await make().run();
    phone.city.uploads.clear();
    phone.city.fate = () => '';
    await make().run();
    expect(await state('a')).toBe('done');
  });

  it('says so when the bytes are gone, and keeps the report', async () => {
    await queue(report('a'), [300]);
    await phone.store.removeFile('a', 'none');
    const f = (await phone.store.item('a'))!.files[0]!;
    await phone.store.removeFile('a', f.id);
    await phone.store.change('a', (x) => ({ ...x, files: [f] }));
    await make().run();
    expect(await phone.store.item('a')).toMatchObject({ state: 'refused', fault: { code: 'bytes_lost' } });
  });

  it('sends once although called twice at the same time', async () => {
    await queue(report('a'), [300]);
    const s = make();
    await Promise.all([s.run(), s.run(), make().run()]);
    await settle();
    expect(phone.city.reports.size).toBe(1);
    expect(await state('a')).toBe('done');
  });
});

describe('killed at every call, before and after the server acted', () => {
  const fates: Fate[] = ['killBefore', 'killAfter', 'lostBefore', 'lostAfter'];
  it.each(fates)('%s: three reports and a step arrive once each', async (fate) => {
    // As many runs as there are calls in a run without faults, and one fault further on in each.
    for (let at = 0; at < 22; at++) {
      phone.store.close();
      await startAfresh(`k${fate}${at}`);
      for (const id of ['a', 'b', 'c']) await queue(report(id), [CHUNK + 9, 200 + at]);
      await queue(move('m', '7'), [500]);
      phone.city.fate = (i) => (i === at ? fate : '');
      await settle();
      expect((await phone.store.items()).map((x) => x.state), `call ${at}`).toEqual(['done', 'done', 'done', 'done']);
      expect([...phone.city.reports.keys()], `call ${at}`).toEqual(['a', 'b', 'c']);
      expect(phone.city.matters.get('7')!.version, `call ${at}`).toBe(4);
      expect(phone.city.evidence.size, `call ${at}`).toBe(7);
    }
  }, 60_000);

  it('arrives once each through a network that fails at every third call', async () => {
    for (const id of ['a', 'b', 'c', 'd']) await queue(report(id), [2 * CHUNK + 1]);
    await queue(move('m', '7'), [500]);
    phone.city.fate = (i) => (i % 3 === 2 ? fates[(i / 3) % 4 | 0]! : '');
    await settle(200);
    expect(phone.city.reports.size).toBe(4);
    expect(phone.city.matters.get('7')!.version).toBe(4);
    expect(phone.city.evidence.size).toBe(5);
  });
});
