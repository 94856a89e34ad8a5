import { AppError } from '@/lib/errors';
import { besselK, logGamma, type RadialFamily, radialCorrelation, radialMatrix } from '@/lib/numerics';

/** Family of the correlation function. */
export type CovarianceKind = 'exponential' | 'gaussian' | 'spherical' | 'matern';

/** Direction along which the field changes most slowly, and how much faster it changes across (ratio <= 1 shortens the range). */
export interface Anisotropy {
  /** Counter-clockwise from +x, degrees. */
  readonly angleDeg: number;
  /** Range across / range along, 0 < ratio <= 1. */
  readonly ratio: number;
}

/**
 * Stationary covariance C(h) = σ² ρ(h/φ) for h > 0, C(0) = σ² + nugget. φ is the parameter of the formula, not the practical range
 * (3φ for exponential, √3 φ for Gaussian). Lengths in mm, variances in the unit of the values squared.
 */
export interface CovarianceModel {
  readonly kind: CovarianceKind;
  /** σ², partial sill, unit of the values squared. */
  readonly sigma2: number;
  /** φ, mm. */
  readonly phi: number;
  /** Unit of the values squared. */
  readonly nugget: number;
  /** Smoothness ν of the Matérn family. */
  readonly nu?: number;
  readonly anisotropy?: Anisotropy;
}

/** Refuses a covariance that cannot be. @throws AppError `invalid_input` naming the parameter. */
export function checkCovariance(m: CovarianceModel): void {
  if (!(m.sigma2 >= 0) || !(m.nugget >= 0) || !(m.sigma2 + m.nugget > 0))
    throw new AppError(
      'invalid_input',
      `variances must not be negative and not both 0: sigma2 = ${m.sigma2}, nugget = ${m.nugget}`,
      { field: 'sigma2' },
    );
  if (!(m.phi > 0)) throw new AppError('invalid_input', `phi must be positive, got ${m.phi}`, { field: 'phi' });
  if (m.kind === 'matern' && !((m.nu ?? 0) > 0))
    throw new AppError('invalid_input', `a Matérn covariance needs nu > 0, got ${m.nu}`, { field: 'nu' });
  if (m.anisotropy && !(m.anisotropy.ratio > 0 && m.anisotropy.ratio <= 1))
    throw new AppError('invalid_input', `anisotropy ratio must lie in (0, 1], got ${m.anisotropy.ratio}`, {
      field: 'anisotropy',
    });
}

// The kinds that are radial families of numerics; a Matérn of another smoothness needs the Bessel function.
function familyOf(kind: CovarianceKind, nu: number): RadialFamily | null {
  if (kind !== 'matern') return kind;
  return nu === 0.5 ? 'exponential' : nu === 1.5 ? 'matern32' : nu === 2.5 ? 'matern52' : null;
}

/**
 * Correlation ρ(h/φ) of a kind as a function of h >= 0: exp(−u), exp(−u²), 1 − 1.5u + 0.5u³ (u < 1), and 2^{1−ν}/Γ(ν) u^ν K_ν(u).
 * @param phi - φ, mm.
 * @param nu - ν of the Matérn family.
 * @reference Stein, Interpolation of Spatial Data (1999), §2.7; Abramowitz & Stegun 9.6 for K_ν.
 */
export function correlation(kind: CovarianceKind, phi: number, nu = 0.5): (h: number) => number {
  const inv = 1 / phi;
  const family = familyOf(kind, nu);
  if (family) return (h) => radialCorrelation(family, h * inv);
  const c = (1 - nu) * Math.LN2 - logGamma(nu);
  return (h) => {
    const u = h * inv;
    if (u < 1e-12) return 1;
    return u > 700 ? 0 : Math.exp(c + nu * Math.log(u)) * besselK(nu, u);
  };
}

/**
 * C(h) of a model, nugget only at h = 0.
 * @param h - distance, mm.
 * @returns unit of the values squared.
 * @reference Cressie, Statistics for Spatial Data (1993), §2.3.
 */
export function covariance(model: CovarianceModel, h: number): number {
  if (h === 0) return model.sigma2 + model.nugget;
  return model.sigma2 * correlation(model.kind, model.phi, model.nu)(h);
}

/**
 * Semivariance γ(h) = σ² + nugget − C(h).
 * @param h - distance, mm.
 * @returns unit of the values squared.
 * @reference Matheron, Economic Geology 58 (1963) 1246.
 */
export function semivariance(model: CovarianceModel, h: number): number {
  return h === 0 ? 0 : model.sigma2 + model.nugget - covariance(model, h);
}

/**
 * Coordinates in which the model is isotropic: rotated to the slow direction, the other axis stretched.
 * @param x - (n,), mm; `y` likewise.
 * @returns (n,) each, mm.
 * @reference Chilès & Delfiner, Geostatistics, 2nd ed. (2012), ch. 2.
 */
export function isotropic(
  model: CovarianceModel,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
): { x: Float64Array; y: Float64Array } {
  if (!model.anisotropy) return { x: Float64Array.from(x), y: Float64Array.from(y) };
  const t = (model.anisotropy.angleDeg * Math.PI) / 180;
  const [c, s] = [Math.cos(t), Math.sin(t)];
  const stretch = 1 / model.anisotropy.ratio;
  return {
    x: Float64Array.from({ length: x.length }, (_, i) => c * x[i]! + s * y[i]!),
    y: Float64Array.from({ length: x.length }, (_, i) => stretch * (c * y[i]! - s * x[i]!)),
  };
}

/**
 * Covariance matrix (n, n) of a set of positions, the nugget on its diagonal; equal positions count as repeated measurements.
 * @param x - (n,), mm; `y` likewise.
 * @returns row-major, unit of the values squared.
 * @throws AppError as {@link checkCovariance}.
 */
export function covarianceMatrixOf(model: CovarianceModel, x: ArrayLike<number>, y: ArrayLike<number>): Float64Array {
  checkCovariance(model);
  const points = pointsOf(model, x, y);
  const out = crossCovarianceOf(model, points, points, model.sigma2);
  const n = x.length;
  for (let i = 0; i < n; i++) out[i * (n + 1)] = model.sigma2 + model.nugget;
  return out;
}

/** Positions as rows (n, 2) of the coordinates in which the model is isotropic. @param x - (n,), mm; `y` likewise. @returns (n, 2) row-major, mm. */
export function pointsOf(model: CovarianceModel, x: ArrayLike<number>, y: ArrayLike<number>): Float64Array {
  const p = isotropic(model, x, y);
  return Float64Array.from({ length: 2 * x.length }, (_, k) => (k % 2 === 0 ? p.x[k >> 1]! : p.y[k >> 1]!));
}

/**
 * C between two sets of isotropic positions, row-major (n, m); `atZero` where they coincide.
 * @param a - (n, 2); b - (m, 2), mm.
 * @param atZero - covariance where positions coincide.
 * @returns unit of the values squared.
 */
export function crossCovarianceOf(model: CovarianceModel, a: Float64Array, b: Float64Array, atZero: number): Float64Array {
  const { kind, sigma2, phi, nu = 0.5 } = model;
  const family = familyOf(kind, nu);
  if (family) return radialMatrix(family, a, b, 2, { factor: 1 / phi, variance: sigma2, atZero });
  const rho = correlation(kind, phi, nu);
  const [n, m] = [a.length / 2, b.length / 2];
  const out = new Float64Array(n * m);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      if (a === b && j > i) break;
      const h = Math.hypot(a[2 * i]! - b[2 * j]!, a[2 * i + 1]! - b[2 * j + 1]!);
      const v = h === 0 ? atZero : sigma2 * rho(h);
      out[i * m + j] = v;
      if (a === b) out[j * m + i] = v;
    }
  }
  return out;
}
