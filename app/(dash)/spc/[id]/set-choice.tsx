'use client';
import { type ChartKind, isDispersionRule, isWithinRule, presetOf, ruleFits } from '@/lib/spc';
import { ChoiceField } from '@/lib/ui/components/text-field';
import { useRuleSets } from '../../known-rules';
import type { ChangeDraft } from './change-draft';

/** The set that the rules are of: choosing one ticks its rules, and ticking one by one leaves the set. */
export function SetChoice({
  kind,
  draft,
  patch,
}: {
  kind: ChartKind;
  draft: ChangeDraft;
  patch: (p: Partial<ChangeDraft>) => void;
}) {
  const sets = useRuleSets().filter((s) => s.numbers.some((r) => ruleFits(kind, r)));
  const choose = (id: string): void => {
    const s = sets.find((q) => q.id === id);
    const fitting = s?.numbers.filter((r) => ruleFits(kind, r)) ?? [];
    const beside = [...draft.rules].filter((r) => isDispersionRule(r) || isWithinRule(r));
    if (s === undefined) patch({ ruleSet: null });
    else if (s.version !== null) patch({ rules: new Set(fitting), ruleSet: { set: s.id, version: s.version, name: s.label } });
    else patch({ rules: new Set([...fitting, ...beside]), ruleSet: null });
  };
  const own = draft.ruleSet;
  return (
    <div className="w-72 mb-1">
      <ChoiceField
        label="Rule set"
        value={own?.set ?? presetOf([...draft.rules])}
        options={[
          ...sets.map((s) => ({ value: s.id, label: s.version === null ? s.label : `${s.label}, version ${s.version}` })),
          ...(own !== null && !sets.some((s) => s.id === own.set)
            ? [{ value: own.set, label: `${own.name}, version ${own.version} (retired)` }]
            : []),
          { value: 'custom', label: 'Rules one by one' },
        ]}
        onText={choose}
      />
      {own !== null && sets.some((s) => s.id === own.set && s.version !== own.version) ? (
        <p className="text-sm text-ink-2">
          {`This chart follows version ${own.version}. `}
          <button type="button" className="link" onClick={() => choose(own.set)}>
            Take the newest
          </button>
        </p>
      ) : null}
    </div>
  );
}
