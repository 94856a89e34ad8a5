import { AppError } from '@/lib/errors';
import type { ChecklistContent } from './content';
import { waysOf } from './ways';

/** What is wrong with a flowchart, at a step; null: of the whole. */
export interface FlowProblem {
  readonly step: string | null;
  readonly field: string;
  readonly message: string;
}

/** Ids that are reached from one along ways, itself included. */
function reachedFrom(start: string, edges: ReadonlyMap<string, readonly string[]>): Set<string> {
  const seen = new Set([start]);
  const next = [start];
  for (let at = next.pop(); at !== undefined; at = next.pop())
    for (const to of edges.get(at) ?? [])
      if (!seen.has(to)) {
        seen.add(to);
        next.push(to);
      }
  return seen;
}

/** A step on a circle of these ways; undefined where there is none. Kahn's order: what cannot be removed lies on a circle or behind one. */
function onCircle(edges: ReadonlyMap<string, readonly string[]>): string | undefined {
  return [...edges.keys()].find((id) => (edges.get(id) ?? []).some((to) => reachedFrom(to, edges).has(id)));
}

/**
 * Why a flowchart cannot be put in force: it begins at one step, every step is reached, every way leads to a step, from every step an end is reached, and no circle
 * is made of decisions by data alone, which would go round without a person.
 * @complexity steps × ways; a checklist has at most 60 steps.
 */
export function flowProblems(c: ChecklistContent): FlowProblem[] {
  const byId = new Map(c.steps.map((s) => [s.id, s]));
  const out: FlowProblem[] = [];
  const at = (step: string | null, field: string, message: string): void => void out.push({ step, field, message });
  if (c.steps.length === 0) return [{ step: null, field: 'steps', message: 'add a first step' }];
  if (c.start === null || !byId.has(c.start)) at(null, 'start', 'say at which step it begins');
  for (const s of c.steps) {
    if (s.kind === 'question' && s.answers.length < 2) at(s.id, 'answers', 'a question needs two answers or more');
    for (const w of waysOf(s)) {
      const way = w.label === '' ? 'what follows' : `where "${w.label}" leads`;
      if (w.to === null) at(s.id, w.field, `say ${way}`);
      else if (!byId.has(w.to)) at(s.id, w.field, `there is no step "${w.to}": say ${way}`);
    }
  }
  if (out.length > 0) return out;
  const edges = new Map(c.steps.map((s) => [s.id, waysOf(s).flatMap((w) => (w.to === null ? [] : [w.to]))]));
  const reached = reachedFrom(c.start!, edges);
  for (const s of c.steps) {
    if (!reached.has(s.id)) at(s.id, 'id', 'no way leads here: lead to it from another step, or take it away');
    else if (![...reachedFrom(s.id, edges)].some((id) => byId.get(id)!.kind === 'end'))
      at(s.id, 'next', 'no end is reached from here: lead one of its ways to an end');
  }
  const byData = new Map(c.steps.filter((s) => s.kind === 'data').map((s) => [s.id, edges.get(s.id)!]));
  const circle = onCircle(byData);
  if (circle !== undefined)
    at(
      circle,
      'yes',
      'decisions by data lead back to themselves: put a step of a person between, or they would go round for ever',
    );
  return out;
}

/** "Step "Is it real?": say where "no" leads". */
export function problemWords(c: ChecklistContent, p: FlowProblem): string {
  const title = c.steps.find((s) => s.id === p.step)?.title;
  return title === undefined ? p.message : `step "${title}": ${p.message}`;
}

/** @throws AppError `invalid_input` with `details.step`, `details.field` and all problems. */
export function requireWhole(c: ChecklistContent): void {
  const problems = flowProblems(c);
  const first = problems[0];
  if (first === undefined) return;
  throw new AppError('invalid_input', problemWords(c, first), {
    field: first.step === null ? first.field : `steps.${first.step}.${first.field}`,
    step: first.step,
    problems,
  });
}
