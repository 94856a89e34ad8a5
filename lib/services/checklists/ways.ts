import type { Step } from './content';

/** A way out of a step: what it is called on the drawing, and where it leads. */
export interface Way {
  /** Name of the field that says it, for errors. */
  readonly field: string;
  readonly label: string;
  readonly to: string | null;
}

/** The ways out of a step; an end has none. */
export function waysOf(s: Step): Way[] {
  switch (s.kind) {
    case 'question':
      return s.answers.map((a, i) => ({ field: `answers.${i}.next`, label: a.answer, to: a.next }));
    case 'data':
      return (['yes', 'no', 'unknown'] as const).map((k) => ({ field: k, label: k, to: s[k] }));
    case 'end':
      return [];
    default:
      return [{ field: 'next', label: '', to: s.next }];
  }
}
