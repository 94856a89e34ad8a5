'use client';
import { useMemo } from 'react';
import type { ChartKind, Design } from '@/lib/spc';
import { ChoiceField } from '@/lib/ui/components/text-field';
import { LimitInput } from '../limit-input';
import { type DesignTexts, designFaults, fieldsOf, priceOf, priceWords } from './design-draft';

export interface DesignInputsProps {
  readonly kind: ChartKind;
  readonly unit: string;
  readonly now: Design | null;
  readonly value: DesignTexts;
  readonly set: (v: DesignTexts) => void;
}

/** The settings of a kind of chart, with the run lengths that they cost. */
export function DesignInputs({ kind, unit, now, value, set }: DesignInputsProps) {
  const problems = designFaults(kind, value, now);
  const price = useMemo(() => priceOf(kind, value, now), [kind, value, now]);
  const put = (name: string, v: string): void => set({ ...value, [name]: v });
  return (
    <>
      <div className="grid grid-cols-2 gap-2 mt-2">
        {fieldsOf(kind).map((f) =>
          f.type === 'flag' ? (
            <label key={f.name} className="flex gap-2 text-sm items-center" title={f.help}>
              <input
                type="checkbox"
                checked={value[f.name] === 'true'}
                onChange={(e) => put(f.name, String(e.target.checked))}
                className="accent-(--accent)"
              />
              {f.label}
            </label>
          ) : f.type === 'choice' ? (
            <div key={f.name} title={f.help}>
              <ChoiceField
                label={f.label}
                value={value[f.name] ?? f.fallback}
                problem={problems[f.name]}
                options={f.choices}
                onText={(v) => put(f.name, v)}
              />
            </div>
          ) : (
            <div key={f.name} title={f.help}>
              <LimitInput
                label={f.inUnit === true ? `${f.label}, ${unit}` : f.label}
                value={value[f.name] ?? ''}
                problem={problems[f.name]}
                set={(v) => put(f.name, v)}
              />
              {f.fallback === null ? <p className="text-sm text-ink-3">{f.help}</p> : null}
            </div>
          ),
        )}
      </div>
      {price === null ? null : (
        <p className="text-sm text-ink-2 mt-1" aria-live="polite">
          {priceWords(price)}
        </p>
      )}
    </>
  );
}
