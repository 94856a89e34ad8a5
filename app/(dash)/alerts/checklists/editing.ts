import { CONDITIONS, type ConditionName } from '@/lib/services/checklists/condition-words';
import type { Condition } from '@/lib/services/checklists/conditions';
import type { ChecklistContent, Step, StepKind } from '@/lib/services/checklists/content';

/** What the editor does to a checklist: pure, each returns a new one. */

export const KIND_WORDS: Readonly<Record<StepKind, string>> = {
  instruction: 'instruction',
  question: 'question',
  data: 'decided by data',
  action: 'action',
  end: 'end',
};

export const EMPTY: ChecklistContent = {
  fits: { kinds: [], operations: [], parameters: [], characteristics: [] },
  start: 'step-1',
  steps: [
    {
      id: 'step-1',
      kind: 'question',
      title: 'Is it real?',
      text: '',
      answers: [
        { answer: 'yes', next: null },
        { answer: 'no', next: null },
      ],
    },
  ],
};

/** The first "step-n" that no step has. */
export function freeId(steps: readonly Step[]): string {
  const taken = new Set(steps.map((s) => s.id));
  for (let n = steps.length + 1; ; n++) if (!taken.has(`step-${n}`)) return `step-${n}`;
}

/** The same step as another kind; its title and text stay, ways are lost where the kinds differ in them. */
export function asKind(s: Step, kind: StepKind): Step {
  const { id, title, text } = s;
  const head = { id, title, text };
  const next = 'next' in s ? s.next : null;
  switch (kind) {
    case 'instruction':
      return { ...head, kind, link: '', next };
    case 'question':
      return {
        ...head,
        kind,
        answers: [
          { answer: 'yes', next: s.kind === 'data' ? s.yes : next },
          { answer: 'no', next: s.kind === 'data' ? s.no : null },
        ],
      };
    case 'data':
      return { ...head, kind, condition: { is: 'beyond_specification' }, yes: next, no: null, unknown: null };
    case 'action':
      return { ...head, kind, deed: 'hold', next };
    case 'end':
      return { ...head, kind, cause: null, action: null };
  }
}

/** Adds a step of a kind after one; the first way of that one that leads nowhere yet leads to it. */
export function added(c: ChecklistContent, after: string | null, kind: StepKind): { content: ChecklistContent; id: string } {
  const id = freeId(c.steps);
  const made = asKind({ id, kind: 'end', title: kind === 'end' ? 'End' : 'New step', text: '', cause: null, action: null }, kind);
  const at = after === null ? c.steps.length : c.steps.findIndex((s) => s.id === after) + 1;
  const steps = [...c.steps.slice(0, at).map((s) => (s.id === after ? led(s, id) : s)), made, ...c.steps.slice(at)];
  return { content: { ...c, start: c.start ?? id, steps }, id };
}

function led(s: Step, to: string): Step {
  switch (s.kind) {
    case 'question': {
      const i = s.answers.findIndex((a) => a.next === null);
      return i < 0 ? s : { ...s, answers: s.answers.map((a, k) => (k === i ? { ...a, next: to } : a)) };
    }
    case 'data': {
      const free = (['yes', 'no', 'unknown'] as const).find((k) => s[k] === null);
      return free === undefined ? s : { ...s, [free]: to };
    }
    case 'end':
      return s;
    default:
      return s.next === null ? { ...s, next: to } : s;
  }
}

/** Takes a step away; ways that led to it lead nowhere. */
export function removed(c: ChecklistContent, id: string): ChecklistContent {
  const off = (to: string | null): string | null => (to === id ? null : to);
  const steps = c.steps
    .filter((s) => s.id !== id)
    .map((s): Step => {
      if (s.kind === 'question') return { ...s, answers: s.answers.map((a) => ({ ...a, next: off(a.next) })) };
      if (s.kind === 'data') return { ...s, yes: off(s.yes), no: off(s.no), unknown: off(s.unknown) };
      return s.kind === 'end' ? s : { ...s, next: off(s.next) };
    });
  return { ...c, start: off(c.start), steps };
}

export const replaced = (c: ChecklistContent, s: Step): ChecklistContent => ({
  ...c,
  steps: c.steps.map((q) => (q.id === s.id ? s : q)),
});

/** Moves a step up or down in the list; the flow is what its ways say and stays. */
export function moved(c: ChecklistContent, id: string, by: -1 | 1): ChecklistContent {
  const i = c.steps.findIndex((s) => s.id === id);
  const k = i + by;
  if (i < 0 || k < 0 || k >= c.steps.length) return c;
  const steps = [...c.steps];
  [steps[i], steps[k]] = [steps[k]!, steps[i]!];
  return { ...c, steps };
}

export const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((t) => t.trim())
    .filter((t) => t !== '');

/** A condition with the first values of its fields. */
export const firstCondition = (is: ConditionName): Condition =>
  withFields(is, Object.fromEntries(CONDITIONS[is].fields.map((f) => [f.name, f.first])));

/** A condition of what was typed into its fields. A text that is no number stays one, and is refused where it is kept. */
export function withFields(is: ConditionName, typed: Readonly<Record<string, string>>): Condition {
  const number = (t: string): number | string => (t.trim() !== '' && Number.isFinite(Number(t)) ? Number(t) : t);
  const fields = CONDITIONS[is].fields.map((f) => {
    const text = typed[f.name] ?? f.first;
    return [f.name, f.type === 'number' ? number(text) : f.type === 'texts' ? listOf(text) : listOf(text).map(number)] as const;
  });
  return { is, ...Object.fromEntries(fields) } as Condition;
}

/** The fields of a condition as texts. */
export const fieldsOf = (c: Condition): Record<string, string> =>
  Object.fromEntries(
    CONDITIONS[c.is].fields.map((f) => {
      const v = (c as unknown as Record<string, unknown>)[f.name];
      return [f.name, Array.isArray(v) ? v.join(', ') : String(v ?? '')];
    }),
  );
