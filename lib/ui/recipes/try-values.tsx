'use client';
import { useId } from 'react';
import type { MetrologyRecipe } from '@/lib/recipes';
import { num, parseNumber, unitLabel } from '../format';
import { fieldOf } from './draft';

export interface TryValuesProps {
  recipe: MetrologyRecipe;
  values: readonly number[];
  onTry: (name: string, value: number) => void;
}

const STEPS = 200;

/** A slider and a number per parameter: they move drawing and curves without changing the draft. */
export function TryValues({ recipe, values, onTry }: TryValuesProps) {
  return (
    <div className="grid grid-cols-1 2xl:grid-cols-2 gap-x-6 gap-y-1">
      {recipe.parameters.map((p, i) => (
        <TryRow key={p.name} p={p} value={values[i]!} onTry={(v) => onTry(p.name, v)} />
      ))}
    </div>
  );
}

function TryRow({ p, value, onTry }: { p: MetrologyRecipe['parameters'][number]; value: number; onTry: (v: number) => void }) {
  const id = useId();
  const { role } = p;
  const unit = unitLabel(p.unit);
  const name = p.label || p.name;
  const range = role.kind === 'free' ? role : null;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_88px_52px] items-center gap-2">
      <label htmlFor={id} className="text-sm truncate" title={`${name} (${p.name})`}>
        {name}
      </label>
      {range ? (
        <input
          type="range"
          className="w-full accent-[var(--accent)]"
          aria-label={`${name}, slider`}
          aria-valuetext={`${num(value, 3)} ${unit}`}
          min={range.lower}
          max={range.upper}
          step={(range.upper - range.lower) / STEPS}
          value={value}
          onChange={(e) => onTry(Number(e.target.value))}
        />
      ) : (
        <span className="text-sm text-ink-3">{role.kind === 'fed' ? 'fed in' : role.kind}</span>
      )}
      {role.kind === 'tied' ? (
        <output id={id} className="text-right text-sm">
          {num(value, 4)}
        </output>
      ) : (
        <input
          id={id}
          className="field h-6! w-full text-right"
          inputMode="decimal"
          value={fieldOf(Number(value.toPrecision(7)))}
          onChange={(e) => {
            const v = parseNumber(e.target.value);
            if (Number.isFinite(v)) onTry(v);
          }}
        />
      )}
      <span className="text-sm text-ink-3 truncate" title={unit}>
        {unit}
      </span>
    </div>
  );
}
