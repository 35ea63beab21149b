import { Select } from 'antd';
import { useApi } from '../../api/hooks';
import type { OrgRegion, Page } from '../../api/types';
import { useT } from '../../i18n';
import { parentOf, within } from '../../lib/region';
import { useMe } from '../../shell/me';

/** The regions from just below the account's own down to the chosen one, outermost first. */
function path(code: string, scope: string): string[] {
  const out: string[] = [];
  for (let c = code; c !== '' && c !== scope && within(c, scope); c = parentOf(c)) out.unshift(c);
  return out;
}

/** A region chosen by name, level by level; '' is the account's own. */
export function RegionPick({ id, value, onChange }: { id: string; value: string; onChange: (code: string) => void }) {
  const { t } = useT();
  const me = useMe();
  const chosen = path(value, me.scope.code);
  const levels = [me.scope.code, ...chosen];
  return (
    <div className="regionpick">
      {levels.map((parent, i) => (
        <Level key={parent} id={i === 0 ? id : `${id}-${i}`} parent={parent} all={i === 0 ? me.scope.name : t('nm.whole')} value={chosen[i] ?? ''} onChange={(code) => onChange(code || (i === 0 ? '' : parent))} />
      ))}
    </div>
  );
}

function Level({ id, parent, all, value, onChange }: { id: string; parent: string; all: string; value: string; onChange: (code: string) => void }) {
  const { t } = useT();
  const r = useApi<Page<OrgRegion>>('/org/regions', { parent });
  const items = r.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Select
      id={id}
      aria-label={t('nm.region')}
      showSearch
      optionFilterProp="label"
      value={value}
      onChange={onChange}
      options={[{ value: '', label: all }, ...items.map((x) => ({ value: x.code, label: x.name }))]}
    />
  );
}
