'use client';
import { type ComponentProps, useId } from 'react';

export interface TextFieldProps extends Omit<ComponentProps<'input'>, 'id' | 'onChange' | 'value'> {
  label: string;
  value: string;
  /** What is wrong with what stands in it, in words; undefined when nothing is. */
  problem?: string | undefined;
  onText: (text: string) => void;
}

/** A field with its label, and beneath it what is wrong with it: never in the browser's own bubble. */
export function TextField({ label, value, problem, onText, className = 'w-full', ...input }: TextFieldProps) {
  const id = useId();
  return (
    <div>
      <label className="label" htmlFor={id}>
        {label}
      </label>
      <input
        {...input}
        id={id}
        className={`field ${className}`}
        value={value}
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : `${id}-problem`}
        onChange={(e) => onText(e.target.value)}
      />
      {problem === undefined ? null : (
        <span id={`${id}-problem`} role="alert" className="block text-sm status-out">
          {problem}
        </span>
      )}
    </div>
  );
}
