'use client';
import { type ChartKind, isDispersionRule, rulesOfKind, ruleText } from '@/lib/spc';
import { ChoiceField } from '@/lib/ui/components/text-field';
import { num } from '@/lib/ui/format';
import { PRESETS, presetOf } from './editor-draft';

export interface RuleChoiceProps {
  kind: ChartKind;
  rules: readonly number[];
  /** Points between two false alarms of one chart, by the exact run length; null: not known, or none. */
  arl: number | null;
  set: (rules: number[]) => void;
}

/** The rules of a chart: a named set, or one by one, with the price of the choice. */
export function RuleChoice({ kind, rules, arl, set }: RuleChoiceProps) {
  const possible = rulesOfKind(kind);
  const sets = PRESETS.filter((p) => p.rules.every((r) => (possible as readonly number[]).includes(r)));
  const toggle = (r: number): void => set(possible.filter((p) => (p === r ? !rules.includes(p) : rules.includes(p))));
  return (
    <fieldset>
      <legend className="sr-only">Rules</legend>
      <div className="flex items-end gap-3">
        <div className="w-52">
          <ChoiceField
            label="Rules (Nelson)"
            value={presetOf(rules)}
            options={[...sets, ...(presetOf(rules) === 'custom' ? [{ value: 'custom', label: 'As chosen below', rules }] : [])]}
            onText={(v) => {
              const chosen = PRESETS.find((p) => p.value === v);
              if (chosen) set(possible.filter((p) => (isDispersionRule(p) ? rules.includes(p) : chosen.rules.includes(p))));
            }}
          />
        </div>
        <p className="text-sm text-ink-2 pb-1" aria-live="polite">
          {arl === null ? '' : `in control, one false alarm in ${num(arl, arl < 100 ? 1 : 0)} points`}
        </p>
      </div>
      <div className="mt-1 columns-2 gap-4">
        {possible.map((r) => (
          <label key={r} className="flex gap-2 text-sm py-1 break-inside-avoid">
            <input type="checkbox" checked={rules.includes(r)} onChange={() => toggle(r)} />
            <span>{isDispersionRule(r) ? ruleText(r, 'study', kind) : `${r}: ${ruleText(r, 'study', kind)}`}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
