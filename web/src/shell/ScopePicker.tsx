import { Popover } from 'antd';
import { useState } from 'react';
import { useApi } from '../api/hooks';
import type { OrgRegion, Page } from '../api/types';
import { Icon } from '../components/icons';
import { useNarrow } from '../components/useNarrow';
import { Failed, Waiting } from '../components/States';
import { useT } from '../i18n';
import { setParams, useParam } from '../lib/router';
import { parentOf, shortCode } from '../lib/region';
import { useMe } from './me';

/** Which city, county or town the page speaks about; never wider than the account's own scope. */
export function ScopePicker() {
  const { t } = useT();
  const me = useMe();
  const narrow = useNarrow();
  const [scope] = useParam('scope', me.scope.code);
  const [open, setOpen] = useState(false);
  const name = useRegionName(scope);
  return (
    <Popover open={open} onOpenChange={setOpen} trigger="click" placement="bottomLeft" arrow={false} content={<Regions now={scope} onDone={() => setOpen(false)} />}>
      <button type="button" className="topctl" aria-expanded={open} aria-label={`${t('top.scope')} ${name}`} data-testid="scope">
        {narrow ? <Icon name="place" size={16} /> : <span className="lab">{t('top.scope')}</span>}
        <span>{name}</span>
        <Icon name="down" size={14} />
      </button>
    </Popover>
  );
}

function useRegionName(code: string): string {
  const me = useMe();
  const own = code === me.scope.code;
  const siblings = useApi<Page<OrgRegion>>('/org/regions', { parent: parentOf(code) }, { enabled: !own });
  return own ? me.scope.name : (siblings.data?.items.find((r) => r.code === code)?.name ?? shortCode(code));
}

function Regions({ now, onDone }: { now: string; onDone: () => void }) {
  const { t } = useT();
  const me = useMe();
  const [under, setUnder] = useState(me.scope.code);
  const r = useApi<Page<OrgRegion>>('/org/regions', { parent: under });
  const go = (code: string) => {
    setParams({ scope: code === me.scope.code ? null : code });
    onDone();
  };
  return (
    <div className="pop">
      <h3>{t('scope.title')}</h3>
      <div className="quick">
        <button type="button" className="fchip" aria-pressed={now === me.scope.code} onClick={() => go(me.scope.code)}>{me.scope.name}</button>
        {under !== me.scope.code && <button type="button" className="fchip" onClick={() => setUnder(parentOf(under))}>{t('scope.up')}</button>}
      </div>
      {r.isPending ? <Waiting height={120} /> : r.error ? <Failed error={r.error} retry={() => void r.refetch()} /> : r.data.items.length === 0 ? <p className="note">{t('scope.none')}</p> : (
        <div className="rows">
          {r.data.items.map((x) => (
            <div key={x.code} style={{ display: 'flex' }}>
              <button type="button" className="row" aria-current={x.code === now} onClick={() => go(x.code)}>{x.name}</button>
              {x.children > 0 && <button type="button" className="row" style={{ width: 'auto', flex: 'none', color: 'var(--ink-3)', fontSize: 12 }} onClick={() => setUnder(x.code)}>{`${t('scope.into')} ${x.children}`}</button>}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
