import { AppError } from '@/lib/errors';
import { asymptoticVariance } from './variance';

/** Predictor-corrector (double EWMA) loop: a level and a drift per run, for tools that wear steadily. Units as in `RunToRunConfig`. */
export interface DoubleEwmaConfig {
  /** Weight of the level, 0 < λ1 <= 1. */
  readonly lambda1: number;
  /** Weight of the drift, 0 <= λ2 <= 1; 0 is a single EWMA. */
  readonly lambda2: number;
  /** Model gain, output unit per knob unit, not 0. */
  readonly gain: number;
  /** Output unit. */
  readonly target: number;
  /** Knob unit. */
  readonly xNominal: number;
}

/** State after the last observation; plain JSON. */
export interface DoubleEwmaState {
  /** a, output unit. */
  readonly level: number;
  /** D, output unit per run. */
  readonly drift: number;
  /** Observations so far. */
  readonly n: number;
}

/** State before the first observation. @param level - a, output unit. @param drift - D, output unit per run. */
export const initialDoubleEwma = (level = 0, drift = 0): DoubleEwmaState => ({ level, drift, n: 0 });

/** Refuses a configuration that cannot work. @throws AppError `invalid_input` naming the field. */
export function checkDoubleEwma(c: DoubleEwmaConfig): void {
  if (!(c.lambda1 > 0 && c.lambda1 <= 1))
    throw new AppError('invalid_input', `lambda1 must lie in (0, 1], got ${c.lambda1}`, { field: 'lambda1' });
  if (!(c.lambda2 >= 0 && c.lambda2 <= 1))
    throw new AppError('invalid_input', `lambda2 must lie in [0, 1], got ${c.lambda2}`, { field: 'lambda2' });
  if (!Number.isFinite(c.gain) || c.gain === 0)
    throw new AppError('invalid_input', `gain must be finite and not 0, got ${c.gain}`, { field: 'gain' });
}

/**
 * One observation, w = (y − target) − gain (xApplied − xNominal): a′ = λ1 w + (1 − λ1) a, D′ = λ2 (w − a) + (1 − λ2) D.
 * @param y - measured output, output unit.
 * @param xApplied - setpoint of the run, knob unit.
 * @throws AppError `invalid_input` when y or xApplied is not finite.
 * @reference Butler & Stefani, IEEE Trans. Semicond. Manuf. 7 (1994) 193; Del Castillo, IIE Trans. 31 (1999) 1107.
 */
export function observeDoubleEwma(s: DoubleEwmaState, y: number, xApplied: number, c: DoubleEwmaConfig): DoubleEwmaState {
  checkDoubleEwma(c);
  if (!Number.isFinite(y) || !Number.isFinite(xApplied))
    throw new AppError('invalid_input', `y = ${y}, xApplied = ${xApplied}; both must be finite`, { field: 'y' });
  const w = y - c.target - c.gain * (xApplied - c.xNominal);
  return {
    level: c.lambda1 * w + (1 - c.lambda1) * s.level,
    drift: c.lambda2 * (w - s.level) + (1 - c.lambda2) * s.drift,
    n: s.n + 1,
  };
}

/**
 * Raw setpoint for the next run: xNominal − (a + D)/gain. Pass it through the actuator limits as any advice.
 * @returns knob unit.
 * @reference Butler & Stefani, IEEE Trans. Semicond. Manuf. 7 (1994) 193.
 */
export function adviseDoubleEwma(s: DoubleEwmaState, c: DoubleEwmaConfig): number {
  return c.xNominal - (s.level + s.drift) / c.gain;
}

/** Roots of a closed loop. */
export interface DoubleEwmaStability {
  /** [1, c1, c0] of z² + c1 z + c0. */
  readonly characteristic: readonly [number, number, number];
  readonly spectralRadius: number;
  readonly stable: boolean;
}

/**
 * Closed loop of level and drift with gain ratio ξ = true gain/model gain: trace 2 − (λ1 + λ2)ξ, determinant 1 − (λ1 + λ2)ξ + λ1λ2ξ.
 * @param gainRatio - ξ, dimensionless.
 * @reference Del Castillo (1999), eq. 8.
 */
export function doubleEwmaStability(lambda1: number, lambda2: number, gainRatio: number): DoubleEwmaStability {
  const trace = 2 - (lambda1 + lambda2) * gainRatio;
  const det = 1 - (lambda1 + lambda2) * gainRatio + lambda1 * lambda2 * gainRatio;
  const disc = (trace / 2) ** 2 - det;
  const spectralRadius = disc >= 0 ? Math.abs(trace / 2) + Math.sqrt(disc) : Math.sqrt(det);
  return { characteristic: [1, -trace, det], spectralRadius, stable: spectralRadius < 1 };
}

/**
 * Asymptotic variance of y − T, unit innovation variance, by summing the squared impulse response of the closed loop; and the offset a drift leaves.
 * @param theta - IMA(1,1) parameter, or null for white noise.
 * @returns variance in units of the innovation variance.
 * @throws AppError `out_of_domain` when the loop is not stable.
 * @reference Del Castillo, IIE Trans. 31 (1999) 1107.
 */
export function doubleEwmaVariance(lambda1: number, lambda2: number, gainRatio: number, theta: number | null): number {
  if (lambda2 === 0) return asymptoticVariance(lambda1, gainRatio, theta === null ? { kind: 'white' } : { kind: 'ima', theta });
  const { stable, spectralRadius } = doubleEwmaStability(lambda1, lambda2, gainRatio);
  if (!stable) throw new AppError('out_of_domain', `the loop is unstable: spectral radius ${spectralRadius}`, { spectralRadius });
  let level = 0;
  let drift = 0;
  let d = 0;
  let sum = 0;
  const steps = Math.ceil(-45 / Math.log(Math.min(spectralRadius, 1 - 1e-7))) + 10; // until the tail is below 1e-19 of the sum
  for (let k = 0; k <= steps; k++) {
    d = theta === null ? (k === 0 ? 1 : 0) : k === 0 ? 1 : 1 - theta; // response of the disturbance to one innovation
    const applied = level + drift;
    const e = d - gainRatio * applied;
    sum += e * e;
    const w = d + (1 - gainRatio) * applied;
    drift = lambda2 * (w - level) + (1 - lambda2) * drift;
    level = lambda1 * w + (1 - lambda1) * level;
  }
  return sum;
}

/**
 * Offset of y − T under a drift of `slope` per run: none with λ2 > 0, slope/(λ1ξ) without.
 * @param slope - output unit per run.
 * @returns output unit.
 * @reference Del Castillo, IIE Trans. 31 (1999) 1107.
 */
export function doubleEwmaDriftOffset(lambda1: number, lambda2: number, gainRatio: number, slope: number): number {
  return lambda2 > 0 ? 0 : slope / (lambda1 * gainRatio);
}
