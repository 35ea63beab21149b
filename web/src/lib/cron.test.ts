import { describe, expect, it } from 'vitest';
import { cronWords } from './cron';

describe('cronWords', () => {
  it.each([
    ['* * * * *', '每分钟', 'every minute'],
    ['*/5 * * * *', '每 5 分钟', 'every 5 minutes'],
    ['20 * * * *', '每小时 20 分', 'each hour at :20'],
    ['5 0 * * *', '每日 00:05', 'daily at 00:05'],
    ['30 3 * * *', '每日 03:30', 'daily at 03:30'],
    ['0 9 * * 1', '', ''],
    ['0 9-17 * * *', '', ''],
    ['* *', '', ''],
  ])('%s', (spec, zh, en) => {
    expect(cronWords(spec, 'zh')).toBe(zh);
    expect(cronWords(spec, 'en')).toBe(en);
  });
});
