import type { ChecklistContent, Step } from './content';

export type LineKind = 'begun' | 'data' | 'done' | 'answered' | 'skipped' | 'back' | 'finished';

/** A line of a run as it is stored: what was done at a step, and where it led. */
export interface Line {
  readonly id: number;
  readonly kind: LineKind;
  readonly step: string;
  /** Null: the run ended. */
  readonly next: string | null;
  readonly answer: string | null;
  readonly note: string | null;
  readonly actor: string;
  readonly atMs: number;
}

/** Where a run stands. */
export interface Walk<L extends Line> {
  /** Lines that hold, in their order: each is a step that was passed. */
  readonly passed: readonly L[];
  /** Lines that somebody took back, with the line that did so; oldest first. */
  readonly undone: readonly { readonly line: L; readonly by: L }[];
  /** The step that is to be done; null: before its beginning, or after its end. */
  readonly present: string | null;
  readonly finished: boolean;
}

const PASSES: readonly LineKind[] = ['data', 'done', 'answered', 'skipped', 'finished'];

/**
 * Where a run stands after its lines. `back` takes the lines of the last step that a person passed, and of the decisions by data since, out of the way; without such
 * a step it leads to the beginning, so that the data decide again.
 */
export function walkOf<L extends Line>(lines: readonly L[]): Walk<L> {
  const passed: L[] = [];
  const undone: { line: L; by: L }[] = [];
  let present: string | null = null;
  for (const l of lines) {
    if (l.kind === 'back') undone.push(...passed.splice(backTo(passed)).map((line) => ({ line, by: l })));
    else if (PASSES.includes(l.kind)) passed.push(l);
    present = l.next;
  }
  return { passed, undone, present, finished: passed.at(-1)?.kind === 'finished' };
}

/** Number of passed lines that stay when one goes back. */
export function backTo(passed: readonly Line[]): number {
  const person = passed.findLastIndex((l) => l.kind !== 'data' && l.kind !== 'finished');
  return Math.max(0, person);
}

/** The step that a run goes back to; null where it stands at its beginning. */
export const backStep = (passed: readonly Line[]): string | null => passed[backTo(passed)]?.step ?? null;

/** Steps that may follow, nearest first, itself left out: what lies ahead. */
export function aheadOf(c: ChecklistContent, from: string, ways: (s: Step) => readonly (string | null)[], most: number): Step[] {
  const byId = new Map(c.steps.map((s) => [s.id, s]));
  const out: Step[] = [];
  const seen = new Set([from]);
  let level = [from];
  while (level.length > 0 && out.length < most) {
    const next: string[] = [];
    for (const id of level)
      for (const to of ways(byId.get(id)!))
        if (to !== null && !seen.has(to)) {
          seen.add(to);
          next.push(to);
          out.push(byId.get(to)!);
        }
    level = next;
  }
  return out.slice(0, most);
}
