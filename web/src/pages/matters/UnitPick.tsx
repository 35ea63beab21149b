import { Select } from 'antd';
import { useApi } from '../../api/hooks';
import type { Page, Unit } from '../../api/types';

/** A unit by name, of the region and what lies below it; '' is none. */
export function UnitPick({ id, region, value, onChange }: { id: string; region: string; value: string; onChange: (id: string) => void }) {
  const r = useApi<Page<Unit>>('/org/units', { region });
  return (
    <Select
      id={id}
      allowClear
      style={{ width: '100%' }}
      showSearch={{ optionFilterProp: 'label' }}
      loading={r.isPending}
      value={value || undefined}
      onChange={(v?: string) => onChange(v ?? '')}
      options={(r.data?.items ?? []).map((u) => ({ value: u.id, label: u.name }))}
    />
  );
}
