import { AppError } from '@/lib/errors';
import type { ControlLimits } from './run-rules';

export interface EwmaConfig {
  readonly center: number;
  /** Sigma of a single value. */
  readonly sigma: number;
  /** Weight of the newest point, 0 < λ <= 1. */
  readonly lambda: number;
  /** Width L in sigmas of the statistic. */
  readonly nSigmas: number;
  /** `exact` (default): limits widen from the start; `asymptotic`: their final value everywhere. */
  readonly limits?: 'exact' | 'asymptotic';
}

/** State between points: the last statistic and how many points it holds. Plain JSON. */
export interface EwmaState {
  readonly value: number;
  readonly count: number;
}

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

/**
 * One EWMA step z_i = λ x_i + (1 − λ) z_{i−1} with limits center ∓ L σ/√n_i · √(λ/(2−λ) [1 − (1−λ)^{2i}]).
 * @param x - value or subgroup mean; NaN leaves the state as it is and returns no point.
 * @param n - subgroup size behind x.
 * @reference Roberts, Technometrics 1 (1959) 239; NIST/SEMATECH e-Handbook §6.3.2.4.
 */
export function updateEwma(
  state: EwmaState,
  x: number,
  config: EwmaConfig,
  n = 1,
): { readonly state: EwmaState; readonly point: EwmaPoint | null } {
  check(config);
  if (Number.isNaN(x)) return { state, point: null };
  const { lambda, center, sigma, nSigmas } = config;
  const count = state.count + 1;
  const value = lambda * x + (1 - lambda) * state.value;
  const transient = config.limits === 'asymptotic' ? 1 : -Math.expm1(2 * count * Math.log1p(-lambda));
  const se = (sigma / Math.sqrt(n)) * Math.sqrt((lambda / (2 - lambda)) * transient);
  const lcl = center - nSigmas * se;
  const ucl = center + nSigmas * se;
  return { state: { value, count }, point: { value, se, center, lcl, ucl, beyond: value < lcl || value > ucl } };
}

export interface EwmaChart {
  readonly values: Float64Array;
  readonly se: Float64Array;
  readonly lcl: Float64Array;
  readonly ucl: Float64Array;
  readonly beyondLimits: number[];
  readonly state: EwmaState;
}

/**
 * EWMA chart of a series; NaN points stay NaN. @param sizes - subgroup sizes, default 1 each.
 * @complexity O(n), no allocation a point.
 */
export function ewmaChart(x: ArrayLike<number>, config: EwmaConfig, sizes?: ArrayLike<number>): EwmaChart {
  check(config);
  const m = x.length;
  const { lambda, center, sigma, nSigmas } = config;
  const values = new Float64Array(m).fill(Number.NaN);
  const se = new Float64Array(m).fill(Number.NaN);
  const lcl = new Float64Array(m).fill(Number.NaN);
  const ucl = new Float64Array(m).fill(Number.NaN);
  const beyondLimits: number[] = [];
  const final = lambda / (2 - lambda);
  const rate = 2 * Math.log1p(-lambda);
  let z = center;
  let count = 0;
  let settled = config.limits === 'asymptotic';
  for (let i = 0; i < m; i++) {
    if (Number.isNaN(x[i]!)) continue;
    count++;
    z += lambda * (x[i]! - z);
    let f = final;
    if (!settled) {
      f = -final * Math.expm1(count * rate);
      settled = count * rate < -40;
    }
    const s = sigma * Math.sqrt(f / (sizes ? sizes[i]! : 1));
    values[i] = z;
    se[i] = s;
    const lo = center - nSigmas * s;
    const hi = center + nSigmas * s;
    lcl[i] = lo;
    ucl[i] = hi;
    if (z < lo || z > hi) beyondLimits.push(i);
  }
  return { values, se, lcl, ucl, beyondLimits, state: { value: z, count } };
}
