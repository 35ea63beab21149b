import { Select } from 'antd';
import { useApi } from '../../api/hooks';

export type Assigned = { unit?: string; post?: string };
type Candidate = { post: string; unit: string; text: string; held: boolean };

/** Posts that may be charged with a matter of this region, nearest first; the server names them. */
export function AssignPicker({ region, value, onChange, id = 'mv-assign' }: { region: string; value: Assigned; onChange: (a: Assigned) => void; id?: string }) {
  const r = useApi<{ items: Candidate[] | null }>('/matters/assignees', { region });
  return (
    <Select
      id={id}
      style={{ width: '100%' }}
      showSearch={{ filterOption: (text, option) => String(option?.label ?? '').includes(text) }}
      loading={r.isPending}
      value={value.post || undefined}
      onChange={(post: string) => onChange({ post })}
      options={(r.data?.items ?? []).map((c) => ({ value: c.post, label: c.text, disabled: !c.held }))}
    />
  );
}
