import { describe, expect, it } from 'vitest';
import { report } from './fixture';
import { file, onFreshPhone, phone, reboot } from './sender.rig';

onFreshPhone();

describe('the store', () => {
  it('numbers go on after a restart', async () => {
    expect(await phone.store.nextOrder()).toBe(1);
    await reboot();
    expect(await phone.store.nextOrder()).toBe(2);
  });
  it('tidies what is finished and old, never what is not', async () => {
    for (const s of ['draft', 'queued', 'sending', 'done', 'conflict', 'refused', 'dropped'] as const) {
      await phone.store.put({ ...report(s), state: s, madeAt: '2026-01-01T00:00:00+08:00' });
      await file({ ...report(s), state: s }, 10);
    }
    await phone.store.put({ ...report('new'), state: 'done' });
    await phone.store.tidy('2026-08-01T00:00:00+08:00');
    expect((await phone.store.items()).map((x) => x.id).sort()).toEqual(['conflict', 'draft', 'new', 'queued', 'refused', 'sending']);
    expect(await phone.store.bytes('queued-0-10')).toBeDefined();
    expect(await phone.store.bytes('done-0-10')).toBeUndefined();
  });
});
