import { AppError } from '@/lib/errors';

export interface CusumConfig {
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
  readonly plus: number;
  readonly minus: number;
  readonly runPlus: number;
  readonly runMinus: number;
}

export interface CusumPoint extends CusumState {
  readonly signal: 'above' | 'below' | null;
}

/** Sums at the head start. @throws AppError `invalid_input` on a non-positive sigma or h, or a negative k. */
export function initialCusum(config: CusumConfig): CusumState {
  if (!(config.sigma > 0)) throw new AppError('invalid_input', `sigma must be positive, got ${config.sigma}`, { field: 'sigma' });
  if (!(config.h > 0)) throw new AppError('invalid_input', `h must be positive, got ${config.h}`, { field: 'h' });
  if (!(config.k >= 0)) throw new AppError('invalid_input', `k must not be negative, got ${config.k}`, { field: 'k' });
  const s = config.headStart ?? 0;
  return { plus: s, minus: s, runPlus: 0, runMinus: 0 };
}

/**
 * One step of the tabular CUSUM: u = (x − center)/(σ/√n), C⁺ = max(0, C⁺ + u − k), C⁻ = max(0, C⁻ − u − k); a signal is a sum
 * strictly above h. NaN leaves the state as it is.
 * @reference Page, Biometrika 41 (1954) 100; Lucas & Crosier, Technometrics 24 (1982) 199 (head start).
 */
export function updateCusum(state: CusumState, x: number, config: CusumConfig, n = 1): CusumPoint {
  if (Number.isNaN(x)) return { ...state, signal: null };
  const u = ((x - config.center) / config.sigma) * Math.sqrt(n);
  const plus = Math.max(0, state.plus + u - config.k);
  const minus = Math.max(0, state.minus - u - config.k);
  return {
    plus,
    minus,
    runPlus: plus > 0 ? state.runPlus + 1 : 0,
    runMinus: minus > 0 ? state.runMinus + 1 : 0,
    signal: plus > config.h ? 'above' : minus > config.h ? 'below' : null,
  };
}

export interface CusumChart {
  readonly plus: Float64Array;
  readonly minus: Float64Array;
  readonly signalsAbove: number[];
  readonly signalsBelow: number[];
  readonly state: CusumState;
}

/** Tabular CUSUM of a series. The sums run on after a signal; restart them yourself after a correction. */
export function cusumChart(x: ArrayLike<number>, config: CusumConfig, sizes?: ArrayLike<number>): CusumChart {
  let state = initialCusum(config);
  const plus = new Float64Array(x.length);
  const minus = new Float64Array(x.length);
  const signalsAbove: number[] = [];
  const signalsBelow: number[] = [];
  for (let i = 0; i < x.length; i++) {
    state = updateCusum(state, x[i]!, config, sizes ? sizes[i]! : 1);
    plus[i] = state.plus;
    minus[i] = state.minus;
    if (state.plus > config.h) signalsAbove.push(i);
    if (state.minus > config.h) signalsBelow.push(i);
  }
  return { plus, minus, signalsAbove, signalsBelow, state };
}
