'use client';
import { useRouter } from 'next/navigation';
import { useMemo, useState } from 'react';
import type { ChecklistContent, Step, StepKind } from '@/lib/services/checklists/content';
import { flowProblems, problemWords } from '@/lib/services/checklists/flow';
import { waysOf } from '@/lib/services/checklists/ways';
import { type DrawnStep, FlowDrawing } from '@/lib/ui/charts/flow-drawing';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { ChoiceField, TextField } from '@/lib/ui/components/text-field';
import { plural } from '@/lib/ui/format';
import { useAction } from '@/lib/ui/hooks/use-action';
import { keepDraft } from './actions';
import { added, KIND_WORDS, listOf, moved, removed, replaced } from './editing';
import { type Codes, StepEditor } from './step-editor';

const SHAPES: Readonly<Record<StepKind, DrawnStep['shape']>> = {
  instruction: 'straight',
  question: 'cut',
  data: 'double',
  action: 'straight',
  end: 'round',
};

/** Steps as they are drawn. */
export const drawn = (c: ChecklistContent): DrawnStep[] =>
  c.steps.map((s) => ({
    id: s.id,
    title: s.title,
    kind: KIND_WORDS[s.kind],
    shape: SHAPES[s.kind],
    ways: waysOf(s).map((w) => ({ label: w.label, to: w.to })),
  }));

export interface EditorProps {
  /** Null: a new one. */
  checklist: string | null;
  /** Of the draft; 0: there is none yet. */
  revision: number;
  name: string;
  content: ChecklistContent;
  codes: readonly Codes[];
  /** Tells whether something is typed that is not kept. */
  onTyped?: (typed: boolean) => void;
}

/** A draft of a checklist: its steps in words, and the flow that they make, drawn beside. */
export function ChecklistEditor(p: EditorProps) {
  const router = useRouter();
  const [name, setName] = useState(p.name);
  const [content, setContent] = useState(p.content);
  const [kept, setKept] = useState(true);
  const [selected, select] = useState<string | null>(p.content.start);
  const { busy, run } = useAction();
  const problems = useMemo(() => flowProblems(content), [content]);
  const steps = useMemo(() => drawn(content), [content]);
  const faulty = useMemo(() => new Set(problems.flatMap((q) => (q.step === null ? [] : [q.step]))), [problems]);
  const mark = (isKept: boolean): void => {
    setKept(isKept);
    p.onTyped?.(!isKept);
  };
  const change = (c: ChecklistContent): void => {
    setContent(c);
    mark(false);
  };
  const add = (kind: StepKind): void => {
    const { content: next, id } = added(content, selected, kind);
    change(next);
    select(id);
  };
  const save = (): void =>
    run(async () => {
      const { result, value } = await keepDraft(p.checklist, p.revision, name.trim(), content);
      if (result.ok && value !== null) {
        mark(true);
        if (p.checklist === null) router.push(`/alerts/checklists/${value.checklist}`);
        else router.refresh();
      }
      return result;
    });
  return (
    <div className="grid grid-cols-[minmax(0,11fr)_minmax(0,9fr)] gap-3 items-start">
      <div className="flex flex-col gap-3 min-w-0">
        <Panel
          title="What it is for"
          actions={
            <button type="button" className="btn btn-primary h-7! text-sm!" disabled={busy || name.trim() === ''} onClick={save}>
              {kept && p.checklist !== null ? 'Kept' : 'Keep the draft'}
            </button>
          }
        >
          <Fits
            name={name}
            content={content}
            onName={(v) => {
              setName(v);
              mark(false);
            }}
            onChange={change}
          />
        </Panel>
        <Panel
          title="Steps"
          note={plural(content.steps.length, 'step')}
          actions={(Object.keys(KIND_WORDS) as StepKind[]).map((k) => (
            <button
              key={k}
              type="button"
              className="btn h-7! text-sm!"
              disabled={content.steps.length >= 60}
              onClick={() => add(k)}
            >
              {`+ ${k === 'data' ? 'by data' : k}`}
            </button>
          ))}
          empty={content.steps.length === 0 ? 'No step yet: add a first one.' : undefined}
        >
          <ol className="flex flex-col">
            {content.steps.map((s) => (
              <StepRow
                key={s.id}
                step={s}
                open={s.id === selected}
                start={content.start === s.id}
                faulty={faulty.has(s.id)}
                onOpen={() => select(s.id === selected ? null : s.id)}
                onStart={() => change({ ...content, start: s.id })}
                onMove={(by) => change(moved(content, s.id, by))}
                onRemove={() => change(removed(content, s.id))}
              >
                <StepEditor
                  step={s}
                  steps={content.steps}
                  problems={problems.filter((q) => q.step === s.id)}
                  codes={p.codes}
                  onChange={(next) => change(replaced(content, next))}
                />
              </StepRow>
            ))}
          </ol>
        </Panel>
      </div>
      <Panel
        title="Flow"
        className="sticky top-3"
        note={
          problems.length === 0 ? (
            <StatusMark status="ok" text="whole" />
          ) : (
            <StatusMark status="warn" text={`${plural(problems.length, 'thing')} missing`} />
          )
        }
      >
        {problems.length === 0 ? null : (
          <ul className="text-sm mb-2 max-h-28 overflow-auto" aria-label="What is missing">
            {problems.map((q) => (
              <li key={`${q.step}${q.field}${q.message}`}>
                {q.step === null ? (
                  problemWords(content, q)
                ) : (
                  <button type="button" className="link text-left" onClick={() => select(q.step)}>
                    {problemWords(content, q)}
                  </button>
                )}
              </li>
            ))}
          </ul>
        )}
        <div className="overflow-auto max-h-[78vh]">
          <FlowDrawing steps={steps} start={content.start} selected={selected} faulty={faulty} onSelect={select} />
        </div>
      </Panel>
    </div>
  );
}

function Fits({
  name,
  content,
  onName,
  onChange,
}: {
  name: string;
  content: ChecklistContent;
  onName: (v: string) => void;
  onChange: (c: ChecklistContent) => void;
}) {
  const { fits } = content;
  const [typed, setTyped] = useState({
    operations: fits.operations.join(', '),
    parameters: fits.parameters.join(', '),
    characteristics: fits.characteristics.join(', '),
  });
  const type = (field: keyof typeof typed, text: string): void => {
    setTyped({ ...typed, [field]: text });
    onChange({ ...content, fits: { ...fits, [field]: listOf(text) } });
  };
  return (
    <div className="grid grid-cols-2 gap-x-3 gap-y-2">
      <TextField label="Name" value={name} onText={onName} maxLength={120} />
      <ChoiceField
        label="Alerts of"
        value={fits.kinds[0] ?? ''}
        onText={(v) => onChange({ ...content, fits: { ...fits, kinds: v === '' ? [] : [v as 'spc'] } })}
        options={[
          { value: '', label: 'every kind' },
          { value: 'spc', label: 'control charts' },
          { value: 'spectra', label: 'refused spectra' },
          { value: 'recipe', label: 'a wrong recipe' },
        ]}
      />
      <TextField
        label="Operations"
        placeholder="all; CVD-*, ALD-*"
        value={typed.operations}
        onText={(v) => type('operations', v)}
      />
      <TextField label="Parameters" placeholder="all" value={typed.parameters} onText={(v) => type('parameters', v)} />
      <TextField
        label="Characteristics"
        placeholder="all; measurement.*, zernike.*"
        value={typed.characteristics}
        onText={(v) => type('characteristics', v)}
      />
    </div>
  );
}

function StepRow({
  step,
  open,
  start,
  faulty,
  onOpen,
  onStart,
  onMove,
  onRemove,
  children,
}: {
  step: Step;
  open: boolean;
  start: boolean;
  faulty: boolean;
  onOpen: () => void;
  onStart: () => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
  children: React.ReactNode;
}) {
  return (
    <li className={`border-t border-hairline ${open ? 'bg-accent-wash -mx-3 px-3 pb-3' : ''}`}>
      <div className="flex items-center gap-2 py-1">
        <button type="button" className="flex gap-2 items-baseline min-w-0 grow text-left" aria-expanded={open} onClick={onOpen}>
          <span aria-hidden="true">{open ? '▾' : '▸'}</span>
          <span className="truncate">{step.title}</span>
          <span className="text-sm text-ink-2 whitespace-nowrap">{KIND_WORDS[step.kind]}</span>
          {faulty ? <StatusMark status="warn" text="something is missing" /> : null}
        </button>
        {start ? <span className="text-sm text-ink-2">begins here</span> : null}
        {open ? (
          <>
            {start ? null : (
              <button type="button" className="btn btn-quiet h-7! text-sm!" onClick={onStart}>
                Begin here
              </button>
            )}
            <button
              type="button"
              className="btn btn-quiet h-7! text-sm!"
              aria-label={`Move ${step.title} up`}
              onClick={() => onMove(-1)}
            >
              ↑
            </button>
            <button
              type="button"
              className="btn btn-quiet h-7! text-sm!"
              aria-label={`Move ${step.title} down`}
              onClick={() => onMove(1)}
            >
              ↓
            </button>
            <button type="button" className="btn btn-quiet h-7! text-sm!" onClick={onRemove}>
              Take away
            </button>
          </>
        ) : null}
      </div>
      {open ? children : null}
    </li>
  );
}
