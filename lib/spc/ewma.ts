import { AppError } from '@/lib/errors';
import { isOutside } from '@/lib/numerics';
import type { ControlLimits } from './run-rules';

/** Parameters of an EWMA chart. */
export interface EwmaConfig {
  /** Unit of the values. */
  readonly center: number;
  /** Sigma of a single value. */
  readonly sigma: number;
  /** Weight of the newest point, 0 < λ <= 1. */
  readonly lambda: number;
  /** Width L in sigmas of the statistic. */
  readonly nSigmas: number;
  /** `exact` (default): limits widen from the start; `asymptotic`: as if the chart had always run with the size of the first point. */
  readonly limits?: 'exact' | 'asymptotic';
}

/** State between points: the last statistic and how many points it holds. Plain JSON. */
export interface EwmaState {
  /** z, unit of the values. */
  readonly value: number;
  readonly count: number;
  /** Var z/σ² so far. A state without it is one of single values, where it follows from the count. */
  readonly ratio?: number;
}

/** Statistic and limits of a point; unit of the values. */
export interface EwmaPoint extends ControlLimits {
  readonly value: number;
  /** Standard error of the statistic that the limits use. */
  readonly se: number;
  readonly beyond: boolean;
}

function check(c: EwmaConfig): void {
  if (!(c.lambda > 0 && c.lambda <= 1))
    throw new AppError('invalid_input', `lambda must lie in (0, 1], got ${c.lambda}`, { field: 'lambda' });
  if (!(c.sigma > 0))
    throw new AppError('invalid_input', `sigma must be positive, got ${c.sigma}; estimate it from phase I data`, {
      field: 'sigma',
    });
}

/** z_0 = centre line. */
export function initialEwma(config: EwmaConfig): EwmaState {
  check(config);
  return { value: config.center, count: 0 };
}

/** Var z_i/σ² from that of the point before: λ²/n_i + (1 − λ)² Var z_{i−1}/σ². */
const nextRatio = (before: number, lambda: number, n: number): number => lambda ** 2 / n + (1 - lambda) ** 2 * before;

/** Var z_0/σ²: 0 at the start, or that of an endless chart of points of size n. */
const firstRatio = (c: EwmaConfig, n: number): number => (c.limits === 'asymptotic' ? c.lambda / (2 - c.lambda) / n : 0);

/** What a state stands for that does not say its variance: `count` single values. */
const ratioOf = (s: EwmaState, c: EwmaConfig): number =>
  s.ratio ?? (c.lambda / (2 - c.lambda)) * -Math.expm1(2 * s.count * Math.log1p(-c.lambda));

function checkSize(n: number, i: number): void {
  if (!(n > 0 && Number.isFinite(n)))
    throw new AppError('invalid_input', `sizes[${i}] is ${n}; a mean of a point has a positive number of values`, {
      field: 'sizes',
      index: i,
    });
}

/**
 * One EWMA step z_i = λ x_i + (1 − λ) z_{i−1} with limits center ∓ L √Var z_i, Var z_i = λ² σ²/n_i + (1 − λ)² Var z_{i−1}; for equal sizes this is
 * σ²/n · λ/(2−λ) [1 − (1−λ)^{2i}].
 * @param x - value or subgroup mean; NaN leaves the state as it is and returns no point.
 * @param n - subgroup size behind x.
 * @returns the next state, and the point in the unit of x.
 * @throws AppError `invalid_input` naming a configuration or size that cannot be.
 * @reference Roberts, Technometrics 1 (1959) 239; NIST/SEMATECH e-Handbook §6.3.2.4; unequal sizes by the recursion itself.
 * @reference ISO 7870-6:2016.
 */
export function updateEwma(
  state: EwmaState,
  x: number,
  config: EwmaConfig,
  n = 1,
): { readonly state: EwmaState; readonly point: EwmaPoint | null } {
  check(config);
  if (Number.isNaN(x)) return { state, point: null };
  checkSize(n, state.count);
  const { lambda, center, sigma, nSigmas } = config;
  const count = state.count + 1;
  const value = lambda * x + (1 - lambda) * state.value;
  const ratio = nextRatio(state.count === 0 ? firstRatio(config, n) : ratioOf(state, config), lambda, n);
  const se = sigma * Math.sqrt(ratio);
  const lcl = center - nSigmas * se;
  const ucl = center + nSigmas * se;
  return { state: { value, count, ratio }, point: { value, se, center, lcl, ucl, beyond: isOutside(value, lcl, ucl, center) } };
}

/** EWMA of a series; unit of the values. */
export interface EwmaChart {
  readonly values: Float64Array;
  readonly se: Float64Array;
  readonly lcl: Float64Array;
  readonly ucl: Float64Array;
  readonly beyondLimits: number[];
  readonly state: EwmaState;
}

/**
 * EWMA chart of a series; NaN points stay NaN and leave the state as it is.
 * @param x - values or subgroup means, (n,).
 * @param sizes - subgroup sizes, default 1 each.
 * @returns (n,) each, unit of the values.
 * @throws AppError `invalid_input` when sizes and values differ in number.
 * @complexity O(n), no allocation a point.
 * @reference as {@link updateEwma}.
 */
export function ewmaChart(x: ArrayLike<number>, config: EwmaConfig, sizes?: ArrayLike<number>): EwmaChart {
  check(config);
  const m = x.length;
  if (sizes && sizes.length !== m)
    throw new AppError('invalid_input', `sizes has ${sizes.length} entries, there are ${m} values; give one a value`, {
      field: 'sizes',
    });
  const { lambda, center, sigma, nSigmas } = config;
  const values = new Float64Array(m).fill(Number.NaN);
  const se = new Float64Array(m).fill(Number.NaN);
  const lcl = new Float64Array(m).fill(Number.NaN);
  const ucl = new Float64Array(m).fill(Number.NaN);
  const beyondLimits: number[] = [];
  let z = center;
  let ratio = 0;
  let count = 0;
  for (let i = 0; i < m; i++) {
    if (Number.isNaN(x[i]!)) continue;
    const n = sizes ? sizes[i]! : 1;
    checkSize(n, i);
    ratio = nextRatio(count === 0 ? firstRatio(config, n) : ratio, lambda, n);
    count++;
    z += lambda * (x[i]! - z);
    const s = sigma * Math.sqrt(ratio);
    values[i] = z;
    se[i] = s;
    const lo = center - nSigmas * s;
    const hi = center + nSigmas * s;
    lcl[i] = lo;
    ucl[i] = hi;
    if (isOutside(z, lo, hi, center)) beyondLimits.push(i);
  }
  return { values, se, lcl, ucl, beyondLimits, state: { value: z, count, ratio } };
}
