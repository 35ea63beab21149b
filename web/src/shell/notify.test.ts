import { describe, expect, it } from 'vitest';
import type { NoticeSettings } from '../api/types';
import { settingsFaults } from './NotifyForm';

const good: NoticeSettings = { email: '', phone: '', byEmail: false, byText: false, digest: false, digestAt: '08:00', quietFrom: '22:00', quietTo: '07:00' };

describe('notification settings', () => {
  it('nothing asked for, nothing needed', () => expect(settingsFaults(good)).toEqual({}));
  it('an e-mail needs its address', () => {
    expect(settingsFaults({ ...good, byEmail: true })).toEqual({ email: 'nt.needEmail' });
    expect(settingsFaults({ ...good, digest: true, email: 'zhang@' })).toEqual({ email: 'nt.needEmail' });
    expect(settingsFaults({ ...good, byEmail: true, email: 'zhang@xinxiang.gov.cn' })).toEqual({});
  });
  it('a text message needs a phone', () => {
    expect(settingsFaults({ ...good, byText: true, phone: '12' })).toEqual({ phone: 'nt.needPhone' });
    expect(settingsFaults({ ...good, byText: true, phone: '13800000000' })).toEqual({});
  });
  it.each(['', '8:00', '24:00', '07:60'])('%s is no time of day', (at) => expect(settingsFaults({ ...good, quietFrom: at })).toEqual({ quietFrom: 'nt.time' }));
});
