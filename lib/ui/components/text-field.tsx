'use client';
import type { ComponentProps } from 'react';
import { Field, fieldEdge } from './field';

export interface TextFieldProps extends Omit<ComponentProps<'input'>, 'id' | 'onChange' | 'value'> {
  label: string;
  value: string;
  /** What is wrong with the value, in words; undefined when nothing is. */
  problem?: string | undefined;
  onText: (text: string) => void;
}

/** A text field. */
export function TextField({ label, value, problem, onText, className = 'w-full', ...input }: TextFieldProps) {
  return (
    <Field label={label} problem={problem}>
      {(aria) => (
        <input
          {...input}
          {...aria}
          className={`field ${fieldEdge(aria['aria-invalid'])} ${className}`}
          value={value}
          onChange={(e) => onText(e.target.value)}
        />
      )}
    </Field>
  );
}

export interface ChoiceFieldProps {
  label: string;
  name?: string;
  value: string;
  problem?: string | undefined;
  options: readonly { readonly value: string; readonly label: string }[];
  onText: (value: string) => void;
}

/** A field with one of several choices. */
export function ChoiceField({ label, value, problem, options, onText, ...select }: ChoiceFieldProps) {
  return (
    <Field label={label} problem={problem}>
      {(aria) => (
        <select
          {...select}
          {...aria}
          className={`field w-full ${fieldEdge(aria['aria-invalid'])}`}
          value={value}
          onChange={(e) => onText(e.target.value)}
        >
          {options.map((o) => (
            <option key={o.value} value={o.value}>
              {o.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
