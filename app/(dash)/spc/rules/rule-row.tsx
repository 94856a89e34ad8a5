'use client';
import { describeRule, type RulePriority, type RuleSeverity, type RuleSide, type RuleStatistic } from '@/lib/spc';
import { ChoiceField, TextField } from '@/lib/ui/components/text-field';
import { asRule, COMPOUNDS, type Compound, type DraftForm, type DraftRule, FORMS, type Form } from './set-draft';

const STATISTICS: readonly { value: RuleStatistic; label: string }[] = [
  { value: 'location', label: 'location' },
  { value: 'dispersion', label: 'dispersion' },
  { value: 'within', label: 'spread within' },
];
const SIDES: readonly { value: RuleSide; label: string }[] = [
  { value: 'same', label: 'one side' },
  { value: 'any', label: 'either side' },
  { value: 'above', label: 'above' },
  { value: 'below', label: 'below' },
];
const SEVERITIES: readonly { value: RuleSeverity; label: string }[] = [
  { value: 'out_of_control', label: 'out of control' },
  { value: 'warning', label: 'warning' },
];
const PRIORITIES: readonly { value: RulePriority; label: string }[] = [
  { value: 'high', label: 'high' },
  { value: 'medium', label: 'medium' },
  { value: 'low', label: 'low' },
];
const MOST_PARTS = 5;

export interface RuleRowProps {
  rule: DraftRule;
  /** Of its place in the list: what is wrong with a field of it. */
  problemOf: (field: string) => string | undefined;
  set: (r: DraftRule) => void;
  /** Null: the set is only read. */
  remove: (() => void) | null;
}

/** One rule of a set: what it looks for, on what, and what its signal is worth. */
export function RuleRow({ rule, problemOf, set, remove }: RuleRowProps) {
  const patch = (p: Partial<DraftRule>): void => set({ ...rule, ...p });
  const said = asRule(rule);
  const choices = [...FORMS, ...COMPOUNDS];
  const setKind = (v: string): void => {
    const compound = COMPOUNDS.find((c) => c.value === v)?.value as Compound | undefined;
    const [first] = rule.forms;
    if (compound === undefined) patch({ compound: null, forms: [{ ...first!, kind: v as Form }] });
    else patch({ compound, forms: rule.forms.length > 1 ? rule.forms : [first!, first!] });
  };
  const setForm = (i: number, f: DraftForm): void => patch({ forms: rule.forms.map((q, j) => (j === i ? f : q)) });
  const label = rule.name.trim() === '' ? 'Rule without a name' : rule.name;
  return (
    <fieldset className="border-t border-hairline pt-2 min-w-0" aria-label={label}>
      <div className="grid grid-cols-[minmax(92px,1fr)_128px_100px_130px_90px] gap-1.5 items-start">
        <TextField label="Name" value={rule.name} problem={problemOf('name')} maxLength={40} onText={(name) => patch({ name })} />
        <ChoiceField
          label="Looks for"
          value={rule.compound ?? rule.forms[0]!.kind}
          options={choices}
          problem={problemOf('rule')}
          onText={setKind}
        />
        <ChoiceField
          label="On"
          value={rule.on}
          options={STATISTICS}
          problem={problemOf('on')}
          onText={(on) => patch({ on: on as RuleStatistic })}
        />
        <ChoiceField
          label="Severity"
          value={rule.severity}
          options={SEVERITIES}
          onText={(v) => patch({ severity: v as RuleSeverity })}
        />
        <ChoiceField
          label="Priority"
          value={rule.priority}
          options={PRIORITIES}
          onText={(v) => patch({ priority: v as RulePriority })}
        />
      </div>
      {rule.forms.map((f, i) => (
        // parts have no identity of their own: they are their place
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <div key={i} className="flex flex-wrap items-end gap-2 mt-1">
          {rule.compound === null ? null : (
            <div className="w-36">
              <ChoiceField
                label={`Part ${i + 1}`}
                value={f.kind}
                options={FORMS}
                onText={(v) => setForm(i, { ...f, kind: v as Form })}
              />
            </div>
          )}
          <FormFields form={f} set={(q) => setForm(i, q)} />
          {remove !== null && rule.compound !== null && rule.forms.length > 2 ? (
            <button
              type="button"
              className="link text-sm pb-1"
              onClick={() => patch({ forms: rule.forms.filter((_, j) => j !== i) })}
            >
              {`take out part ${i + 1}`}
            </button>
          ) : null}
        </div>
      ))}
      {remove !== null && rule.compound !== null && rule.forms.length < MOST_PARTS ? (
        <button type="button" className="link text-sm" onClick={() => patch({ forms: [...rule.forms, rule.forms.at(-1)!] })}>
          Add a part
        </button>
      ) : null}
      <div className="flex items-baseline gap-3 mt-1 text-sm">
        <p className="text-ink-2 grow">{said === null ? 'A number is missing.' : `${describeRule(said)}.`}</p>
        <label className="flex gap-1.5">
          <input type="checkbox" checked={rule.enabled} onChange={(e) => patch({ enabled: e.target.checked })} />
          on
        </label>
        {remove === null ? null : (
          <button type="button" className="link" onClick={remove} aria-label={`Take out ${label}`}>
            take out
          </button>
        )}
      </div>
    </fieldset>
  );
}

/** Counts, sigma and side of one form; only those that it has. */
function FormFields({ form: f, set }: { form: DraftForm; set: (f: DraftForm) => void }) {
  const field = (label: string, value: string, of: 'k' | 'n' | 'sigma') => (
    <div className="w-16" key={of}>
      <TextField
        label={label}
        value={value}
        inputMode={of === 'sigma' ? 'decimal' : 'numeric'}
        className="w-full text-right"
        onText={(v) => set({ ...f, [of]: v })}
      />
    </div>
  );
  const isBeyond = f.kind === 'beyond';
  return (
    <>
      {isBeyond ? field('k points', f.k, 'k') : null}
      {f.kind === 'range' ? null : field(isBeyond ? 'of n' : 'n points', f.n, 'n')}
      {f.kind === 'trend' || f.kind === 'alternation' ? null : field('sigma', f.sigma, 'sigma')}
      {isBeyond ? (
        <>
          <div className="w-28">
            <ChoiceField label="Side" value={f.side} options={SIDES} onText={(v) => set({ ...f, side: v as RuleSide })} />
          </div>
          <label className="flex gap-1.5 text-sm pb-1">
            <input type="checkbox" checked={f.lastBeyond} onChange={(e) => set({ ...f, lastBeyond: e.target.checked })} />
            the last one too
          </label>
          {f.side === 'any' ? (
            <label className="flex gap-1.5 text-sm pb-1">
              <input type="checkbox" checked={f.bothSides} onChange={(e) => set({ ...f, bothSides: e.target.checked })} />
              both sides present
            </label>
          ) : null}
        </>
      ) : null}
    </>
  );
}
