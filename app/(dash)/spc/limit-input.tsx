'use client';
import { useId } from 'react';

/** A number as text, with what is wrong with it beneath. */
export function LimitInput(p: { label: string; value: string; problem: string | undefined; set: (v: string) => void }) {
  const id = useId();
  return (
    <div>
      <label className="label" htmlFor={id}>
        {p.label}
      </label>
      <input
        id={id}
        className="field w-full text-right"
        inputMode="decimal"
        autoComplete="off"
        value={p.value}
        aria-invalid={p.problem !== undefined}
        aria-describedby={p.problem === undefined ? undefined : `${id}-problem`}
        onChange={(e) => p.set(e.target.value)}
      />
      {p.problem === undefined ? null : (
        <span id={`${id}-problem`} role="alert" className="block text-sm status-out">
          {p.problem}
        </span>
      )}
    </div>
  );
}
