import { AppError } from '@/lib/errors';
import {
  beta,
  chiSquared,
  columnName,
  conditionalMean,
  dependentColumns,
  fillMissing,
  fisherF,
  fromRows,
  hasMissing,
  type Matrix,
  magnitude,
  moments,
  normalQuantile,
  requireFinite,
  requireVarying,
  roundingLength,
  svd,
} from '@/lib/numerics';

/** A PCA monitoring model as plain JSON. */
export interface PcaModel {
  readonly kind: 'pca';
  /** Names of the variables, where they were given. */
  readonly variables?: readonly string[];
  readonly components: number;
  readonly n: number;
  /** (p,), units of the variables. */
  readonly mean: readonly number[];
  /** (p,), units of the variables. */
  readonly scale: readonly number[];
  /** Eigenvalues of the covariance, all of them, descending; those that are rounding only are 0. */
  readonly eigenvalues: readonly number[];
  /** Loadings (p, A), row-major. */
  readonly loadings: readonly number[];
  /** Mean and variance of Q over the calibration rows. */
  readonly qMean: number;
  readonly qVariance: number;
}

/** A singular value below this share of the largest is rounding. */
const ROUNDING = 1e-10;

/** Singular values of the scaled runs that are no direction of their own: below 1e-10 of the largest, or what the rounding of the values leaves. */
function leastSingular(x: Matrix, scale: readonly number[], largest: number): number {
  const { rows: n, cols: p, data } = x;
  const lengths = scale.map((s, j) =>
    roundingLength(n, magnitude(Float64Array.from({ length: n }, (_, i) => data[i * p + j]!)) / s),
  );
  return Math.max(ROUNDING * largest, ...lengths);
}

/**
 * Principal-component model for T² and Q (SPE) monitoring: centre, optionally scale (divisor n − 1), SVD. Gaps (NaN) are filled by their means under
 * the components, in turn with these.
 * @param x - one row a run, raw units, NaN = not measured.
 * @param options.centre - false keeps the origin: only for data that are deviations already.
 * @throws AppError `invalid_input` on infinite values, too few rows, or more components than min(n − 1, p); `rank_deficient` naming a variable that
 * does not vary, or where there are fewer directions than components.
 * @reference Jackson, A User's Guide to Principal Components (1991); Kourti & MacGregor (1995).
 */
export function trainPca(
  x: ArrayLike<ArrayLike<number>>,
  components: number,
  options: { readonly scale?: boolean; readonly centre?: boolean; readonly variables?: readonly string[] } = {},
): PcaModel {
  const raw = fromRows(x);
  const { rows: n, cols: p } = raw;
  const names = options.variables;
  if (!Number.isInteger(components) || components < 1 || components > Math.min(n - 1, p)) {
    throw new AppError('invalid_input', `components must be an integer from 1 to ${Math.min(n - 1, p)}, got ${components}`, {
      field: 'components',
    });
  }
  if (hasMissing(raw) && p === 1)
    throw new AppError('invalid_input', 'x: a single variable has no other to fill its gaps from; leave those rows out', {
      field: 'x',
    });
  const m = hasMissing(raw) ? fillMissing(raw, components, (j) => columnName(j, names)).x : raw;
  requireFinite('x', m.data);
  requireVarying('x', m, names);
  const whole = fromRows(Array.from({ length: n }, (_, i) => m.data.slice(i * p, (i + 1) * p)));
  const column = (j: number) => moments(Float64Array.from({ length: n }, (_, i) => m.data[i * p + j]!));
  const stats = Array.from({ length: p }, (_, j) => column(j));
  const centre = options.centre ?? true;
  const mean = stats.map((s) => (centre ? s.mean : 0));
  // without centring the scale is the root mean square about 0, divisor n − 1
  const spread = stats.map((s) => Math.sqrt(s.variance + (centre ? 0 : (n / (n - 1)) * s.mean ** 2)));
  const scale = spread.map((s) => ((options.scale ?? true) ? s || 1 : 1));
  for (let i = 0; i < n; i++) for (let j = 0; j < p; j++) m.data[i * p + j] = (m.data[i * p + j]! - mean[j]!) / scale[j]!;
  const d = svd(m);
  const k = d.s.length;
  const least = leastSingular(whole, scale, d.s[0]!);
  const rank = d.s.filter((v) => v > least).length;
  if (components > rank) {
    const depend = n > p ? dependentColumns(whole).map((c) => columnName(c.column, names)) : [];
    const which = depend.length > 0 ? `: ${depend.join(', ')} depend${depend.length === 1 ? 's' : ''} on the others` : '';
    throw new AppError(
      'rank_deficient',
      `components: the runs have ${rank} independent directions, ${components} were asked for${which}`,
      {
        field: 'components',
        rank,
      },
    );
  }
  const model: PcaModel = {
    kind: 'pca',
    ...(names ? { variables: names } : {}),
    components,
    n,
    mean,
    scale,
    eigenvalues: Array.from({ length: p }, (_, j) => (j < rank ? d.s[j]! ** 2 / (n - 1) : 0)),
    loadings: Array.from({ length: p * components }, (_, i) => d.v.data[Math.floor(i / components) * k + (i % components)]!),
    qMean: 0,
    qVariance: 0,
  };
  const q = moments(Array.from({ length: n }, (_, i) => scorePca(model, whole.data.subarray(i * p, (i + 1) * p)).q));
  return components < rank ? { ...model, qMean: q.mean, qVariance: q.variance } : model;
}

/** Scores of one row. */
export interface PcaScore {
  /** Dimensionless, as Q. */
  readonly t2: number;
  /** Squared length of the residual (SPE). */
  readonly q: number;
  readonly scores: number[];
  /** Signed residual of each scaled variable; NaN where not measured. */
  readonly residual: number[];
  /** Share of each variable in T²; they add up to it. */
  readonly t2Contributions: number[];
  /** Variables that were not measured (from 0), replaced by their means under the components; they take no part in Q. */
  readonly missing: number[];
}

/**
 * T² = Σ t_a²/λ_a, Q = ‖x − x̂‖² of one row in raw units, NaN = not measured.
 * @param x - (p,), raw units.
 * @returns T² and Q, dimensionless.
 * @throws AppError `invalid_input` on another number of variables, an infinite value, or a row in which nothing was measured.
 * @reference Jackson, A User's Guide to Principal Components (1991); Kourti & MacGregor, Chemom. Intell. Lab. Syst. 28 (1995) 3.
 */
export function scorePca(m: PcaModel, x: ArrayLike<number>): PcaScore {
  const p = m.mean.length;
  const a = m.components;
  if (x.length !== p) throw new AppError('invalid_input', `x: the model has ${p} variables, got ${x.length}`, { field: 'x' });
  const scaled = Float64Array.from(m.mean, (c, j) => (x[j]! - c) / m.scale[j]!);
  const { filled: z, missing } = scaled.some(Number.isNaN)
    ? conditionalMean(latentOf(m), scaled)
    : { filled: scaled, missing: [] };
  if (missing.length === p)
    throw new AppError('invalid_input', 'x: a row holds no measured variable; leave it out', { field: 'x' });
  requireFinite('x', z);
  const scores = Array.from({ length: a }, (_, k) => z.reduce((s, v, j) => s + v * m.loadings[j * a + k]!, 0));
  const residual = Array.from(z, (v, j) => v - scores.reduce((s, t, k) => s + t * m.loadings[j * a + k]!, 0));
  for (const j of missing) residual[j] = Number.NaN;
  const t2Contributions = Array.from(z, (v, j) =>
    scores.reduce((s, t, k) => s + (t / m.eigenvalues[k]!) * m.loadings[j * a + k]! * v, 0),
  );
  return {
    t2: scores.reduce((s, t, k) => s + t ** 2 / m.eigenvalues[k]!, 0),
    q: residual.reduce((s, e) => (Number.isNaN(e) ? s : s + e * e), 0),
    scores,
    residual,
    t2Contributions,
    missing,
  };
}

/** The components as a latent model whose residual variance is shared alike: what is left of all directions over the variables. */
function latentOf(m: PcaModel) {
  const p = m.mean.length;
  const rest = m.eigenvalues.slice(m.components).reduce((s, l) => s + l, 0) / p;
  return {
    components: m.components,
    loadings: m.loadings,
    scoreVariance: m.eigenvalues,
    residualVariance: new Float64Array(p).fill(Math.max(rest, 1e-6 * (m.eigenvalues[0]! / p))),
  };
}

/** Limits of T² and Q. */
export interface PcaLimits {
  /** θ₁, θ₂, θ₃. */
  readonly theta: readonly [number, number, number];
  /** Null, as the limits of Q, where the components span everything that varies: nothing is left for Q to measure. */
  readonly h0: number | null;
  /** Jackson & Mudholkar; Box's g χ²_h where h0 <= 0 makes it meaningless. */
  readonly qJacksonMudholkar: number | null;
  readonly qBox: number | null;
  /** From mean and variance of the calibration Q. */
  readonly qNomikosMacGregor: number | null;
  /** T²: F as printed in most books, F for new rows, Beta for the calibration rows, χ² for many rows. */
  readonly t2F: number;
  readonly t2New: number;
  readonly t2Beta: number;
  readonly t2ChiSquared: number;
}

/**
 * Limits at a confidence level. Q: θ1 (1 + c√(2θ2h0²)/θ1 + θ2h0(h0−1)/θ1²)^{1/h0}, θ_i = Σ_{j>A} λ_j^i, h0 = 1 − 2θ1θ3/(3θ2²).
 * @param confidence - probability of an in-control row below the limit.
 * @returns limits, dimensionless.
 * @throws AppError `invalid_input` for a level outside (0, 1).
 * @reference Jackson & Mudholkar, Technometrics 21 (1979) 341; Box, Ann. Math. Stat. 25 (1954) 290; Nomikos & MacGregor, Technometrics 37 (1995) 41.
 */
export function pcaLimits(m: PcaModel, confidence: number): PcaLimits {
  const rest = m.eigenvalues.slice(m.components);
  const theta = [1, 2, 3].map((i) => rest.reduce((s, l) => s + l ** i, 0)) as [number, number, number];
  const [t1, t2, t3] = theta;
  const { n, components: a } = m;
  const f = (dof: number): number => {
    if (n <= a + 1)
      throw new AppError(
        'invalid_input',
        `components: ${n} rows leave no degrees of freedom beside ${a} components; keep fewer`,
        {
          field: 'components',
        },
      );
    return fisherF(a, dof).quantile(confidence);
  };
  const t2Limits = {
    t2F: ((a * (n - 1)) / (n - a)) * f(n - a),
    t2New: ((a * (n * n - 1)) / (n * (n - a))) * f(n - a),
    t2Beta: ((n - 1) ** 2 / n) * beta(a / 2, (n - a - 1) / 2).quantile(confidence),
    t2ChiSquared: chiSquared(a).quantile(confidence),
  };
  if (!(t1 > 0)) return { theta, h0: null, qJacksonMudholkar: null, qBox: null, qNomikosMacGregor: null, ...t2Limits };
  const h0 = 1 - (2 * t1 * t3) / (3 * t2 * t2);
  const c = normalQuantile(confidence);
  const scaled = (g: number, h: number): number => g * chiSquared(h).quantile(confidence);
  const qBox = scaled(t2 / t1, (t1 * t1) / t2);
  const jm = t1 * (1 + (c * Math.sqrt(2 * t2 * h0 * h0)) / t1 + (t2 * h0 * (h0 - 1)) / (t1 * t1)) ** (1 / h0);
  return {
    theta,
    h0,
    qJacksonMudholkar: h0 > 0 && Number.isFinite(jm) ? jm : qBox,
    qBox,
    qNomikosMacGregor: m.qVariance > 0 ? scaled(m.qVariance / (2 * m.qMean), (2 * m.qMean ** 2) / m.qVariance) : null,
    ...t2Limits,
  };
}
