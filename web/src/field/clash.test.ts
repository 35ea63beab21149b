import { describe, expect, it } from 'vitest';
import { move } from './fixture';
import { step } from './machine';
import { make, onFreshPhone, phone, queue, settle, state } from './sender.rig';
import type { Item, MoveBody } from './types';

onFreshPhone();

describe('two people at one matter', () => {
  it('the later one owns a conflict that says who changed what; nothing is overwritten or dropped', async () => {
    await queue(move('m', '7', { opinion: '已清运' }), [500]);
    phone.city.happen('7', '李检', '退回整改', '照片看不清');
    await make().run();
    const item = (await phone.store.item('m'))!;
    expect(item.state).toBe('conflict');
    expect(item.clash).toEqual({
      message: '县分局 已退回整改',
      state: '办理中',
      version: 4,
      changes: [{ who: '李检', at: '2026-08-28T09:12:00+08:00', name: '退回整改', to: '办理中', opinion: '照片看不清' }],
    });
    expect(phone.city.matters.get('7')!.version).toBe(4);
    expect((item.body as MoveBody).opinion).toBe('已清运');
    expect(item.files[0]!.evidence).toBe('e1');
    expect(await phone.store.bytes(item.files[0]!.id)).toBeDefined();
  });

  it('a step done again takes the photos along and goes through', async () => {
    await queue(move('m', '7'), [500]);
    phone.city.happen('7', '李检', '退回整改');
    await make().run();
    const old = (await phone.store.item('m'))!;
    const next: Item = { ...move('m2', '7', { version: 4, seq: 4 }), files: old.files };
    await phone.store.replace(step(old, { do: 'drop' }), next);
    await phone.store.change('m2', (x) => step(x, { do: 'send', order: 9 }));
    await make().run();
    expect([await state('m'), await state('m2')]).toEqual(['dropped', 'done']);
    expect(phone.city.evidence.size).toBe(1);
    expect(phone.city.matters.get('7')!.events.at(-1)!.evidence).toEqual([{ id: 'e1' }]);
  });

  it('a matter that moved out of sight is a conflict, not a loss', async () => {
    await queue(move('m', '99'));
    await make().run();
    expect(await phone.store.item('m')).toMatchObject({ state: 'conflict' });
  });

  it('an answer that was lost is found in the record, even when the key is burnt', async () => {
    await queue(move('m', '7'), [500]);
    phone.city.fate = (_, what) => (what === 'move' ? 'lostAfter' : '');
    await make().run();
    expect(phone.city.matters.get('7')!.version).toBe(4);
    for (const k of phone.city.keys.keys()) phone.city.keys.set(k, 'burnt');
    phone.city.fate = () => '';
    await make().run();
    expect(await state('m')).toBe('done');
    expect(phone.city.matters.get('7')!.version).toBe(4);
  });

  it('a burnt key behind which nothing happened is replaced', async () => {
    await queue(move('m', '7'));
    phone.city.keys.set('m.3.0', 'burnt');
    await make().run();
    expect(await phone.store.item('m')).toMatchObject({ state: 'queued', turn: 1 });
    await settle();
    expect(await state('m')).toBe('done');
    expect(phone.city.matters.get('7')!.version).toBe(4);
  });
});

describe('steps on steps, made without a network', () => {
  it('the second stands on the version the first one made', async () => {
    await queue(move('m1', '7', { transition: 'accept', name: '签收' }));
    await queue(move('m2', '7', { after: 'm1' }), [400]);
    await make().run();
    expect([await state('m1'), await state('m2')]).toEqual(['done', 'done']);
    expect(phone.city.matters.get('7')!.events.map((e) => e.name)).toEqual(['签收', '报结']);
  });

  it('when the first one needs a decision, so does the second', async () => {
    await queue(move('m1', '7', { transition: 'accept', name: '签收' }));
    await queue(move('m2', '7', { after: 'm1' }), [400]);
    phone.city.happen('7', '李检', '退回整改');
    await make().run();
    expect([await state('m1'), await state('m2')]).toEqual(['conflict', 'conflict']);
    expect(phone.city.matters.get('7')!.version).toBe(4);
  });
});
