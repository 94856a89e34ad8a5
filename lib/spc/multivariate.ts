import { AppError } from '@/lib/errors';
import {
  beta,
  type Cholesky,
  cholesky,
  covarianceMatrix,
  fisherF,
  forwardSolveInPlace,
  fromRows,
  requireFinite,
} from '@/lib/numerics';

/** Frozen base of a T² chart. */
export interface HotellingBase {
  readonly center: Float64Array;
  /** Covariance, row-major (p, p). */
  readonly covariance: Float64Array;
  readonly factor: Cholesky;
  readonly n: number;
  readonly p: number;
  /** Values behind each plotted mean; 1 for individuals. */
  readonly subgroupSize: number;
}

/**
 * Base of T² for individuals: mean and covariance (divisor m − 1).
 * @throws AppError `invalid_input` with m <= p + 1 rows; `not_positive_definite` when sensors depend on each other: use PCA monitoring.
 */
export function hotellingBase(x: ArrayLike<ArrayLike<number>>): HotellingBase {
  const m = fromRows(x);
  requireFinite('x', m.data);
  if (m.rows <= m.cols + 1)
    throw new AppError('invalid_input', `${m.rows} rows are too few for ${m.cols} variables; T² needs more than ${m.cols + 1}`, {
      rows: m.rows,
      variables: m.cols,
    });
  const { mean, covariance } = covarianceMatrix(m.data, m.rows, m.cols);
  return { center: mean, covariance, factor: cholesky(covariance, m.cols), n: m.rows, p: m.cols, subgroupSize: 1 };
}

/**
 * Base of T² for subgroups: grand mean and mean of the within-subgroup covariances.
 * @param x - [subgroup][variable][replicate], equal sizes of two or more.
 */
export function hotellingSubgroupBase(
  x: readonly (readonly (readonly number[])[])[],
): HotellingBase & { readonly means: number[][] } {
  const m = x.length;
  const p = x[0]?.length ?? 0;
  const size = x[0]?.[0]?.length ?? 0;
  if (m < 2 || size < 2)
    throw new AppError('invalid_input', `subgroup T² needs two subgroups of two values or more, got ${m} of ${size}`, {
      field: 'x',
    });
  const center = new Float64Array(p);
  const covariance = new Float64Array(p * p);
  const means = x.map((g, k) => {
    if (g.length !== p || g.some((v) => v.length !== size))
      throw new AppError('invalid_input', `subgroup ${k} has another shape than the first`, { subgroup: k });
    const rows = Float64Array.from({ length: size * p }, (_, i) => g[i % p]![Math.floor(i / p)]!);
    requireFinite('x', rows);
    const c = covarianceMatrix(rows, size, p);
    for (let i = 0; i < p * p; i++) covariance[i]! += c.covariance[i]! / m;
    for (let i = 0; i < p; i++) center[i]! += c.mean[i]! / m;
    return Array.from(c.mean);
  });
  return { center, covariance, factor: cholesky(covariance, p), n: m, p, subgroupSize: size, means };
}

/** T² = n (x − center)ᵀ S⁻¹ (x − center) and the share of each variable, (x − center)_j (S⁻¹(x − center))_j, which add up to it. */
export function hotellingT2(
  base: HotellingBase,
  x: ArrayLike<number>,
): { readonly t2: number; readonly contributions: Float64Array } {
  if (x.length !== base.p)
    throw new AppError('invalid_input', `the chart has ${base.p} variables, got ${x.length}`, { field: 'x' });
  const d = Float64Array.from(base.center, (c, j) => x[j]! - c);
  const v = d.slice();
  forwardSolveInPlace(base.factor.l, v);
  let t2 = 0;
  for (const t of v) t2 += t * t;
  // S⁻¹d by the transposed factor
  const { l } = base.factor;
  for (let i = base.p - 1; i >= 0; i--) {
    const t = v[i]! / l[i * base.p + i]!;
    v[i] = t;
    for (let k = 0; k < i; k++) v[k]! -= t * l[i * base.p + k]!;
  }
  return { t2: base.subgroupSize * t2, contributions: d.map((t, j) => base.subgroupSize * t * v[j]!) };
}

/**
 * Upper limits of T²: phase I (the points made the base) and phase II (new points). Individuals: (m−1)²/m · Beta(p/2, (m−p−1)/2) and
 * p(m+1)(m−1)/(m(m−p)) · F(p, m−p). Subgroups of n: p(m∓1)(n−1)/(mn−m−p+1) · F(p, mn−m−p+1).
 * @reference Tracy, Young & Mason, J. Quality Technology 24 (1992) 88; Alt, Encyclopedia of Statistical Sciences 6 (1985) 110.
 */
export function hotellingLimits(base: HotellingBase, confidence: number): { readonly phase1: number; readonly phase2: number } {
  const { n: m, p, subgroupSize: n } = base;
  if (n === 1) {
    return {
      phase1: ((m - 1) ** 2 / m) * beta(p / 2, (m - p - 1) / 2).quantile(confidence),
      phase2: ((p * (m + 1) * (m - 1)) / (m * (m - p))) * fisherF(p, m - p).quantile(confidence),
    };
  }
  const dof = m * n - m - p + 1;
  const f = fisherF(p, dof).quantile(confidence);
  return { phase1: ((p * (m - 1) * (n - 1)) / dof) * f, phase2: ((p * (m + 1) * (n - 1)) / dof) * f };
}

export interface MewmaChart {
  /** T² with the exact covariance λ(1 − (1 − λ)^{2i})/(2 − λ) Σ, and with its limit λ/(2 − λ) Σ. */
  readonly exact: Float64Array;
  readonly asymptotic: Float64Array;
}

/**
 * Multivariate EWMA z_i = λ(x_i − μ) + (1 − λ) z_{i−1}. Limits: `mewmaLimit`.
 * @param covariance - Σ as rows.
 * @reference Lowry, Woodall, Champ & Rigdon, Technometrics 34 (1992) 46.
 */
export function mewmaChart(
  x: ArrayLike<ArrayLike<number>>,
  mean: ArrayLike<number>,
  covariance: ArrayLike<ArrayLike<number>>,
  lambda: number,
): MewmaChart {
  if (!(lambda > 0 && lambda <= 1))
    throw new AppError('invalid_input', `lambda must lie in (0, 1], got ${lambda}`, { field: 'lambda' });
  const s = fromRows(covariance);
  const p = s.cols;
  const { l } = cholesky(s.data, p);
  const z = new Float64Array(p);
  const exact = new Float64Array(x.length);
  const asymptotic = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < p; j++) z[j] = lambda * (x[i]![j]! - mean[j]!) + (1 - lambda) * z[j]!;
    const v = z.slice();
    forwardSolveInPlace(l, v);
    let q = 0;
    for (const t of v) q += t * t;
    asymptotic[i] = (q * (2 - lambda)) / lambda;
    exact[i] = asymptotic[i]! / (1 - (1 - lambda) ** (2 * (i + 1)));
  }
  return { exact, asymptotic };
}
