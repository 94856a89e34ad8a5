import { AppError } from '@/lib/errors';
import { moments, normalCdf, normalSf, sorted } from '@/lib/numerics';
import { type CapabilityIndices, capabilityIndices, type Ppm, type Specification } from './capability';
import { tailPpm } from './distribution-fits';
import { andersonDarling, type NormalityTest, type PercentileCapability, percentileIndices } from './nonnormal';

/** Unbounded, bounded on both sides, bounded below (lognormal with a threshold). */
export type JohnsonFamily = 'SU' | 'SB' | 'SL';

/** u = γ + η·asinh(s) (SU), γ + η·ln(s/(1 − s)) (SB), γ + η·ln s (SL), s = (x − ε)/λ. ε and λ in the unit of x; λ = 1 for SL. */
export interface JohnsonParameters {
  readonly family: JohnsonFamily;
  readonly gamma: number;
  readonly eta: number;
  readonly epsilon: number;
  readonly lambda: number;
}

/** A Johnson distribution fitted to a sample. */
export interface JohnsonFit extends JohnsonParameters {
  /** Quantile spacing that gave the best fit, in standard deviations of a normal variable. */
  readonly z: number;
  /** Anderson–Darling test of the values and of their transform. */
  readonly normality: { readonly before: NormalityTest; readonly after: NormalityTest };
  /** Spacings and families tried whose support holds all values. */
  readonly candidates: number;
}

/** Normal score of x; −∞ or +∞ outside the support of a bounded family. @returns dimensionless. @reference Johnson, Biometrika 36 (1949) 149. */
export function johnsonTransform(p: JohnsonParameters, x: number): number {
  const s = (x - p.epsilon) / p.lambda;
  if (p.family === 'SU') return p.gamma + p.eta * Math.asinh(s);
  if (s <= 0) return Number.NEGATIVE_INFINITY;
  if (p.family === 'SL') return p.gamma + p.eta * Math.log(s);
  return s >= 1 ? Number.POSITIVE_INFINITY : p.gamma + p.eta * (Math.log(s) - Math.log1p(-s));
}

/** Value with the normal score u, in the unit of x. @param u - normal score, dimensionless. @reference Johnson, Biometrika 36 (1949) 149. */
export function johnsonInverse(p: JohnsonParameters, u: number): number {
  const t = (u - p.gamma) / p.eta;
  if (p.family === 'SU') return p.epsilon + p.lambda * Math.sinh(t);
  return p.epsilon + p.lambda * (p.family === 'SL' ? Math.exp(t) : 1 / (1 + Math.exp(-t)));
}

/** Spacings of the search. */
const Z_FIRST = 0.25;
const Z_LAST = 1.25;
const Z_STEP = 0.01;

/**
 * Johnson distribution of a sample by four symmetric quantiles at ∓z, ∓3z: with m, n the outer spacings and p the inner one, mn/p² > 1 is
 * SU, < 1 is SB; the lognormal limit SL is tried beside them where m > p. Of z = 0.25…1.25 the fit whose transform looks most normal
 * (least Anderson–Darling A²) is kept.
 * @param values - any unit; NaN is left out.
 * @throws AppError `invalid_input` below 20 values or without variation; `not_converged` when no family holds all values.
 * @reference Johnson, Biometrika 36 (1949) 149; Slifker & Shapiro, Technometrics 22 (1980) 239, eqs. 2–4; choice of z: Chou, Polansky & Mason,
 * J. Quality Technology 30 (1998) 133.
 */
export function fitJohnson(values: ArrayLike<number>): JohnsonFit {
  const x = sorted(values);
  if (x.length < 20)
    throw new AppError('invalid_input', `a Johnson fit needs 20 values or more, got ${x.length}; measure more`, { n: x.length });
  const before = andersonDarling(x);
  let best: (JohnsonParameters & { z: number; after: NormalityTest }) | null = null;
  let candidates = 0;
  for (let k = 0; Z_FIRST + k * Z_STEP <= Z_LAST + 1e-9; k++) {
    const z = Z_FIRST + k * Z_STEP;
    if (x.length * normalCdf(-3 * z) < 0.5) break; // the outer quantiles would lie outside the sample
    for (const p of fromQuantiles(x, z)) {
      const u = x.map((v) => johnsonTransform(p, v));
      if (!u.every(Number.isFinite) || !(moments(u).variance > 0)) continue;
      candidates++;
      const after = andersonDarling(u);
      if (!best || after.a2 < best.after.a2) best = { ...p, z, after };
    }
  }
  if (!best)
    throw new AppError('not_converged', 'no Johnson family holds all values; look for outliers, or use percentiles', {
      n: x.length,
    });
  const { after, ...parameters } = best;
  return { ...parameters, normality: { before, after }, candidates };
}

function fromQuantiles(x: Float64Array, z: number): JohnsonParameters[] {
  const at = (u: number): number => {
    const h = Math.min(Math.max(x.length * normalCdf(u) - 0.5, 0), x.length - 1); // i = nP + ½, counted from 1
    const i = Math.min(Math.floor(h), x.length - 2);
    return x[i]! + (h - i) * (x[i + 1]! - x[i]!);
  };
  const [a, b, c, d] = [at(-3 * z), at(-z), at(z), at(3 * z)];
  const p = c - b;
  const m = (d - c) / p;
  const n = (b - a) / p;
  if (!(p > 0 && m > 0 && n > 0)) return [];
  const mid = (b + c) / 2;
  const out: JohnsonParameters[] = [];
  if (m * n > 1) {
    const root = Math.sqrt(m * n - 1);
    const eta = (2 * z) / Math.acosh((m + n) / 2);
    out.push({
      family: 'SU',
      eta,
      gamma: eta * Math.asinh((n - m) / (2 * root)),
      lambda: (2 * p * root) / ((m + n - 2) * Math.sqrt(m + n + 2)),
      epsilon: mid + (p * (n - m)) / (2 * (m + n - 2)),
    });
  } else if (m * n < 1) {
    const product = (1 + 1 / m) * (1 + 1 / n);
    const excess = 1 / (m * n) - 1;
    const eta = z / Math.acosh(Math.sqrt(product) / 2);
    const lambda = (p * Math.sqrt((product - 2) ** 2 - 4)) / excess;
    out.push({
      family: 'SB',
      eta,
      gamma: eta * Math.asinh(((1 / n - 1 / m) * Math.sqrt(product - 4)) / (2 * excess)),
      lambda,
      epsilon: mid - lambda / 2 + (p * (1 / n - 1 / m)) / (2 * excess),
    });
  }
  if (m > 1) {
    const eta = (2 * z) / Math.log(m);
    out.push({
      family: 'SL',
      eta,
      gamma: eta * Math.log((m - 1) / (p * Math.sqrt(m))),
      lambda: 1,
      epsilon: mid - (p / 2) * ((m + 1) / (m - 1)),
    });
  }
  return out.filter((q) => [q.eta, q.gamma, q.lambda, q.epsilon].every(Number.isFinite) && q.eta > 0 && q.lambda > 0);
}

/** Capability through a Johnson distribution. */
export interface JohnsonCapability {
  readonly fit: JohnsonFit;
  /** Indices of the normal scores against transformed limits; null when every limit lies outside the support. */
  readonly indices: CapabilityIndices | null;
  /** Limits (and target) outside the support of a bounded family: no part can be beyond them under this fit. */
  readonly outsideSupport: readonly ('lsl' | 'usl' | 'target')[];
  /** The same fit read by its percentiles, in the unit of x; every limit takes part. */
  readonly percentile: PercentileCapability;
  /** Expected parts per million beyond each limit. */
  readonly ppm: Ppm;
}

/**
 * Capability through a Johnson transform of values and limits, and by the percentiles of the fitted distribution. Errors as `fitJohnson` and
 * `capabilityIndices`.
 * @param values - unit of the limits; NaN is left out.
 */
export function johnsonCapability(values: ArrayLike<number>, spec: Specification, confidence = 0.95): JohnsonCapability {
  const fit = fitJohnson(values);
  const u = moments(Float64Array.from(values, (v) => johnsonTransform(fit, v)));
  const sd = Math.sqrt(u.variance);
  const outside: ('lsl' | 'usl' | 'target')[] = [];
  const moved: { lsl?: number; usl?: number; target?: number } = {};
  for (const key of ['lsl', 'usl', 'target'] as const) {
    const v = spec[key];
    if (v === undefined) continue;
    const t = johnsonTransform(fit, v);
    if (Number.isFinite(t)) moved[key] = t;
    else outside.push(key);
  }
  const [low, mid, high] = [-3, 0, 3].map((k) => johnsonInverse(fit, u.mean + k * sd)) as [number, number, number];
  return {
    fit,
    outsideSupport: outside,
    percentile: percentileIndices(low, mid, high, spec),
    ppm: tailPpm(
      spec,
      (v) => normalCdf((johnsonTransform(fit, v) - u.mean) / sd),
      (v) => normalSf((johnsonTransform(fit, v) - u.mean) / sd),
    ),
    indices: moved.lsl === undefined && moved.usl === undefined ? null : capabilityIndices(u.mean, sd, u.n, moved, confidence),
  };
}
