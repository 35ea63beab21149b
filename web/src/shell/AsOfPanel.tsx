import { Button, DatePicker } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { useT } from '../i18n';
import { isoDay, minute, rfc3339 } from '../lib/format';
import { setParams, useParam } from '../lib/router';
import { useNow } from './clock';

const DAY = 86_400_000;

/** Turns the whole page back in time: a few usual moments, or any. Civil time whatever the machine's zone. */
export default function AsOfPanel({ onDone }: { onDone: () => void }) {
  const { t, lang } = useT();
  const [asOf] = useParam('asOf');
  const now = useNow(60_000);
  const [picked, setPicked] = useState<Dayjs | null>(null);
  const go = (value: string | null) => {
    setParams({ asOf: value });
    onDone();
  };
  const at = (daysBack: number, clock: string) => `${isoDay(now - daysBack * DAY)}T${clock}:00+08:00`;
  const quick: [string, string | null][] = [
    [t('asOf.now'), null],
    [t('asOf.today8'), at(0, '08:00')],
    [t('asOf.yesterday18'), at(1, '18:00')],
    [t('asOf.yesterday8'), at(1, '08:00')],
    [t('asOf.week'), rfc3339(now - 7 * DAY)],
  ];
  const nowText = rfc3339(now).slice(0, 16);
  return (
    <div className="pop" data-testid="asof-panel">
      <h3>{t('asOf.title')}</h3>
      <div className="quick">
        {quick
          .filter(([, value]) => value === null || Date.parse(value) <= now)
          .map(([label, value]) => (
            <button key={label} type="button" className="fchip" aria-pressed={(value ?? '') === asOf} onClick={() => go(value)}>{label}</button>
          ))}
      </div>
      <div style={{ display: 'flex', gap: 8 }}>
        <DatePicker
          showTime={{ format: 'HH:mm', minuteStep: 10 }}
          format="YYYY-MM-DD HH:mm"
          aria-label={t('asOf.pick')}
          placeholder={asOf ? minute(asOf, lang) : t('asOf.pick')}
          style={{ flex: 1 }}
          value={picked}
          onChange={setPicked}
          maxDate={dayjs(nowText)}
          needConfirm={false}
        />
        <Button type="primary" disabled={!picked} onClick={() => picked && go(`${picked.format('YYYY-MM-DDTHH:mm')}:00+08:00`)}>{t('do.open')}</Button>
      </div>
      <p className="note" style={{ marginTop: 8 }}>{t('asOf.help')}</p>
    </div>
  );
}
