import { AppError } from '@/lib/errors';

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
      return 1 + (1 - disturbance.theta - L) ** 2 / (L * (2 - L));
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

/** Offset of y − T that a drift of `slope` per run leaves under single EWMA: slope/(λξ). */
export function driftOffset(lambda: number, gainRatio: number, slope: number): number {
  return slope / (lambda * gainRatio);
}

/** λ of least variance under IMA(1,1): λξ = 1 − θ, where the variance is that of the innovations. */
export function optimalLambda(theta: number, gainRatio = 1): { readonly lambda: number; readonly variance: number } {
  return { lambda: (1 - theta) / gainRatio, variance: 1 };
}

export interface Ima11Fit {
  readonly theta: number;
  readonly sigma: number;
  readonly lambda: number;
  readonly n: number;
  /** Standard error of θ from the curvature of the likelihood, √((1 − θ²)/n). */
  readonly seTheta: number;
}

/**
 * Fit IMA(1,1), d_t − d_{t−1} = ε_t − θ ε_{t−1}, to a disturbance series by least conditional squares and advise λ = 1 − θ.
 * @param d - observed disturbances in run order; NaN is left out.
 * @throws AppError `invalid_input` below ten values.
 * @reference Box, Jenkins, Reinsel & Ljung, Time Series Analysis, 5th ed. (2016), §7.1.2.
 */
export function fitIma11(d: ArrayLike<number>): Ima11Fit {
  const x = Float64Array.from(d).filter((v) => !Number.isNaN(v));
  if (x.length < 10) throw new AppError('invalid_input', `an IMA fit needs ten values or more, got ${x.length}`, { n: x.length });
  const n = x.length - 1;
  const ss = (theta: number): number => {
    let e = 0;
    let s = 0;
    for (let i = 1; i <= n; i++) {
      e = x[i]! - x[i - 1]! + theta * e;
      s += e * e;
    }
    return s;
  };
  let best = 0;
  for (let t = -0.99; t < 0.995; t += 0.01) if (ss(t) < ss(best)) best = t;
  let lo = Math.max(-0.999, best - 0.01);
  let hi = Math.min(0.999, best + 0.01);
  const g = (Math.sqrt(5) - 1) / 2;
  for (let k = 0; k < 60; k++) {
    const a = hi - g * (hi - lo);
    const b = lo + g * (hi - lo);
    if (ss(a) < ss(b)) hi = b;
    else lo = a;
  }
  const theta = 0.5 * (lo + hi);
  return {
    theta,
    sigma: Math.sqrt(ss(theta) / n),
    lambda: Math.min(1, Math.max(0.01, 1 - theta)),
    n,
    seTheta: Math.sqrt((1 - theta * theta) / n),
  };
}
