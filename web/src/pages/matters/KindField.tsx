import { Input, Radio, Select, Switch } from 'antd';
import { Field } from '../../components/Field';
import { useT } from '../../i18n';
import { AssignPicker } from './AssignPicker';
import type { KindField } from './types';

type Props = { id: string; f: KindField; value: string; error: string | undefined; required: boolean; region: string; onChange: (v: string) => void };

/** One field of a kind in the form that its type asks for; values travel as text. */
export function KindFieldInput({ id, f, value, error, required, region, onChange }: Props) {
  const { t, either } = useT();
  const label = [either(f.name, f.nameEn), f.unit, required ? t('mp.required') : ''].filter(Boolean).join(' ');
  const choices = (f.choices ?? []).map((c) => ({ value: c.id, label: c.name }));
  return (
    <Field id={id} label={label} error={error}>
      {f.type === 'choice' && choices.length <= 4 ? <Radio.Group id={id} value={value} onChange={(e) => onChange(String(e.target.value))} options={choices} />
        : f.type === 'choice' ? <Select id={id} allowClear={!required} style={{ width: '100%' }} value={value || undefined} onChange={(v?: string) => onChange(v ?? '')} options={choices} />
          : f.type === 'bool' ? <Switch id={id} checked={value === 'true'} onChange={(on) => onChange(on ? 'true' : 'false')} />
            : f.type === 'longtext' ? <Input.TextArea id={id} rows={3} maxLength={f.max || 4000} value={value} onChange={(e) => onChange(e.target.value)} />
              : f.type === 'post' ? <AssignPicker id={id} region={region} value={{ post: value }} onChange={(a) => onChange(a.post ?? '')} />
                : <Input id={id} type={f.type === 'day' ? 'date' : f.type === 'time' ? 'datetime-local' : 'text'} inputMode={f.type === 'number' ? 'decimal' : undefined} maxLength={f.type === 'text' ? f.max || 200 : undefined} value={value} onChange={(e) => onChange(e.target.value)} />}
    </Field>
  );
}
