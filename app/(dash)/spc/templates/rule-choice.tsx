'use client';
import { type ChartKind, isDispersionRule, isWithinRule, presetOf, ruleFits, rulesOfKind, ruleText } from '@/lib/spc';
import { ChoiceField } from '@/lib/ui/components/text-field';
import { num } from '@/lib/ui/format';
import { useRuleSets } from '../../known-rules';

/** The rules of a chart: of a set, or one by one. */
export interface ChosenRules {
  readonly rules: readonly number[];
  readonly preset: string;
  /** Version of a set of the site; null: it is none. */
  readonly setVersion: number | null;
}

export interface RuleChoiceProps {
  kind: ChartKind;
  chosen: ChosenRules;
  /** Points between two false alarms of one chart, by the exact run length; null: not known, or none. */
  arl: number | null;
  set: (c: ChosenRules) => void;
}

/** A rule as choices name it. */
const line = (r: number, kind: ChartKind): string =>
  isDispersionRule(r) || isWithinRule(r) || r > 9 ? ruleText(r, 'study', kind) : `${r}: ${ruleText(r, 'study', kind)}`;

/** The rules of a chart: a named set, or one by one, with the price of the choice. */
export function RuleChoice({ kind, chosen, arl, set }: RuleChoiceProps) {
  const sets = useRuleSets().filter((s) => s.numbers.some((r) => ruleFits(kind, r)));
  const { rules, preset, setVersion } = chosen;
  const beside = rules.filter((r) => (isDispersionRule(r) || isWithinRule(r)) && ruleFits(kind, r));
  const ofSite = setVersion === null ? undefined : sets.find((s) => s.id === preset);
  const shown = setVersion === null ? [...new Set([...rulesOfKind(kind), ...rules])] : rules;
  const choose = (id: string): void => {
    const s = sets.find((q) => q.id === id);
    const fitting = s?.numbers.filter((r) => ruleFits(kind, r)) ?? [];
    if (s === undefined) set({ rules, preset: 'custom', setVersion: null });
    else if (s.version !== null) set({ rules: fitting, preset: s.id, setVersion: s.version });
    else set({ rules: [...fitting, ...beside], preset: s.id, setVersion: null });
  };
  const toggle = (r: number): void => {
    const next = shown.filter((p) => (p === r ? !rules.includes(p) : rules.includes(p)));
    set({ rules: next, preset: presetOf(next), setVersion: null });
  };
  return (
    <fieldset>
      <legend className="sr-only">Rules</legend>
      <div className="flex items-end gap-3">
        <div className="w-64">
          <ChoiceField
            label="Rule set"
            value={ofSite?.id ?? (setVersion === null ? presetOf(rules) : preset)}
            options={[
              ...sets.map((s) => ({ value: s.id, label: s.version === null ? s.label : `${s.label}, version ${s.version}` })),
              ...(setVersion !== null && ofSite === undefined
                ? [{ value: preset, label: `a retired set, version ${setVersion}` }]
                : []),
              { value: 'custom', label: 'Rules one by one' },
            ]}
            onText={choose}
          />
        </div>
        <p className="text-sm text-ink-2 pb-1" aria-live="polite">
          {arl === null ? '' : `in control, one false alarm in ${num(arl, arl < 100 ? 1 : 0)} points`}
        </p>
      </div>
      {setVersion === null ? (
        <div className="mt-1 columns-2 gap-4">
          {shown.map((r) => (
            <label key={r} className="flex gap-2 text-sm py-1 break-inside-avoid">
              <input type="checkbox" checked={rules.includes(r)} onChange={() => toggle(r)} />
              <span>{line(r, kind)}</span>
            </label>
          ))}
        </div>
      ) : (
        <>
          <ul className="mt-1 text-sm list-disc pl-5">
            {shown.map((r) => (
              <li key={r}>{line(r, kind)}</li>
            ))}
          </ul>
          {ofSite !== undefined && ofSite.version !== setVersion ? (
            <p className="text-sm text-ink-2 mt-1">
              {`Version ${setVersion} of the set; the newest is ${ofSite.version}. `}
              <button type="button" className="link" onClick={() => choose(ofSite.id)}>
                Take the newest
              </button>
            </p>
          ) : null}
        </>
      )}
    </fieldset>
  );
}
