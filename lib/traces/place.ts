import type { StepWindow } from './features';

/** Where the time of a run is counted from when runs are laid over each other: its first or last sample, or the start of a step of the recipe. */
export type Alignment = { readonly at: 'start' | 'end' } | { readonly at: 'step'; readonly step: string };

/**
 * The time of a run that becomes zero.
 * @param t - sample times, s from the start of the run, ascending, shape (n,). @param steps - the steps of the same run.
 * @returns s from the start of the run; undefined where the run has no sample or no such step. Of several steps of one name the first counts.
 */
export function originOf(t: Float32Array, steps: readonly StepWindow[], to: Alignment): number | undefined {
  if (t.length === 0) return undefined;
  if (to.at === 'step') return steps.find((s) => s.name === to.step)?.start;
  return to.at === 'start' ? t[0] : t[t.length - 1];
}
