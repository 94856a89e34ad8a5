'use client';
import { SPLIT_FIELDS, WHERE_FIELDS, type WhereField } from '@/lib/services/spc/templates/content';
import type { ContextLists } from '@/lib/services/spc/views/templates';
import { CHART_KINDS, type ChartKind, kindOf } from '@/lib/spc';
import { KIND_CHOICES } from '@/lib/ui/charts/kinds';
import { ChoiceField, TextField } from '@/lib/ui/components/text-field';
import { fieldsOf } from '../[id]/design-draft';
import { DesignInputs } from '../[id]/design-inputs';
import { type EditorDraft, withKind, withVariables } from './editor-draft';
import { RuleChoice } from './rule-choice';
import { VariableChoice } from './variable-choice';

const CHOICES: Readonly<Partial<Record<WhereField, keyof ContextLists>>> = {
  area: 'areas',
  operation: 'operations',
  layer: 'layers',
  tool: 'tools',
  chamber: 'chambers',
  recipe: 'recipes',
  product: 'products',
  parameter: 'parameters',
};
const CHARACTERISTIC_HINTS = [
  'measurement.mean',
  'measurement.range',
  'measurement.*',
  'zone.edge-centre',
  'zernike.*',
  'overlay.lot.*',
  'vm.lot',
  'trace.*.*.mean',
  'fit.chi2',
];

interface PartProps {
  draft: EditorDraft;
  problemOf: (field: string) => string | undefined;
}

/** Which contexts the template takes, by patterns. */
export function Where({
  draft,
  lists,
  problemOf,
  set,
}: PartProps & { lists: ContextLists; set: (p: Partial<EditorDraft>) => void }) {
  const isJoint = kindOf(draft.kind).ofVariables === true;
  const optionsOf = (f: WhereField): readonly string[] => (f === 'characteristic' ? CHARACTERISTIC_HINTS : lists[CHOICES[f]!]);
  return (
    <fieldset>
      <legend className="label">Where</legend>
      <div className="grid grid-cols-2 gap-x-3 gap-y-1">
        {[...WHERE_FIELDS]
          .reverse()
          .filter((f) => !isJoint || (f !== 'characteristic' && f !== 'parameter'))
          .map((f) => (
            <div key={f} className={f === 'characteristic' ? 'col-span-2' : ''}>
              <TextField
                label={f === 'characteristic' ? 'Characteristic' : `${f[0]!.toUpperCase()}${f.slice(1)}`}
                value={draft.where[f]}
                problem={problemOf(`where.${f}`)}
                placeholder="*"
                list={`list-${f}`}
                autoComplete="off"
                onText={(text) => set({ where: { ...draft.where, [f]: text } })}
              />
              <datalist id={`list-${f}`}>
                {optionsOf(f).map((o) => (
                  <option key={o} value={o} />
                ))}
              </datalist>
            </div>
          ))}
      </div>
      <Check
        label="Only parameters with a specification"
        on={draft.onlySpecified}
        set={(onlySpecified) => set({ onlySpecified })}
      />
      <Check
        label="One chart an operation where the specification says so"
        on={draft.obeyChartContext}
        set={(obeyChartContext) => set({ obeyChartContext })}
      />
    </fieldset>
  );
}

/** What has a chart of its own. */
export function Split({ draft, set }: { draft: EditorDraft; set: (p: Partial<EditorDraft>) => void }) {
  return (
    <fieldset>
      <legend className="label">A chart of its own for each</legend>
      <div className="flex gap-4">
        {SPLIT_FIELDS.map((f) => (
          <Check
            key={f}
            label={f}
            on={draft.splitBy.includes(f)}
            set={(on) => set({ splitBy: SPLIT_FIELDS.filter((s) => (s === f ? on : draft.splitBy.includes(s))) })}
          />
        ))}
      </div>
      <p className="text-sm text-ink-3">
        {kindOf(draft.kind).ofVariables
          ? 'An operation always has; what is not ticked is on one chart together.'
          : 'Operation, parameter and characteristic always have; what is not ticked is on one chart together.'}
      </p>
    </fieldset>
  );
}

/** Kind, baseline, rules and alerts of its charts. */
export function How({
  draft,
  arl,
  problemOf,
  set,
}: PartProps & { arl: number | null; set: (f: (d: EditorDraft) => EditorDraft) => void }) {
  const patch = (p: Partial<EditorDraft>): void => set((d) => ({ ...d, ...p }));
  const isKind = (v: string): v is ChartKind => (CHART_KINDS as readonly string[]).includes(v);
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="label">How they judge</legend>
      <div className={`grid gap-2 ${draft.kind === 'ewma' ? 'grid-cols-[1fr_90px_70px_70px]' : 'grid-cols-[1fr_90px]'}`}>
        <ChoiceField
          label="Kind"
          value={draft.kind}
          problem={problemOf('kind')}
          options={KIND_CHOICES}
          onText={(v) => (isKind(v) ? set((d) => withKind(d, v)) : undefined)}
        />
        <TextField
          label="Baseline"
          value={draft.baselineN}
          problem={problemOf('baselineN')}
          inputMode="numeric"
          className="w-full text-right"
          onText={(baselineN) => patch({ baselineN })}
        />
        {draft.kind !== 'ewma' ? null : (
          <>
            <TextField
              label="λ"
              value={draft.lambda}
              placeholder="0.2"
              problem={problemOf('lambda')}
              inputMode="decimal"
              className="w-full text-right"
              onText={(lambda) => patch({ lambda })}
            />
            <TextField
              label="L"
              value={draft.widthL}
              placeholder="2.962"
              problem={problemOf('widthL')}
              inputMode="decimal"
              className="w-full text-right"
              onText={(widthL) => patch({ widthL })}
            />
          </>
        )}
      </div>
      {fieldsOf(draft.kind).length === 0 ? null : (
        <DesignInputs
          kind={draft.kind}
          unit="unit of the value"
          now={null}
          value={draft.design}
          set={(design) => patch({ design })}
        />
      )}
      {kindOf(draft.kind).ofVariables ? (
        <VariableChoice
          draft={draft}
          problem={problemOf('variables')}
          set={(variables) => set((d) => withVariables(d, variables))}
        />
      ) : null}
      <RuleChoice kind={draft.kind} chosen={draft} arl={arl} set={patch} />
      <div className="flex gap-6">
        <Check label="A rule that fires raises an alert" on={draft.alerting} set={(alerting) => patch({ alerting })} />
        {kindOf(draft.kind).ofVariables ? null : (
          <Check label="Capability by the specification" on={draft.specified} set={(specified) => patch({ specified })} />
        )}
      </div>
    </fieldset>
  );
}

function Check({ label, on, set }: { label: string; on: boolean; set: (on: boolean) => void }) {
  return (
    <label className="flex gap-2 text-sm py-1">
      <input type="checkbox" checked={on} onChange={(e) => set(e.target.checked)} />
      {label}
    </label>
  );
}
