import type { RunToRunConfig } from './run-to-run-config';

/** Fields that are numbers; the one that is a choice is `weighByUncertainty`. */
export type RunToRunNumber = Exclude<keyof RunToRunConfig, 'weighByUncertainty'>;

/** The numbers of a configuration; null: none, or not readable yet. */
export type RunToRunNumbers = { readonly [K in RunToRunNumber]: number | null };

/** Ways in which a number of a configuration cannot be. */
export type RunToRunFaultKind =
  | 'not_finite'
  | 'lambda_range'
  | 'no_effect'
  | 'crossed'
  | 'nominal_outside'
  | 'not_positive'
  | 'negative'
  | 'no_share'
  | 'wider_than_range'
  | 'less_than_quantum';

/** A field and what is wrong with it. */
export interface RunToRunFault {
  readonly field: RunToRunNumber;
  readonly kind: RunToRunFaultKind;
}

/** Share of a quantum that rounding may take from a step. */
const STEP_SLACK = 1e-9;

/** Everything that makes a configuration unusable, field by field; a number that is null is not held against the others. */
export function runToRunFaults(c: RunToRunNumbers): RunToRunFault[] {
  const out: RunToRunFault[] = [];
  const say = (field: RunToRunNumber, kind: RunToRunFaultKind) => out.push({ field, kind });
  for (const [field, v] of Object.entries(c))
    if (typeof v === 'number' && !Number.isFinite(v)) say(field as RunToRunNumber, 'not_finite');
  const { lambda, gain, min, max, xNominal, maxStep, quantum, deadband, pmForget } = c;
  if (lambda !== null && !(lambda > 0 && lambda <= 1)) say('lambda', 'lambda_range');
  if (gain === 0) say('gain', 'no_effect');
  const range = min === null || max === null ? null : max - min;
  if (range !== null && !(min! < max!)) say('min', 'crossed');
  else if (range !== null && xNominal !== null && (xNominal < min! || xNominal > max!)) say('xNominal', 'nominal_outside');
  for (const field of ['maxStep', 'quantum', 'outlierSigma'] as const) {
    const v = c[field];
    if (v !== null && !(v > 0)) say(field, 'not_positive');
  }
  if (deadband !== null && deadband < 0) say('deadband', 'negative');
  if (pmForget !== null && !(pmForget >= 0 && pmForget <= 1)) say('pmForget', 'no_share');
  if (quantum !== null && range !== null && range > 0 && quantum > range) say('quantum', 'wider_than_range');
  if (quantum !== null && maxStep !== null && maxStep > 0 && maxStep < quantum * (1 - STEP_SLACK))
    say('maxStep', 'less_than_quantum');
  return out;
}
