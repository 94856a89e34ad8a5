'use client';
import { ChoiceField, TextField } from '@/lib/ui/components/text-field';

export interface Known {
  readonly people: readonly { readonly email: string }[];
  readonly rotas: readonly string[];
  readonly channels: readonly { readonly name: string; readonly kind: string }[];
}

/** Who is told, as text, with a list to add from. */
export function TargetField({
  value,
  known,
  all,
  set,
}: {
  value: string;
  known: Known;
  all: boolean;
  set: (text: string) => void;
}) {
  const add = (to: string): void => {
    const has = value
      .split(',')
      .map((t) => t.trim())
      .filter((t) => t !== '');
    if (to !== '' && !has.includes(to)) set([...has, to].join(', '));
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_190px] gap-2 items-end">
      <TextField label="Tells" value={value} onText={set} autoComplete="off" />
      <ChoiceField
        label="Add"
        value=""
        onText={add}
        options={[
          { value: '', label: 'Choose…' },
          ...(all ? [{ value: 'channels:all', label: 'every channel that takes it' }] : []),
          ...['operator', 'engineer', 'administrator'].map((r) => ({ value: `role:${r}`, label: `every ${r}` })),
          ...known.rotas.map((r) => ({ value: `rota:${r}`, label: `on call in ${r}` })),
          ...known.channels.map((c) => ({ value: `channel:${c.name}`, label: `channel ${c.name} (${c.kind})` })),
          ...known.people.map((p) => ({ value: p.email, label: p.email })),
        ]}
      />
    </div>
  );
}
