import { AppError } from '@/lib/errors';
import { chiSquared, normalCdf, normalQuantile, normalSf } from '@/lib/numerics';

/** Specification limits; leave one out for a one-sided characteristic. */
export interface Specification {
  /** In the unit of the values, as `usl` and `target`. */
  readonly lsl?: number;
  readonly usl?: number;
  readonly target?: number;
}

/** A confidence interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** One family of indices; null where the specification does not define it. With σ_within: Cp…; with σ_overall: Pp…. */
export interface CapabilityIndices {
  /** Cp or Pp. */
  readonly potential: number | null;
  /** Cpl or Ppl. */
  readonly lower: number | null;
  /** Cpu or Ppu. */
  readonly upper: number | null;
  /** Cpk or Ppk. */
  readonly actual: number | null;
  /** Cpm or Ppm. */
  readonly aboutTarget: number | null;
  readonly intervals: {
    readonly potential: Interval | null;
    readonly lower: Interval | null;
    readonly upper: Interval | null;
    readonly actual: Interval | null;
    readonly aboutTarget: Interval | null;
  };
}

/**
 * Indices of a normal characteristic from mean and sigma: Cp = (USL − LSL)/6σ, Cpl = (μ − LSL)/3σ, Cpu = (USL − μ)/3σ, Cpk = min, Cpm = Cp/√(1 + ((μ − T)/σ)²).
 * Intervals: Cp by χ² with n − 1 degrees of freedom; Cpk by Bissell's normal approximation, two-sided; Cpl and Cpu the same form with the one-sided quantile;
 * Cpm by χ² with n(1 + d²)/(1 + 2d²) degrees of freedom, d = (μ − T)/σ.
 * @param mean - μ, in the unit of the limits; so is sigma.
 * @param n - number of values behind mean and sigma.
 * @param confidence - level, default 0.95.
 * @returns indices, dimensionless, with intervals.
 * @throws AppError `invalid_input` without any specification limit, with LSL >= USL, sigma <= 0 or n < 2.
 * @reference Bissell, Applied Statistics 39 (1990) 331; Boyles, J. Quality Technology 23 (1991) 17; Montgomery (2013), §8.3.
 */
export function capabilityIndices(
  mean: number,
  sigma: number,
  n: number,
  spec: Specification,
  confidence = 0.95,
): CapabilityIndices {
  const { lsl, usl, target } = spec;
  if (lsl === undefined && usl === undefined)
    throw new AppError('invalid_input', 'capability needs a specification limit; give lsl, usl or both');
  if (lsl !== undefined && usl !== undefined && !(lsl < usl))
    throw new AppError('invalid_input', `lsl ${lsl} must lie below usl ${usl}`);
  if (!(sigma > 0))
    throw new AppError('invalid_input', `sigma must be positive, got ${sigma}; the values do not vary`, { field: 'sigma' });
  if (!(n >= 2)) throw new AppError('invalid_input', `capability needs two values or more, got ${n}`, { field: 'n' });
  const tail = (1 - confidence) / 2;
  const potential = lsl !== undefined && usl !== undefined ? (usl - lsl) / (6 * sigma) : null;
  const lower = lsl !== undefined ? (mean - lsl) / (3 * sigma) : null;
  const upper = usl !== undefined ? (usl - mean) / (3 * sigma) : null;
  const actual = lower === null ? upper : upper === null ? lower : Math.min(lower, upper);
  const d = target === undefined ? 0 : (mean - target) / sigma;
  const aboutTarget = potential !== null && target !== undefined ? potential / Math.hypot(1, d) : null;
  const chi = (index: number, dof: number): Interval => {
    const c = chiSquared(dof);
    return { low: index * Math.sqrt(c.quantile(tail) / dof), high: index * Math.sqrt(c.upperQuantile(tail) / dof) };
  };
  const bissell = (index: number, z: number): Interval => {
    const h = z * Math.sqrt(1 / (9 * n) + index ** 2 / (2 * (n - 1)));
    return { low: index - h, high: index + h };
  };
  const one = normalQuantile(confidence);
  const two = normalQuantile(1 - tail);
  return {
    potential,
    lower,
    upper,
    actual,
    aboutTarget,
    intervals: {
      potential: potential === null ? null : chi(potential, n - 1),
      lower: lower === null ? null : bissell(lower, one),
      upper: upper === null ? null : bissell(upper, one),
      actual: actual === null ? null : bissell(actual, two),
      aboutTarget: aboutTarget === null ? null : chi(aboutTarget, (n * (1 + d * d)) / (1 + 2 * d * d)),
    },
  };
}

/** Parts per million beyond each limit; null where there is no such limit. */
export interface Ppm {
  readonly below: number | null;
  readonly above: number | null;
}

/**
 * Expected parts per million outside each limit for a normal characteristic.
 * @param mean - in the unit of the limits; so is sigma.
 * @reference Montgomery (2013), §8.3.
 */
export function expectedPpm(mean: number, sigma: number, spec: Specification): Ppm {
  return {
    below: spec.lsl === undefined ? null : 1e6 * normalCdf((spec.lsl - mean) / sigma),
    above: spec.usl === undefined ? null : 1e6 * normalSf((spec.usl - mean) / sigma),
  };
}

/** A characteristic as a study sees it; unit of the limits. */
export interface CapabilityInput {
  readonly mean: number;
  readonly sigmaWithin: number;
  readonly sigmaOverall: number;
  readonly n: number;
  readonly spec: Specification;
  readonly confidence?: number;
  /** Points beyond the control limits (or rule signals) in the studied period. */
  readonly signals?: number;
  /** Number of different values seen; a coarse gauge makes sigma meaningless. */
  readonly distinct?: number;
}

/** A capability study. */
export interface Capability {
  readonly within: CapabilityIndices;
  readonly overall: CapabilityIndices;
  /** σ_overall/σ_within: 1 for a stable process, above about 1.3 the mean moves more than the subgroups show. */
  readonly stabilityIndex: number;
  readonly ppm: { readonly within: Ppm; readonly overall: Ppm };
  /** False when the study must not be quoted; the reasons say why. */
  readonly judgeable: boolean;
  readonly reasons: readonly string[];
}

/** A capability study needs at least this many values before anyone should quote it (AIAG SPC manual: 25 subgroups, 100 values; 30 is the least). */
export const MIN_CAPABILITY_N = 30;
const MAX_STABILITY = 1.5;
/** Fewer different values than this make a gauge too coarse for sigma. */
export const MIN_DISTINCT = 5;

/**
 * Capability study: Cp family with σ_within, Pp family with σ_overall, stability index, and whether it may be judged at all
 * (unstable, tiny or too coarse samples are refused, the numbers stay visible).
 * @throws AppError as `capabilityIndices`.
 * @reference Montgomery (2013), §8.3; ISO 22514-2:2017.
 */
export function capability(input: CapabilityInput): Capability {
  const { mean, sigmaWithin, sigmaOverall, n, spec } = input;
  const level = input.confidence ?? 0.95;
  const stabilityIndex = sigmaOverall / sigmaWithin;
  const reasons: string[] = [];
  if (n < MIN_CAPABILITY_N) reasons.push(`only ${n} values; measure ${MIN_CAPABILITY_N} or more`);
  if (stabilityIndex > MAX_STABILITY)
    reasons.push(`stability index ${stabilityIndex.toFixed(2)}: the process mean moves; find the cause first`);
  if ((input.signals ?? 0) > 0) reasons.push(`${input.signals} signals on the control chart; resolve or exclude them first`);
  if (input.distinct !== undefined && input.distinct < MIN_DISTINCT)
    reasons.push(`only ${input.distinct} different values; the gauge is too coarse`);
  return {
    within: capabilityIndices(mean, sigmaWithin, n, spec, level),
    overall: capabilityIndices(mean, sigmaOverall, n, spec, level),
    stabilityIndex,
    ppm: { within: expectedPpm(mean, sigmaWithin, spec), overall: expectedPpm(mean, sigmaOverall, spec) },
    judgeable: reasons.length === 0,
    reasons,
  };
}
