'use client';
import { useState } from 'react';
import { CONDITIONS, type ConditionName, conditionWords } from '@/lib/services/checklists/condition-words';
import type { Step, StepKind } from '@/lib/services/checklists/content';
import type { FlowProblem } from '@/lib/services/checklists/flow';
import { ChoiceField, TextField } from '@/lib/ui/components/text-field';
import { asKind, fieldsOf, firstCondition, KIND_WORDS, withFields } from './editing';

export interface Codes {
  readonly kind: string;
  readonly code: string;
  readonly label: string;
}

interface StepEditorProps {
  step: Step;
  /** All steps, to lead to. */
  steps: readonly Step[];
  problems: readonly FlowProblem[];
  codes: readonly Codes[];
  onChange: (s: Step) => void;
}

const DEEDS = [
  { value: 'hold', label: 'place a hold' },
  { value: 're_measure', label: 'ask for a measurement' },
  { value: 'dispose', label: 'decide about the lots' },
];

/** The fields of one step. */
export function StepEditor({ step, steps, problems, codes, onChange }: StepEditorProps) {
  const at = (field: string): string | undefined => problems.find((p) => p.field === field)?.message;
  const way = (field: string, label: string, value: string | null, set: (to: string | null) => void) => (
    <ChoiceField
      key={field}
      label={label}
      value={value ?? ''}
      problem={at(field)}
      onText={(v) => set(v === '' ? null : v)}
      options={[
        { value: '', label: 'leads nowhere yet' },
        ...steps.filter((s) => s.id !== step.id).map((s) => ({ value: s.id, label: s.title })),
      ]}
    />
  );
  return (
    <div className="grid grid-cols-2 gap-x-3 gap-y-2">
      <TextField label="Title" value={step.title} onText={(title) => onChange({ ...step, title })} maxLength={120} />
      <ChoiceField
        label="Kind"
        value={step.kind}
        onText={(kind) => onChange(asKind(step, kind as StepKind))}
        options={(Object.keys(KIND_WORDS) as StepKind[]).map((value) => ({ value, label: KIND_WORDS[value] }))}
      />
      <label className="col-span-2 block">
        <span className="label">Text (optional)</span>
        <textarea
          className="field w-full"
          rows={2}
          maxLength={2000}
          value={step.text}
          onChange={(e) => onChange({ ...step, text: e.target.value })}
        />
      </label>
      {step.kind === 'instruction' ? (
        <TextField
          label="Link (optional)"
          value={step.link}
          placeholder="https://… or /spc"
          onText={(link) => onChange({ ...step, link })}
        />
      ) : null}
      {step.kind === 'action' ? (
        <ChoiceField
          label="What is to be done"
          value={step.deed}
          options={DEEDS}
          onText={(deed) => onChange({ ...step, deed: deed as typeof step.deed })}
        />
      ) : null}
      {step.kind === 'instruction' || step.kind === 'action'
        ? way('next', 'Then', step.next, (next) => onChange({ ...step, next }))
        : null}
      {step.kind === 'question' ? <Answers step={step} problem={at('answers')} way={way} onChange={onChange} /> : null}
      {step.kind === 'data' ? (
        <>
          <ConditionFields key={`${step.id}${step.condition.is}`} step={step} onChange={onChange} />
          <div className="col-span-2 grid grid-cols-3 gap-3">
            {(['yes', 'no', 'unknown'] as const).map((k) =>
              way(k, k === 'unknown' ? 'Unknown: the data do not tell' : k, step[k], (to) => onChange({ ...step, [k]: to })),
            )}
          </div>
        </>
      ) : null}
      {step.kind === 'end'
        ? (['cause', 'action'] as const).map((k) => (
            <ChoiceField
              key={k}
              label={`Suggested ${k}`}
              value={step[k] ?? ''}
              onText={(v) => onChange({ ...step, [k]: v === '' ? null : v })}
              options={[
                { value: '', label: 'none' },
                ...codes.filter((c) => c.kind === k).map((c) => ({ value: c.code, label: c.label })),
              ]}
            />
          ))
        : null}
    </div>
  );
}

type Question = Extract<Step, { kind: 'question' }>;

function Answers({
  step,
  problem,
  way,
  onChange,
}: {
  step: Question;
  problem: string | undefined;
  way: (field: string, label: string, value: string | null, set: (to: string | null) => void) => React.ReactNode;
  onChange: (s: Step) => void;
}) {
  const set = (i: number, patch: Partial<Question['answers'][number]>): void =>
    onChange({ ...step, answers: step.answers.map((a, k) => (k === i ? { ...a, ...patch } : a)) });
  return (
    <div className="col-span-2 flex flex-col gap-2">
      {step.answers.map((a, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an answer has no name of its own while it is typed
        <div key={i} className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto] gap-3 items-end">
          <TextField label={`Answer ${i + 1}`} value={a.answer} maxLength={60} onText={(answer) => set(i, { answer })} />
          {way(`answers.${i}.next`, 'leads to', a.next, (next) => set(i, { next }))}
          <button
            type="button"
            className="btn btn-quiet"
            aria-label={`Remove answer ${i + 1}`}
            onClick={() => onChange({ ...step, answers: step.answers.filter((_, k) => k !== i) })}
          >
            ✕
          </button>
        </div>
      ))}
      <div className="flex items-center gap-2">
        <button
          type="button"
          className="btn h-7! text-sm!"
          disabled={step.answers.length >= 8}
          onClick={() =>
            onChange({ ...step, answers: [...step.answers, { answer: `answer ${step.answers.length + 1}`, next: null }] })
          }
        >
          Add an answer
        </button>
        {problem === undefined ? null : <span className="text-sm text-out">{problem}</span>}
      </div>
    </div>
  );
}

type DataStep = Extract<Step, { kind: 'data' }>;

/** The condition of a decision by data. What is typed stays as it is typed, also while it is no number yet. */
function ConditionFields({ step, onChange }: { step: DataStep; onChange: (s: Step) => void }) {
  const { is } = step.condition;
  const [typed, setTyped] = useState(() => fieldsOf(step.condition));
  const type = (name: string, value: string): void => {
    const next = { ...typed, [name]: value };
    setTyped(next);
    onChange({ ...step, condition: withFields(is, next) });
  };
  return (
    <>
      <ChoiceField
        label="Decided by"
        value={is}
        onText={(v) => onChange({ ...step, condition: firstCondition(v as ConditionName) })}
        options={(Object.keys(CONDITIONS) as ConditionName[]).map((value) => ({ value, label: CONDITIONS[value].label }))}
      />
      {CONDITIONS[is].fields.map((f) => (
        <TextField key={f.name} label={f.label} value={typed[f.name] ?? ''} onText={(v) => type(f.name, v)} />
      ))}
      <p className="col-span-2 text-sm text-ink-2">{conditionWords(step.condition)}</p>
    </>
  );
}
