import { AppError } from '@/lib/errors';
import { type InnovationRecord, innovationSigma, isOutlier, noInnovations, withInnovation } from './innovation-gate';
import type { RunToRunConfig } from './run-to-run-config';
import { type RunToRunFaultKind, runToRunFaults } from './run-to-run-faults';

export { innovationSigma };

/** State of a thread after its last observation. Plain JSON; a late observation is handled by replaying from an earlier state. */
export interface ThreadState extends InnovationRecord {
  /** Disturbance estimate d_hat, output unit. */
  readonly dHat: number;
  /** Setpoint really applied in the last observed run; null before the first. */
  readonly lastX: number | null;
  /** The configuration that d_hat counts from; none before the first observation. */
  readonly from?: Origin;
}

/** Where d_hat is 0: the model says y = target at x = xNominal, and gain for every unit of the knob beyond. */
export type Origin = Pick<RunToRunConfig, 'target' | 'gain' | 'xNominal'>;

const originOf = ({ target, gain, xNominal }: RunToRunConfig): Origin => ({ target, gain, xNominal });

/**
 * A configuration that aims elsewhere: the nominal setpoint moves along by the gain of the model, within its limits and on its quanta.
 * @param target - output unit.
 */
export function aimedAt(c: RunToRunConfig, target: number): RunToRunConfig {
  const x = Math.min(c.max, Math.max(c.min, c.xNominal + (target - c.target) / c.gain));
  return { ...c, target, xNominal: c.quantum === null ? x : quantise(x, c.quantum, c.min, c.max, null, c.xNominal) };
}

/**
 * The same knowledge counted from another configuration: what the process is expected to give at the setpoint used last stays. So a
 * new target moves the next setpoint at once by its distance over the gain, while a new gain or nominal setpoint moves nothing by itself (bumpless transfer).
 * @reference Åström & Hägglund, Advanced PID Control (2006), §3.5 (bumpless parameter changes); the estimate of Ingolfsson & Sachs, J. Quality Technology 25 (1993) 271, is of the intercept, which no target moves.
 */
export function countedFrom(state: ThreadState, c: RunToRunConfig): ThreadState {
  const { from } = state;
  if (from === undefined || (from.target === c.target && from.gain === c.gain && from.xNominal === c.xNominal)) return state;
  const x = state.lastX ?? c.xNominal;
  const expected = from.target + from.gain * (x - from.xNominal) + state.dHat;
  return { ...state, dHat: expected - c.target - c.gain * (x - c.xNominal), from: originOf(c) };
}

/** One run that was measured. */
export interface Observation {
  /** Output unit. */
  readonly y: number;
  /** The setpoint the run really had, whatever was advised. */
  readonly xApplied: number;
  /** Standard uncertainty of y: the weight falls by s2/(s2 + u2), s2 the variance of the innovations. Not given: 0. */
  readonly uY?: number;
  /** Reliance on y, 0 to 1 (virtual metrology): multiplies the weight. Not given: 1. */
  readonly reliance?: number;
}

/** What an observation did to a thread. */
export interface Observed {
  readonly state: ThreadState;
  /** y_obs = (y - target) - gain (xApplied - xNominal), output unit: what the applied recipe does not explain. */
  readonly disturbance: number;
  /** y_obs - d_hat before the update. */
  readonly innovation: number;
  readonly accepted: boolean;
  /** Weight the observation got: lambda, less its discounts; 0 when set aside. */
  readonly weight: number;
}

/** State before the first observation. */
export const initialThread = (): ThreadState => ({ dHat: 0, ...noInnovations, lastX: null });

/** A fault in words, after the name of its field. */
const FAULT: Readonly<Record<RunToRunFaultKind, (c: RunToRunConfig, v: number | null) => string>> = {
  not_finite: (_, v) => `is ${v}; give a finite number`,
  lambda_range: (_, v) => `is ${v}; it must lie in (0, 1]`,
  no_effect: () => 'is 0; a knob without effect cannot control',
  crossed: (c, v) => `is ${v}, not below max = ${c.max}`,
  nominal_outside: (c, v) => `is ${v}, outside [${c.min}, ${c.max}]`,
  not_positive: (_, v) => `is ${v}; give a positive number, or null for none`,
  negative: (_, v) => `is ${v}; it cannot be negative`,
  no_share: (_, v) => `is ${v}; it must lie in [0, 1]`,
  wider_than_range: (_, v) => `is ${v}, wider than the knob's range`,
  less_than_quantum: (c, v) =>
    `is ${v}, smaller than quantum = ${c.quantum}: the knob could never move; give at least one quantum`,
};

/**
 * Refuses a configuration that cannot work.
 * @throws AppError `invalid_input` naming the first field at fault and the remedy.
 */
export function checkRunToRun(c: RunToRunConfig): void {
  const fault = runToRunFaults(c)[0];
  if (fault === undefined) return;
  const { field, kind } = fault;
  throw new AppError('invalid_input', `${field}: ${FAULT[kind](c, c[field])}`, { field });
}

/**
 * One observation: d_hat(t) = lambda y_obs(t-1) + (1 - lambda) d_hat(t-1), y_obs being the output's deviation less what the really
 * applied recipe explains. An outlier is set aside (the estimate stays) unless it repeats: then the process has stepped.
 * With the raw output deviation in place of y_obs a step would leave an offset for ever and 0 < lambda beta/gain < 2 would not be the stable range.
 * @param o - y in output units, the setpoint in knob units.
 * @returns the next state, with disturbance and innovation in output units.
 * @throws AppError `invalid_input` when y or xApplied is not finite, uY is negative or reliance lies outside [0, 1].
 * @reference Sachs, Hu, Ingolfsson, IEEE Trans. Semicond. Manuf. 8 (1995) 26 (gradual mode); Moyne, del Castillo, Hurwitz, Run-to-Run Control in
 * Semiconductor Manufacturing (2001), ch. 2.
 */
export function observe(before: ThreadState, o: Observation, c: RunToRunConfig): Observed {
  const state = countedFrom(before, c);
  if (!Number.isFinite(o.y) || !Number.isFinite(o.xApplied))
    throw new AppError('invalid_input', `observation y = ${o.y}, xApplied = ${o.xApplied}; both must be finite`);
  const { uY = 0, reliance = 1 } = o;
  if (!(uY >= 0)) throw new AppError('invalid_input', `uY is ${uY}; a standard uncertainty is not negative`, { field: 'uY' });
  if (!(reliance >= 0 && reliance <= 1))
    throw new AppError('invalid_input', `reliance is ${reliance}; it must lie in [0, 1]`, { field: 'reliance' });
  const disturbance = o.y - c.target - c.gain * (o.xApplied - c.xNominal);
  const innovation = disturbance - state.dHat;
  const sigma = innovationSigma(state);
  if (isOutlier(state, innovation, c.outlierSigma, uY))
    return {
      state: { ...state, setAside: state.setAside + 1, lastX: o.xApplied, from: originOf(c) },
      disturbance,
      innovation,
      accepted: false,
      weight: 0,
    };
  const weight = c.lambda * reliance * (sigma !== null && sigma > 0 ? sigma ** 2 / (sigma ** 2 + uY ** 2) : 1);
  return {
    state: {
      ...withInnovation(state, innovation),
      dHat: weight * disturbance + (1 - weight) * state.dHat,
      lastX: o.xApplied,
      from: originOf(c),
    },
    disturbance,
    innovation,
    accepted: true,
    weight,
  };
}

/**
 * Standard uncertainty of d_hat as an average of independent observations: sigma sqrt(lambda / (2 - lambda)); null before there are
 * innovations. It says nothing about a drift between the last observation and the next run.
 * @returns output unit.
 * @reference variance λ/(2 − λ) of an EWMA: Roberts, Technometrics 1 (1959) 239.
 */
export function uDisturbance(state: ThreadState, c: RunToRunConfig): number | null {
  const s = innovationSigma(state);
  return s === null ? null : s * Math.sqrt(c.lambda / (2 - c.lambda));
}

/** A PM or reset: the estimate keeps the share `pmForget`; the setpoint in use stays known. */
export function forget(before: ThreadState, c: RunToRunConfig): ThreadState {
  const state = countedFrom(before, c);
  return { ...state, dHat: c.pmForget * state.dHat, n: 0, setAside: 0 };
}

/** What changed a raw advice. */
export type Clip = 'step' | 'absolute' | 'quantum' | 'deadband';

/** Everything that an advised setpoint was made of. */
export interface AdviceExplanation {
  readonly target: number;
  readonly xNominal: number;
  readonly gain: number;
  readonly lambda: number;
  /** Disturbance estimate, output unit. */
  readonly dHat: number;
  readonly uDHat: number | null;
  readonly n: number;
  /** xNominal - dHat/gain, before any limit. */
  readonly raw: number;
  /** The setpoint that steps and deadband are counted from. */
  readonly reference: number;
  /** What changed the raw advice, in the order in which it was applied. */
  readonly clips: readonly { readonly kind: Clip; readonly from: number; readonly to: number }[];
}

/**
 * The next setpoint x = xNominal - d_hat/gain, then step limit, absolute limit, quantisation (inward), deadband, in that order.
 * @param lastApplied - the setpoint in use now; without one steps are counted from the nominal one.
 * @returns setpoint in knob units.
 * @throws AppError `invalid_input` for a configuration that cannot work.
 * @reference Ingolfsson & Sachs, J. Quality Technology 25 (1993) 271.
 */
export function advise(
  before: ThreadState,
  c: RunToRunConfig,
  lastApplied: number | null = before.lastX,
): { readonly setpoint: number; readonly explanation: AdviceExplanation } {
  const state = countedFrom(before, c);
  const raw = c.xNominal - state.dHat / c.gain;
  const reference = lastApplied ?? c.xNominal;
  const clips: { kind: Clip; from: number; to: number }[] = [];
  let x = raw;
  const to = (kind: Clip, next: number) => {
    if (next !== x) clips.push({ kind, from: x, to: next });
    x = next;
  };
  if (c.maxStep !== null) to('step', Math.min(reference + c.maxStep, Math.max(reference - c.maxStep, x)));
  to('absolute', Math.min(c.max, Math.max(c.min, x)));
  if (c.quantum !== null) to('quantum', quantise(x, c.quantum, c.min, c.max, c.maxStep, reference));
  if (c.deadband !== null && x !== reference && Math.abs(x - reference) < c.deadband) to('deadband', reference);
  return {
    setpoint: x,
    explanation: {
      target: c.target,
      xNominal: c.xNominal,
      gain: c.gain,
      lambda: c.lambda,
      dHat: state.dHat,
      uDHat: uDisturbance(state, c),
      n: state.n,
      raw,
      reference,
      clips,
    },
  };
}

/**
 * The nearest multiple of q that absolute and step limits both allow. Where they allow none the reference is kept; a reference that is itself
 * outside the absolute limits comes back inside them, even by more than one step.
 * @param x - setpoint; everything in knob units.
 * @returns knob unit.
 */
export function quantise(x: number, q: number, min: number, max: number, maxStep: number | null, reference: number): number {
  const at = (m: number) => Number((m * q).toPrecision(12));
  const inside = (lo: number, hi: number): number | null => {
    // a billionth of a quantum of slack, so that 0.1 + 0.2 counts as 0.3
    const first = Math.ceil(lo / q - 1e-9);
    const last = Math.floor(hi / q + 1e-9);
    return first > last ? null : Math.min(max, Math.max(min, at(Math.min(last, Math.max(first, Math.round(x / q))))));
  };
  const near = maxStep === null ? null : inside(Math.max(min, reference - maxStep), Math.min(max, reference + maxStep));
  if (near !== null) return near;
  if (maxStep !== null && reference >= min && reference <= max) return reference;
  return inside(min, max) ?? x;
}
