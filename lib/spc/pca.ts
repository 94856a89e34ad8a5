import { AppError } from '@/lib/errors';
import { beta, chiSquared, fisherF, fromRows, moments, normalQuantile, requireFinite, svd } from '@/lib/numerics';

/** A PCA monitoring model as plain JSON. */
export interface PcaModel {
  readonly kind: 'pca';
  readonly components: number;
  readonly n: number;
  readonly mean: readonly number[];
  readonly scale: readonly number[];
  /** Eigenvalues of the covariance, all of them, descending. */
  readonly eigenvalues: readonly number[];
  /** Loadings (p, A), row-major. */
  readonly loadings: readonly number[];
  /** Mean and variance of Q over the calibration rows. */
  readonly qMean: number;
  readonly qVariance: number;
}

/**
 * Principal-component model for T² and Q (SPE) monitoring: centre, optionally scale (divisor n − 1), SVD.
 * @param options.centre - false keeps the origin: only for data that are deviations already.
 * @throws AppError `invalid_input` on NaN, too few rows, or more components than min(n − 1, p).
 * @reference Jackson, A User's Guide to Principal Components (1991); Kourti & MacGregor (1995).
 */
export function trainPca(
  x: ArrayLike<ArrayLike<number>>,
  components: number,
  options: { readonly scale?: boolean; readonly centre?: boolean } = {},
): PcaModel {
  const m = fromRows(x);
  requireFinite('x', m.data);
  const { rows: n, cols: p } = m;
  if (!Number.isInteger(components) || components < 1 || components > Math.min(n - 1, p)) {
    throw new AppError('invalid_input', `components must be an integer from 1 to ${Math.min(n - 1, p)}, got ${components}`, {
      field: 'components',
    });
  }
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
  const model: PcaModel = {
    kind: 'pca',
    components,
    n,
    mean,
    scale,
    eigenvalues: Array.from({ length: p }, (_, j) => (j < k ? d.s[j]! ** 2 / (n - 1) : 0)),
    loadings: Array.from({ length: p * components }, (_, i) => d.v.data[Math.floor(i / components) * k + (i % components)]!),
    qMean: 0,
    qVariance: 0,
  };
  const q = moments(Array.from({ length: n }, (_, i) => scorePca(model, x[i]!).q));
  return { ...model, qMean: q.mean, qVariance: q.variance };
}

export interface PcaScore {
  readonly t2: number;
  /** Squared length of the residual (SPE). */
  readonly q: number;
  readonly scores: number[];
  /** Signed residual of each scaled variable. */
  readonly residual: number[];
  /** Share of each variable in T²; they add up to it. */
  readonly t2Contributions: number[];
}

/** T² = Σ t_a²/λ_a, Q = ‖x − x̂‖² of one row in raw units. */
export function scorePca(m: PcaModel, x: ArrayLike<number>): PcaScore {
  const p = m.mean.length;
  const a = m.components;
  if (x.length !== p) throw new AppError('invalid_input', `the model has ${p} variables, got ${x.length}`, { field: 'x' });
  const z = Float64Array.from(m.mean, (c, j) => (x[j]! - c) / m.scale[j]!);
  requireFinite('x', z);
  const scores = Array.from({ length: a }, (_, k) => z.reduce((s, v, j) => s + v * m.loadings[j * a + k]!, 0));
  const residual = Array.from(z, (v, j) => v - scores.reduce((s, t, k) => s + t * m.loadings[j * a + k]!, 0));
  const t2Contributions = Array.from(z, (v, j) =>
    scores.reduce((s, t, k) => s + (t / m.eigenvalues[k]!) * m.loadings[j * a + k]! * v, 0),
  );
  return {
    t2: scores.reduce((s, t, k) => s + t ** 2 / m.eigenvalues[k]!, 0),
    q: residual.reduce((s, e) => s + e * e, 0),
    scores,
    residual,
    t2Contributions,
  };
}

export interface PcaLimits {
  readonly theta: readonly [number, number, number];
  readonly h0: number;
  /** Jackson & Mudholkar; Box's g χ²_h where h0 <= 0 makes it meaningless. */
  readonly qJacksonMudholkar: number;
  readonly qBox: number;
  /** From mean and variance of the calibration Q. */
  readonly qNomikosMacGregor: number;
  /** T²: F as printed in most books, F for new rows, Beta for the calibration rows, χ² for many rows. */
  readonly t2F: number;
  readonly t2New: number;
  readonly t2Beta: number;
  readonly t2ChiSquared: number;
}

/**
 * Limits at a confidence level. Q: θ1 (1 + c√(2θ2h0²)/θ1 + θ2h0(h0−1)/θ1²)^{1/h0}, θ_i = Σ_{j>A} λ_j^i, h0 = 1 − 2θ1θ3/(3θ2²).
 * @reference Jackson & Mudholkar, Technometrics 21 (1979) 341; Box, Ann. Math. Stat. 25 (1954) 290; Nomikos & MacGregor, Technometrics 37 (1995) 41.
 */
export function pcaLimits(m: PcaModel, confidence: number): PcaLimits {
  const rest = m.eigenvalues.slice(m.components);
  const theta = [1, 2, 3].map((i) => rest.reduce((s, l) => s + l ** i, 0)) as [number, number, number];
  const [t1, t2, t3] = theta;
  const { n, components: a } = m;
  const h0 = 1 - (2 * t1 * t3) / (3 * t2 * t2);
  const c = normalQuantile(confidence);
  const scaled = (g: number, h: number): number => (g > 0 && Number.isFinite(h) ? g * chiSquared(h).quantile(confidence) : 0);
  const qBox = scaled(t2 / t1, (t1 * t1) / t2);
  const jm = t1 * (1 + (c * Math.sqrt(2 * t2 * h0 * h0)) / t1 + (t2 * h0 * (h0 - 1)) / (t1 * t1)) ** (1 / h0);
  return {
    theta,
    h0,
    qJacksonMudholkar: h0 > 0 && Number.isFinite(jm) ? jm : qBox,
    qBox,
    qNomikosMacGregor: scaled(m.qVariance / (2 * m.qMean), (2 * m.qMean ** 2) / m.qVariance),
    t2F: ((a * (n - 1)) / (n - a)) * fisherF(a, n - a).quantile(confidence),
    t2New: ((a * (n * n - 1)) / (n * (n - a))) * fisherF(a, n - a).quantile(confidence),
    t2Beta: ((n - 1) ** 2 / n) * beta(a / 2, (n - a - 1) / 2).quantile(confidence),
    t2ChiSquared: chiSquared(a).quantile(confidence),
  };
}
