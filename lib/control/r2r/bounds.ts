import type { RunToRunConfig } from '../run-to-run';
import type { LoopJudgement } from './judge';

/** Limits of the specification that a loop's output is judged by. */
export interface OutputLimits {
  readonly lsl: number | null;
  readonly usl: number | null;
}

/** What speaks against a configuration, whatever its stability. */
export interface BoundFault {
  readonly verdict: 'second_person' | 'refused';
  readonly field: keyof RunToRunConfig;
  readonly text: string;
  /** What to do, where it is refused. */
  readonly remedy: string;
}

/** A weight, a step, a deadband or a gate that changes by more than this factor is another controller: a second person looks. */
export const LARGE_CHANGE = 10;

/**
 * What a configuration may reach, against the one that was agreed last: its target against the specification, its limits and steps against
 * the agreed ones, and weights and gates that would leave the loop blind, deaf or unable to move.
 * @param inForce - the configuration that the change replaces: what it leaves alone is not asked about. Null when a loop is closed: all is.
 * @param agreed - the one that registration or two persons stood behind.
 * @param limits - null: the output has no specification.
 */
export function boundFaults(
  draft: RunToRunConfig,
  inForce: RunToRunConfig | null,
  agreed: RunToRunConfig,
  limits: OutputLimits | null,
): BoundFault[] {
  const touched = (f: BoundFault) => inForce === null || draft[f.field] !== inForce[f.field];
  return [
    ...targetFaults(draft, agreed, limits),
    ...reachFaults(draft, agreed),
    ...immobileFaults(draft),
    ...scaleFaults(draft, agreed),
  ].filter(touched);
}

const second = (field: keyof RunToRunConfig, text: string): BoundFault => ({
  verdict: 'second_person',
  field,
  text,
  remedy: '',
});

const shown = (v: number): string => String(Number(v.toPrecision(6)));

function targetFaults(draft: RunToRunConfig, agreed: RunToRunConfig, limits: OutputLimits | null): BoundFault[] {
  const { target } = draft;
  const lsl = limits?.lsl ?? Number.NEGATIVE_INFINITY;
  const usl = limits?.usl ?? Number.POSITIVE_INFINITY;
  if (target < lsl || target > usl)
    return [
      {
        verdict: 'refused',
        field: 'target',
        text: `the target ${shown(target)} lies outside the specification (LSL ${limits?.lsl ?? 'none'}, USL ${limits?.usl ?? 'none'})`,
        remedy: 'correct the target, or change the specification first',
      },
    ];
  const knob = Math.abs((target - agreed.target) / agreed.gain);
  return knob > agreed.max - agreed.min
    ? [
        second(
          'target',
          `the target moves from ${shown(agreed.target)} to ${shown(target)}, further than the whole range of the knob can bring the output`,
        ),
      ]
    : [];
}

/** Limits and steps that reach further than the agreed ones. */
function reachFaults(draft: RunToRunConfig, agreed: RunToRunConfig): BoundFault[] {
  const out: BoundFault[] = [];
  const agreedRange = `agreed last: ${shown(agreed.min)} to ${shown(agreed.max)}`;
  if (draft.min < agreed.min) out.push(second('min', `the knob may go down to ${shown(draft.min)} (${agreedRange})`));
  if (draft.max > agreed.max) out.push(second('max', `the knob may go up to ${shown(draft.max)} (${agreedRange})`));
  if (agreed.maxStep !== null && (draft.maxStep ?? Number.POSITIVE_INFINITY) > agreed.maxStep)
    out.push(
      second(
        'maxStep',
        `a step may be ${draft.maxStep === null ? 'of any size' : shown(draft.maxStep)}, more than ${shown(agreed.maxStep)}, which was agreed last`,
      ),
    );
  return out;
}

/** A deadband that no allowed move ever passes. */
function immobileFaults(draft: RunToRunConfig): BoundFault[] {
  const { deadband } = draft;
  const furthest = Math.min(draft.maxStep ?? Number.POSITIVE_INFINITY, draft.max - draft.min);
  if (deadband === null || deadband <= furthest) return [];
  return [
    {
      verdict: 'refused',
      field: 'deadband',
      text: `no move of the knob can be larger than ${shown(furthest)}, and the deadband of ${shown(deadband)} drops every smaller one: the loop would never move`,
      remedy: 'give a smaller deadband, or suspend the loop if it shall not move',
    },
  ];
}

/** Weights, steps and gates on another scale than the agreed ones. */
function scaleFaults(draft: RunToRunConfig, agreed: RunToRunConfig): BoundFault[] {
  const words = {
    lambda: 'λ',
    maxStep: 'the largest step',
    deadband: 'the deadband',
    outlierSigma: 'the outlier gate',
    quantum: 'the quantum',
  } as const;
  return (Object.keys(words) as (keyof typeof words)[]).flatMap((field): BoundFault[] => {
    const [was, is] = [agreed[field], draft[field]];
    if (was === is) return [];
    if (field === 'outlierSigma' && was !== null && is === null) return [second(field, 'outliers are no longer set aside')];
    if (was === null || is === null || was === 0 || is === 0) return [];
    const factor = is / was;
    if (factor <= LARGE_CHANGE && factor >= 1 / LARGE_CHANGE) return [];
    if (field === 'maxStep' && factor > 1) return []; // said of its reach
    return [
      second(
        field,
        `${words[field]} changes from ${shown(was)} to ${shown(is)}, by a factor of ${Number(factor.toPrecision(3))}`,
      ),
    ];
  });
}

const RANK = { free: 0, second_person: 1, refused: 2 } as const;

/** A judgement of stability with what else speaks against the configuration: the worse verdict, all reasons. */
export function withBounds(j: LoopJudgement, faults: readonly BoundFault[]): LoopJudgement {
  const verdict = faults.reduce<LoopJudgement['verdict']>((v, f) => (RANK[f.verdict] > RANK[v] ? f.verdict : v), j.verdict);
  return { ...j, verdict, reasons: [...faults.map((f) => f.text), ...j.reasons] };
}
