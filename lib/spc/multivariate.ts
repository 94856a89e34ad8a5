import { AppError } from '@/lib/errors';
import {
  backSolveInPlace,
  beta,
  type Cholesky,
  cholesky,
  columnName,
  completed,
  covarianceMatrix,
  fisherF,
  forwardSolveInPlace,
  fromRows,
  hasMissing,
  type Matrix,
  matrix,
  normalMoments,
  regression,
  requireFinite,
  requireIndependent,
  requireVarying,
} from '@/lib/numerics';

/** Frozen base of a T² chart. */
export interface HotellingBase {
  /** (p,), units of the variables. */
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
 * Base of T² for individuals: mean and covariance (divisor m − 1); with gaps by expectation–maximisation.
 * @param x - one row a run, NaN = not measured.
 * @param names - of the variables, for what is refused.
 * @throws AppError `invalid_input` with m <= p + 1 rows; `rank_deficient` naming variables that do not vary or depend on others.
 * @reference Montgomery (2013), §11.3; gaps: Little & Rubin, Statistical Analysis with Missing Data, 2nd ed. (2002), §11.2.
 */
export function hotellingBase(x: ArrayLike<ArrayLike<number>>, names?: readonly string[]): HotellingBase {
  const m = fromRows(x);
  if (m.rows <= m.cols + 1)
    throw new AppError(
      'invalid_input',
      `x: ${m.rows} rows are too few for ${m.cols} variables; T² needs more than ${m.cols + 1}`,
      {
        field: 'x',
        rows: m.rows,
        variables: m.cols,
      },
    );
  const p = m.cols;
  if (!hasMissing(m)) requireFinite('x', m.data);
  requireVarying('x', m, names);
  const { mean, covariance } = normalMoments(m, (j) => columnName(j, names));
  requireIndependent('x', hasMissing(m) ? completedRows(m, mean, covariance) : m, names);
  return { center: mean, covariance, factor: cholesky(covariance, p), n: m.rows, p, subgroupSize: 1 };
}

function completedRows(m: Matrix, mean: Float64Array, covariance: Float64Array): Matrix {
  const out = matrix(m.rows, m.cols);
  for (let i = 0; i < m.rows; i++) {
    const row = m.data.subarray(i * m.cols, (i + 1) * m.cols);
    out.data.set(completed(row, mean, regression(covariance, m.cols, missingOf(row))), i * m.cols);
  }
  return out;
}

const missingOf = (row: ArrayLike<number>): number[] =>
  Array.from({ length: row.length }, (_, j) => j).filter((j) => Number.isNaN(row[j]!));

/**
 * Base of T² for subgroups: grand mean and mean of the within-subgroup covariances.
 * @param x - [subgroup][variable][replicate], equal sizes of two or more.
 * @returns the base, and the means of the subgroups in the units of the variables.
 * @throws AppError as {@link hotellingBase}.
 * @reference Montgomery (2013), §11.3.
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
  const within = x.flatMap((g, k) => Array.from({ length: size }, (_, i) => g.map((v, j) => v[i]! - means[k]![j]! + center[j]!)));
  requireIndependent('x', fromRows(within));
  return { center, covariance, factor: cholesky(covariance, p), n: m, p, subgroupSize: size, means };
}

/** T² of one row with its contributions. */
export interface HotellingPoint {
  readonly t2: number;
  /** Share of each variable, (x − center)_j (S⁻¹(x − center))_j; they add up to T². NaN where not measured. */
  readonly contributions: Float64Array;
  /** Variables that were measured: the p of this point's limits. */
  readonly measured: number;
}

/**
 * T² = n (x − center)ᵀ S⁻¹ (x − center) of one row. A variable that was not measured (NaN) is replaced by its mean given the others, which is the
 * T² of those that were.
 * @param x - (p,), units of the variables, NaN = not measured.
 * @returns T², dimensionless.
 * @throws AppError `invalid_input` on another number of variables, an infinite value, or a row in which nothing was measured.
 * @reference Hotelling, in Techniques of Statistical Analysis (1947), 111; Montgomery (2013), §11.3.
 */
export function hotellingT2(base: HotellingBase, x: ArrayLike<number>): HotellingPoint {
  if (x.length !== base.p)
    throw new AppError('invalid_input', `x: the chart has ${base.p} variables, got ${x.length}`, { field: 'x' });
  const missing = missingOf(x);
  if (missing.length === base.p)
    throw new AppError('invalid_input', 'x: a row holds no measured variable; leave it out', { field: 'x' });
  const whole = missing.length === 0 ? x : completed(x, base.center, regression(base.covariance, base.p, missing));
  requireFinite('x', whole);
  const d = Float64Array.from(base.center, (c, j) => whole[j]! - c);
  const v = d.slice();
  forwardSolveInPlace(base.factor.l, v);
  let t2 = 0;
  for (const t of v) t2 += t * t;
  backSolveInPlace(base.factor.l, v); // S⁻¹d
  const contributions = d.map((t, j) => base.subgroupSize * t * v[j]!);
  for (const j of missing) contributions[j] = Number.NaN; // S⁻¹d vanishes there
  return { t2: base.subgroupSize * t2, contributions, measured: base.p - missing.length };
}

/**
 * Upper limits of T²: phase I (the points made the base) and phase II (new points). Individuals: (m−1)²/m · Beta(p/2, (m−p−1)/2) and
 * p(m+1)(m−1)/(m(m−p)) · F(p, m−p). Subgroups of n: p(m∓1)(n−1)/(mn−m−p+1) · F(p, mn−m−p+1).
 * @param confidence - probability of an in-control point below the limit.
 * @param p - variables measured at the point, fewer than those of the base where it has gaps.
 * @returns limits of T², dimensionless.
 * @reference Tracy, Young & Mason, J. Quality Technology 24 (1992) 88; Alt, Encyclopedia of Statistical Sciences 6 (1985) 110.
 */
export function hotellingLimits(
  base: HotellingBase,
  confidence: number,
  p = base.p,
): { readonly phase1: number; readonly phase2: number } {
  const { n: m, subgroupSize: n } = base;
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

/** T² of a multivariate EWMA, (n,) each, dimensionless. */
export interface MewmaChart {
  /** T² with the exact covariance λ(1 − (1 − λ)^{2i})/(2 − λ) Σ, and with its limit λ/(2 − λ) Σ; NaN for a row in which nothing was measured. */
  readonly exact: Float64Array;
  readonly asymptotic: Float64Array;
}

/**
 * Multivariate EWMA z_i = λ(x_i − μ) + (1 − λ) z_{i−1}. Limits: `mewmaLimit`. A variable that was not measured is replaced by its mean given the
 * others under Σ; a row in which nothing was measured leaves the state as it is.
 * @param x - one row a run, NaN = not measured.
 * @param mean - μ, (p,).
 * @param covariance - Σ as rows.
 * @throws AppError `invalid_input` on λ outside (0, 1], lengths that differ, or a Σ that is not symmetric; `rank_deficient` where Σ has no inverse.
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
  const rows = fromRows(x);
  const p = rows.cols;
  if (mean.length !== p)
    throw new AppError('invalid_input', `mean has ${mean.length} values, x has ${p} variables`, { field: 'mean' });
  const s = fromRows(covariance);
  const l = covarianceFactor(s, p);
  const z = new Float64Array(p);
  const exact = new Float64Array(rows.rows).fill(Number.NaN);
  const asymptotic = new Float64Array(rows.rows).fill(Number.NaN);
  let kept = 1; // (1 − λ)^{2i} over the rows measured so far
  for (let i = 0; i < rows.rows; i++) {
    const row = rows.data.subarray(i * p, (i + 1) * p);
    const missing = missingOf(row);
    if (missing.length === p) continue;
    const whole = missing.length === 0 ? row : completed(row, mean, regression(s.data, p, missing));
    requireFinite('x', whole);
    for (let j = 0; j < p; j++) z[j] = lambda * (whole[j]! - mean[j]!) + (1 - lambda) * z[j]!;
    const v = z.slice();
    forwardSolveInPlace(l, v);
    let q = 0;
    for (const t of v) q += t * t;
    kept *= (1 - lambda) ** 2;
    asymptotic[i] = (q * (2 - lambda)) / lambda;
    exact[i] = asymptotic[i]! / (1 - kept);
  }
  return { exact, asymptotic };
}

/** What rounding leaves of a dependent variable's variance in the correlation matrix. */
const SINGULAR = 1e-13;

/** L of a given covariance. Judged by the correlation matrix, so that units do not matter. */
function covarianceFactor(s: Matrix, p: number): Float64Array {
  const bad = (code: 'invalid_input' | 'rank_deficient', what: string): AppError =>
    new AppError(code, `covariance ${what}`, { field: 'covariance' });
  if (s.rows !== p || s.cols !== p) throw bad('invalid_input', `is ${s.rows} x ${s.cols}, x has ${p} variables`);
  for (let i = 0; i < p; i++) {
    const v = s.data[i * (p + 1)]!;
    if (!(v > 0)) throw bad('rank_deficient', `gives ${columnName(i)} the variance ${v}; leave out what does not vary`);
    for (let j = 0; j < i; j++)
      if (Math.abs(s.data[i * p + j]! - s.data[j * p + i]!) > 1e-9 * Math.sqrt(v * s.data[j * (p + 1)]!))
        throw bad('invalid_input', `is not symmetric at (${i + 1}, ${j + 1})`);
  }
  try {
    const { l } = cholesky(s.data, p);
    for (let i = 0; i < p; i++)
      if (l[i * (p + 1)]! ** 2 <= SINGULAR * s.data[i * (p + 1)]!)
        throw bad('rank_deficient', `leaves ${columnName(i)} nothing of its own; leave out variables that depend on others`);
    return l;
  } catch (e) {
    if (!(e instanceof AppError) || e.code !== 'not_positive_definite') throw e;
    throw bad(
      'rank_deficient',
      `is not positive definite at ${columnName(Number(e.details['pivot']))}; leave out variables that depend on others`,
    );
  }
}
