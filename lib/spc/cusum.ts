import { AppError } from '@/lib/errors';
import { exceeds } from '@/lib/numerics';

/** Parameters of a tabular CUSUM. */
export interface CusumConfig {
  /** Unit of the values. */
  readonly center: number;
  /** Sigma of a single value; 1 when K and H are given in units of the measurement. */
  readonly sigma: number;
  /** Reference value in sigmas of the plotted mean: half the shift to be found. */
  readonly k: number;
  /** Decision interval, same unit. */
  readonly h: number;
  /** Fast initial response: both sums start here, usually h/2. Default 0. */
  readonly headStart?: number;
}

/** Sums and the runs since each was last zero (N⁺, N⁻), which date the change. Plain JSON. */
export interface CusumState {
  /** C⁺, in sigmas of the plotted mean. */
  readonly plus: number;
  /** C⁻. */
  readonly minus: number;
  readonly runPlus: number;
  readonly runMinus: number;
}

/** Sums after a point and its signal. */
export interface CusumPoint extends CusumState {
  readonly signal: 'above' | 'below' | null;
}

/** Sums at the head start. @throws AppError `invalid_input` on a non-positive sigma or h, a negative k, or a head start outside [0, h). */
export function initialCusum(config: CusumConfig): CusumState {
  if (!(config.sigma > 0)) throw new AppError('invalid_input', `sigma must be positive, got ${config.sigma}`, { field: 'sigma' });
  if (!(config.h > 0)) throw new AppError('invalid_input', `h must be positive, got ${config.h}`, { field: 'h' });
  if (!(config.k >= 0)) throw new AppError('invalid_input', `k must not be negative, got ${config.k}`, { field: 'k' });
  const s = config.headStart ?? 0;
  if (!(s >= 0 && s < config.h))
    throw new AppError('invalid_input', `headStart is ${s}; it must lie in [0, h), h = ${config.h}, usually h/2`, {
      field: 'headStart',
    });
  return { plus: s, minus: s, runPlus: 0, runMinus: 0 };
}

/** A sum strictly above h, by more than the rounding of what was summed. */
const isSignal = (sum: number, x: number, c: CusumConfig, n: number): boolean =>
  exceeds(sum, c.h, (Math.max(Math.abs(x), Math.abs(c.center)) / c.sigma) * Math.sqrt(n));

/**
 * One step of the tabular CUSUM: u = (x − center)/(σ/√n), C⁺ = max(0, C⁺ + u − k), C⁻ = max(0, C⁻ − u − k); a signal is a sum
 * strictly above h. NaN leaves the state as it is.
 * @param n - values behind the point.
 * @throws AppError `invalid_input` for a size that is not positive.
 * @reference Page, Biometrika 41 (1954) 100; Lucas & Crosier, Technometrics 24 (1982) 199 (head start).
 * @reference Montgomery (2013), §9.1; ISO 7870-4:2021.
 */
export function updateCusum(state: CusumState, x: number, config: CusumConfig, n = 1): CusumPoint {
  if (Number.isNaN(x)) return { ...state, signal: null };
  if (!(n > 0 && Number.isFinite(n)))
    throw new AppError('invalid_input', `sizes: a mean of ${n} values cannot be; give a positive number`, { field: 'sizes' });
  const u = ((x - config.center) / config.sigma) * Math.sqrt(n);
  const plus = Math.max(0, state.plus + u - config.k);
  const minus = Math.max(0, state.minus - u - config.k);
  return {
    plus,
    minus,
    runPlus: plus > 0 ? state.runPlus + 1 : 0,
    runMinus: minus > 0 ? state.runMinus + 1 : 0,
    signal: isSignal(plus, x, config, n) ? 'above' : isSignal(minus, x, config, n) ? 'below' : null,
  };
}

/** Sums of a series with its signals. */
export interface CusumChart {
  /** Sums at each point; NaN where nothing was measured. */
  readonly plus: Float64Array;
  readonly minus: Float64Array;
  readonly signalsAbove: number[];
  readonly signalsBelow: number[];
  readonly state: CusumState;
}

/**
 * Tabular CUSUM of a series. The sums run on after a signal; restart them yourself after a correction. A point that was not measured (NaN) has no
 * sums, raises no signal and leaves the state as it is.
 * @param x - values or subgroup means, (n,).
 * @param sizes - values behind each point; default 1.
 * @throws AppError `invalid_input` as `initialCusum`, and when sizes and values differ in number.
 */
export function cusumChart(x: ArrayLike<number>, config: CusumConfig, sizes?: ArrayLike<number>): CusumChart {
  if (sizes && sizes.length !== x.length)
    throw new AppError('invalid_input', `sizes has ${sizes.length} entries, there are ${x.length} values; give one a value`, {
      field: 'sizes',
    });
  let state: CusumState = initialCusum(config);
  const plus = new Float64Array(x.length).fill(Number.NaN);
  const minus = new Float64Array(x.length).fill(Number.NaN);
  const signalsAbove: number[] = [];
  const signalsBelow: number[] = [];
  for (let i = 0; i < x.length; i++) {
    if (Number.isNaN(x[i]!)) continue;
    const n = sizes ? sizes[i]! : 1;
    const { signal: _, ...next } = updateCusum(state, x[i]!, config, n);
    state = next;
    plus[i] = state.plus;
    minus[i] = state.minus;
    if (isSignal(state.plus, x[i]!, config, n)) signalsAbove.push(i);
    if (isSignal(state.minus, x[i]!, config, n)) signalsBelow.push(i);
  }
  return { plus, minus, signalsAbove, signalsBelow, state };
}
