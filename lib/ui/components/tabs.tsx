'use client';
import { useId } from 'react';

export interface TabsProps<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; label: string; disabled?: boolean; title?: string }[];
  onChange: (value: T) => void;
}

/** A row of choices, one of them selected: native radio buttons styled as a segmented control, so that the arrow keys work. */
export function Tabs<T extends string>({ label, value, options, onChange }: TabsProps<T>) {
  const name = useId();
  return (
    <fieldset className="inline-flex border border-hairline-strong rounded overflow-hidden bg-surface h-7">
      <legend className="sr-only">{label}</legend>
      {options.map((o) => (
        <label
          key={o.value}
          title={o.title}
          className={`px-2 text-sm leading-[26px] border-l border-hairline first:border-l-0 whitespace-nowrap has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:-outline-offset-2 ${
            o.value === value ? 'bg-accent-wash text-accent font-semibold' : 'text-ink-2 hover:bg-sunken'
          } ${o.disabled ? 'opacity-50' : 'cursor-pointer'}`}
        >
          <input
            type="radio"
            className="sr-only"
            name={name}
            value={o.value}
            checked={o.value === value}
            disabled={o.disabled ?? false}
            onChange={() => onChange(o.value)}
          />
          {o.label}
        </label>
      ))}
    </fieldset>
  );
}
