import { normalCdf } from '@/lib/numerics';
import type { RunToRunConfig } from '../run-to-run-config';
import type { LoopJudgement } from './judge';

/** Limits of the specification that a loop's output is judged by. */
export interface OutputLimits {
  /** Output unit. */
  readonly lsl: number | null;
  readonly usl: number | null;
}

/** What speaks against a configuration, whatever its stability. */
export interface BoundFault {
  readonly verdict: 'second_person' | 'refused';
  /** Field at which it is reported. */
  readonly field: keyof RunToRunConfig;
  /** Fields it depends on: a change of any of them is judged again. */
  readonly dependsOn: readonly (keyof RunToRunConfig)[];
  readonly text: string;
  /** What to do, where it is refused. */
  readonly remedy: string;
}

/** A weight, a step, a deadband or a gate that changes by more than this factor is another controller: a second person looks. */
export const LARGE_CHANGE = 10;
/** More moves than this to cross the knob's range are next to none. */
const SLOW_MOVES = 100;
/** A gate nearer than this sets one nominal wafer in twenty aside, and more. */
const NARROW_GATE = 2;

/**
 * What a configuration may reach, against the one that was agreed last: its target against the specification, its limits and steps against the agreed
 * ones, and weights and gates that would leave the loop without effect.
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
  const touched = (f: BoundFault) => inForce === null || f.dependsOn.some((k) => draft[k] !== inForce[k]);
  return [
    ...targetFaults(draft, agreed, limits),
    ...reachFaults(draft, agreed),
    ...immobileFaults(draft),
    ...deafFaults(draft),
    ...scaleFaults(draft, agreed),
  ].filter(touched);
}

const second = (
  field: keyof RunToRunConfig,
  text: string,
  dependsOn: readonly (keyof RunToRunConfig)[] = [field],
): BoundFault => ({
  verdict: 'second_person',
  field,
  dependsOn,
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
        dependsOn: ['target'],
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

const MOVES = ['deadband', 'maxStep', 'min', 'max'] as const;

/** A deadband that no allowed move passes, or hardly any; steps that never get anywhere. */
function immobileFaults(draft: RunToRunConfig): BoundFault[] {
  const { deadband, maxStep } = draft;
  const range = draft.max - draft.min;
  const furthest = Math.min(maxStep ?? Number.POSITIVE_INFINITY, range);
  const out: BoundFault[] = [];
  if (maxStep !== null && range > SLOW_MOVES * maxStep)
    out.push(
      second('maxStep', `a step of ${shown(maxStep)} takes ${Math.ceil(range / maxStep)} moves to cross the knob's range`, [
        'maxStep',
        'min',
        'max',
      ]),
    );
  if (deadband === null || deadband <= furthest / 2) return out;
  const dropped = `no move of the knob can be larger than ${shown(furthest)}, and the deadband of ${shown(deadband)} drops`;
  if (deadband <= furthest) out.push(second('deadband', `${dropped} all but the largest of them`, MOVES));
  else
    out.push({
      verdict: 'refused',
      field: 'deadband',
      dependsOn: MOVES,
      text: `${dropped} every smaller one: the loop would never move`,
      remedy: 'give a smaller deadband, or suspend the loop if it shall not move',
    });
  return out;
}

/** A gate so near that nominal wafers do not pass it. */
function deafFaults({ outlierSigma }: RunToRunConfig): BoundFault[] {
  if (outlierSigma === null || outlierSigma >= NARROW_GATE) return [];
  const share = 200 * (1 - normalCdf(outlierSigma));
  return [
    second(
      'outlierSigma',
      `an outlier gate of ${shown(outlierSigma)} σ sets ${Number(share.toPrecision(2))} % of the nominal wafers aside`,
    ),
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
    if (field === 'maxStep' && factor > 1) return []; // reported with its reach
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
