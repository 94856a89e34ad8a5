import { AppError } from '@/lib/errors';
import { minimiseGolden, ROUNDING_SHARE } from '@/lib/numerics';

/** Disturbance model with unit innovation variance: white noise, IMA(1,1) with θ, AR(1) with φ, random walk. */
export type Disturbance =
  | { readonly kind: 'white' }
  | { readonly kind: 'ima'; readonly theta: number }
  | { readonly kind: 'ar1'; readonly phi: number }
  | { readonly kind: 'random_walk' };

/**
 * Asymptotic variance of y − T under EWMA control without delay, in units of the innovation variance, with L = λξ (ξ = true gain/model
 * gain): e_t = (1 − L) e_{t−1} + d_t − d_{t−1}. White 2/(2 − L); IMA 1 + (1 − θ − L)²/(L(2 − L)); AR(1)
 * 2/((1 + ρ)(1 + φ)(1 − ρφ)), ρ = 1 − L; random walk 1/(L(2 − L)).
 * @param lambda - EWMA weight.
 * @param gainRatio - ξ, dimensionless.
 * @returns in units of the innovation variance.
 * @throws AppError `out_of_domain` when the loop is not stable (0 < L < 2) or |φ| >= 1.
 * @reference Ingolfsson & Sachs (1993); Del Castillo, Statistical Process Adjustment for Quality Control (2002), ch. 6.
 */
export function asymptoticVariance(lambda: number, gainRatio: number, disturbance: Disturbance): number {
  const L = lambda * gainRatio;
  if (!(L > 0 && L < 2))
    throw new AppError('out_of_domain', `λξ = ${L} is not stable; it must lie between 0 and 2`, { value: L });
  switch (disturbance.kind) {
    case 'white':
      return 2 / (2 - L);
    case 'ima':
      return imaVariance(disturbance.theta, L);
    case 'random_walk':
      return 1 / (L * (2 - L));
    default: {
      const { phi } = disturbance;
      if (!(Math.abs(phi) < 1)) throw new AppError('out_of_domain', `|φ| must be below 1, got ${phi}`, { field: 'phi' });
      const rho = 1 - L;
      return 2 / ((1 + rho) * (1 + phi) * (1 - rho * phi));
    }
  }
}

/**
 * Offset of y − T that a drift of `slope` per run leaves under single EWMA: slope/(λξ).
 * @param slope - output unit per run.
 * @returns output unit.
 * @reference Ingolfsson & Sachs, J. Quality Technology 25 (1993) 271.
 */
export function driftOffset(lambda: number, gainRatio: number, slope: number): number {
  return slope / (lambda * gainRatio);
}

/** An EWMA weight that a loop takes, and what it costs. */
export interface LambdaAdvice {
  /** In (0, 1]. */
  readonly lambda: number;
  /** Asymptotic variance of y − T with it, in units of the innovation variance; null where the loop is not stable with it. */
  readonly variance: number | null;
  /** What a drift leaves of y − T with it, in innovation sigmas. */
  readonly offset: number;
  /** The weight of least mean square without the limit to 1; above it no EWMA reaches it: `lambda` is then 1. */
  readonly unlimited: number;
}

/**
 * λ for IMA(1,1) with a drift: least mean square of y − T, variance 1 + (1 − θ − L)²/(L(2 − L)) and offset δ/L, L = λξ; without a drift L = 1 − θ.
 * Held within (0, 1]: the mean square has one minimum in L, so that the nearest weight is the best.
 * @param theta - IMA(1,1) parameter.
 * @param drift - δ a run, in innovation sigmas.
 * @reference λ = 1 − θ: Box & Luceño, Statistical Control by Monitoring and Feedback Adjustment (1997).
 */
export function adviseLambda(theta: number, gainRatio = 1, drift = 0): LambdaAdvice {
  const best = drift === 0 ? 1 - theta : minimiseGolden((L) => imaVariance(theta, L) + (drift / L) ** 2, 1e-6, 2 - 1e-6).x;
  const unlimited = best / gainRatio;
  const lambda = Math.min(1, unlimited);
  const L = lambda * gainRatio;
  return { lambda, variance: L > 0 && L < 2 ? imaVariance(theta, L) : null, offset: drift / L, unlimited };
}

const imaVariance = (theta: number, L: number): number => 1 + (1 - theta - L) ** 2 / (L * (2 - L));

/** A steady change from run to run beside the IMA noise. */
export interface DriftEstimate {
  /** Unit of the disturbance per run. */
  readonly perRun: number;
  /** Standard error from the fitted IMA: σ(1 − θ)/√n and more; null where the noise is 0. */
  readonly u: number | null;
  /** The likelihood is better with it by more than chance gives in one series of a thousand. */
  readonly isSignificant: boolean;
}

/** An IMA(1,1) model of a disturbance. */
export interface Ima11Fit {
  readonly theta: number;
  /** Of the innovations, unit of the disturbance. */
  readonly sigma: number;
  /** As {@link adviseLambda} gives it for a gain without error. */
  readonly lambda: number;
  readonly n: number;
  /** Standard error of θ from the curvature of the likelihood, √((1 − θ²)/n). */
  readonly seTheta: number;
  /** θ and σ are those of what is left without it where it is significant. */
  readonly drift: DriftEstimate;
}

/** 99.9 % of χ² with one degree of freedom. */
const SIGNIFICANT = 10.828;

/**
 * Fit IMA(1,1), d_t − d_{t−1} = δ + ε_t − θ ε_{t−1}, to a disturbance series by least conditional squares and advise λ = 1 − θ; the drift δ is the mean
 * difference and taken out where n ln(S(δ = 0)/S(δ)) says that it is there, since θ would otherwise explain it.
 * @param d - observed disturbances in run order; NaN is left out.
 * @throws AppError `invalid_input` below ten values; `out_of_domain` for a straight ramp, which holds no noise to weigh.
 * @reference Box, Jenkins, Reinsel & Ljung, Time Series Analysis, 5th ed. (2016), §7.1.2.
 */
export function fitIma11(d: ArrayLike<number>): Ima11Fit {
  const x = Float64Array.from(d).filter((v) => !Number.isNaN(v));
  if (x.length < 10) throw new AppError('invalid_input', `an IMA fit needs ten values or more, got ${x.length}`, { n: x.length });
  const n = x.length - 1;
  const steps = Float64Array.from({ length: n }, (_, i) => x[i + 1]! - x[i]!);
  const perRun = (x[n]! - x[0]!) / n;
  const size = Math.max(...x.map(Math.abs));
  if (steps.every((v) => Math.abs(v - perRun) <= ROUNDING_SHARE * size))
    throw new AppError(
      'out_of_domain',
      `disturbance: is a straight ramp of ${perRun} a run without noise, which no weight λ follows: a single EWMA stays slope/λ behind; use control/double-ewma`,
      { field: 'disturbance' },
    );
  const [plain, moved] = [leastTheta(steps), leastTheta(steps.map((v) => v - perRun))];
  const isSignificant = n * Math.log(plain.ss / moved.ss) > SIGNIFICANT;
  const { theta, ss } = isSignificant ? moved : plain;
  const sigma = Math.sqrt(ss / n);
  return {
    theta,
    sigma,
    lambda: adviseLambda(theta, 1, isSignificant ? perRun / sigma : 0).lambda,
    n,
    seTheta: Math.sqrt((1 - theta * theta) / n),
    drift: { perRun, u: sigma > 0 ? standardErrorOfMean(theta, sigma, n) : null, isSignificant },
  };
}

/** √Var of the mean of n differences ε_t − θ ε_{t−1}: the inner ones cancel but for 1 − θ. */
const standardErrorOfMean = (theta: number, sigma: number, n: number): number =>
  (sigma * Math.sqrt((n - 1) * (1 - theta) ** 2 + 1 + theta * theta)) / n;

/** θ of least squares of the innovations of a series of differences: a grid, then golden section. */
function leastTheta(steps: Float64Array): { readonly theta: number; readonly ss: number } {
  const ss = (theta: number): number => {
    let e = 0;
    let s = 0;
    for (const v of steps) {
      e = v + theta * e;
      s += e * e;
    }
    return s;
  };
  let best = 0;
  for (let t = -0.99; t < 0.995; t += 0.01) if (ss(t) < ss(best)) best = t;
  const { x, f } = minimiseGolden(ss, Math.max(-0.999, best - 0.01), Math.min(0.999, best + 0.01));
  return { theta: x, ss: f };
}
