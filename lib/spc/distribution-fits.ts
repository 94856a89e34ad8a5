import { AppError } from '@/lib/errors';
import { findRoot, moments, normalCdf, normalSf, requireVariation, sorted } from '@/lib/numerics';
import type { Ppm, Specification } from './capability';
import { andersonDarling, type NormalityTest, type PercentileCapability, percentileIndices } from './nonnormal';

/** Capability through a fitted distribution: indices by its 0.135, 50 and 99.865 % points, and what it puts beyond the limits. */
export interface FittedCapability extends PercentileCapability {
  /** Lognormal: mean and standard deviation of ln x. Weibull: scale (unit of x) and shape. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Anderson–Darling test of the fit. */
  readonly fit: NormalityTest;
  readonly ppm: Ppm;
}

/** Parts per million beyond the limits of a distribution. @param cdf, sf - its distribution function and the rest to 1. */
export function tailPpm(spec: Specification, cdf: (x: number) => number, sf: (x: number) => number): Ppm {
  return {
    below: spec.lsl === undefined ? null : 1e6 * cdf(spec.lsl),
    above: spec.usl === undefined ? null : 1e6 * sf(spec.usl),
  };
}

/** Parts per million of the values themselves beyond each limit. @param values - unit of the limits. */
export function observedPpm(values: ArrayLike<number>, spec: Specification): Ppm {
  const x = sorted(values);
  const share = (test: (v: number) => boolean): number => (1e6 * x.filter(test).length) / x.length;
  return {
    below: spec.lsl === undefined ? null : share((v) => v < spec.lsl!),
    above: spec.usl === undefined ? null : share((v) => v > spec.usl!),
  };
}

function positive(values: ArrayLike<number>, what: string): Float64Array {
  const x = sorted(values);
  if (!(x[0]! > 0))
    throw new AppError('out_of_domain', `${what} needs positive values, the least is ${x[0]}; use another description`, {
      value: x[0],
    });
  requireVariation('values', x);
  return x;
}

/**
 * Lognormal capability: ln x normal, mean and standard deviation (divisor n − 1) of the logarithms.
 * @param values - unit of the limits.
 * @throws AppError `out_of_domain` when a value is not positive or nothing varies; `invalid_input` below eight values or without limits.
 * @reference ISO 22514-4:2016; test: Stephens (1974) on the logarithms.
 */
export function lognormalCapability(values: ArrayLike<number>, spec: Specification): FittedCapability {
  const y = positive(values, 'a lognormal fit').map(Math.log);
  const m = moments(y);
  const sigma = Math.sqrt(m.variance);
  const score = (x: number): number => (x > 0 ? (Math.log(x) - m.mean) / sigma : Number.NEGATIVE_INFINITY);
  const [low, mid, high] = [-3, 0, 3].map((z) => Math.exp(m.mean + z * sigma)) as [number, number, number];
  return {
    parameters: { mu: m.mean, sigma },
    fit: andersonDarling(y),
    ppm: tailPpm(
      spec,
      (x) => normalCdf(score(x)),
      (x) => normalSf(score(x)),
    ),
    ...percentileIndices(low, mid, high, spec),
  };
}

/**
 * Weibull capability, F(x) = 1 − exp(−(x/η)^β), by maximum likelihood: 1/β = Σ x^β ln x/Σ x^β − mean ln x, η^β = mean x^β.
 * @param values - unit of the limits.
 * @throws AppError as `lognormalCapability`.
 * @reference Lawless, Statistical Models and Methods for Lifetime Data, 2nd ed. (2003), §5.2; significance of A²: MIL-HDBK-17-1F (2002), §8.3.4.2.
 */
export function weibullCapability(values: ArrayLike<number>, spec: Specification): FittedCapability {
  const x = positive(values, 'a Weibull fit');
  const n = x.length;
  if (n < 8)
    throw new AppError('invalid_input', `values: a Weibull fit needs eight values or more, got ${n}`, { field: 'values' });
  const top = x[n - 1]!;
  const logs = x.map((v) => Math.log(v / top)); // x over the largest: no power overflows
  const mean = logs.reduce((s, v) => s + v / n, 0);
  const gap = (beta: number): number => {
    let [s, t] = [0, 0];
    for (const l of logs) {
      const w = Math.exp(beta * l);
      s += w;
      t += w * l;
    }
    return t / s - mean - 1 / beta;
  };
  const guess = 1.2 / Math.sqrt(moments(logs).variance); // π/√6 over the deviation of ln x
  let [lo, hi] = [guess, guess];
  while (gap(lo) > 0) lo /= 2;
  while (gap(hi) < 0) hi *= 2;
  const shape = lo === hi ? lo : findRoot(gap, lo, hi, 1e-12 * guess);
  const scale = top * (logs.reduce((s, l) => s + Math.exp(shape * l), 0) / n) ** (1 / shape);
  const hazard = (v: number): number => (v > 0 ? (v / scale) ** shape : 0);
  const quantile = (p: number): number => scale * (-Math.log1p(-p)) ** (1 / shape);
  let s = 0;
  for (let i = 0; i < n; i++)
    s += (2 * i + 1) * (Math.log(Math.max(-Math.expm1(-hazard(x[i]!)), 1e-300)) - hazard(x[n - 1 - i]!));
  const a2 = -n - s / n;
  const a2Adjusted = a2 * (1 + 0.2 / Math.sqrt(n));
  return {
    parameters: { scale, shape },
    fit: { a2, a2Adjusted, pValue: 1 / (1 + Math.exp(-0.1 + 1.24 * Math.log(a2Adjusted) + 4.48 * a2Adjusted)) },
    ppm: tailPpm(
      spec,
      (v) => -Math.expm1(-hazard(v)),
      (v) => Math.exp(-hazard(v)),
    ),
    ...percentileIndices(quantile(normalCdf(-3)), quantile(0.5), scale * (-Math.log(normalSf(3))) ** (1 / shape), spec),
  };
}
