import { AppError } from '@/lib/errors';
import {
  backSolveInPlace,
  type Cholesky,
  forwardSolveInPlace,
  forwardSolveManyInPlace,
  gram,
  matrix,
  type Qr,
  qrFactor,
  requireFinite,
  thinQ,
} from '@/lib/numerics';
import { type CovarianceModel, checkCovariance, covarianceMatrixOf, crossCovarianceOf, pointsOf } from './covariance';
import { type Drift, type DriftFrame, driftFrame, driftMatrix, driftTerms } from './drift';
import { factorOf, repeatedSites, snapToSites } from './repeats';

/** Drift, mean and uncertainties of a kriging system. */
export interface KrigingOptions {
  /** Default `constant`: ordinary kriging. */
  readonly drift?: Drift;
  /** Known mean: simple kriging; the drift is then not estimated. */
  readonly mean?: number;
  /** Standard uncertainty of each value, added to the diagonal as measurement error: the field is smoothed there, not interpolated. */
  readonly uValue?: ArrayLike<number>;
}

/** A factored kriging system; predict with `krige`. */
export interface KrigingModel {
  readonly model: CovarianceModel;
  /** Measured sites, (n,), mm. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Measured values, (n,). */
  readonly z: Float64Array;
  readonly mean: number | null;
  readonly frame: DriftFrame;
  readonly factor: Cholesky;
  /** V⁻¹(z − Fβ). */
  readonly weights: Float64Array;
  /** QR of L⁻¹F; null in simple kriging. */
  readonly driftQr: Qr | null;
  /** Drift coefficients by generalised least squares, in the centred and scaled coordinates of `frame`. */
  readonly beta: Float64Array;
  /** L⁻¹F as thin Q, row-major (n, p). */
  readonly q: Float64Array;
  readonly nDropped: number;
  /** Sites read more than once: their readings differ by the nugget, so it is measurement error there. */
  readonly isRepeated: Uint8Array;
}

/**
 * Prepare simple, ordinary or universal kriging: V = L Lᵀ once, the drift by generalised least squares through QR of L⁻¹F.
 * @param x, y - positions, mm; z - values; NaN sites are left out.
 * @param model - covariance; φ is not the practical range.
 * @throws AppError `invalid_input` on fewer sites than drift terms; `not_positive_definite` when sites repeat without nugget or uncertainty.
 * @complexity n³/3.
 * @reference Chilès & Delfiner, Geostatistics, 2nd ed. (2012), §3.4; Cressie, Statistics for Spatial Data (1993), §3.4.
 */
export function fitKriging(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  z: ArrayLike<number>,
  model: CovarianceModel,
  options: KrigingOptions = {},
): KrigingModel {
  checkCovariance(model);
  if (x.length !== y.length || x.length !== z.length)
    throw new AppError('invalid_input', `x, y, z have ${x.length}, ${y.length}, ${z.length} entries`, { field: 'z' });
  const keep = Array.from({ length: z.length }, (_, i) => i).filter((i) => !Number.isNaN(z[i]!));
  const px = Float64Array.from(keep, (i) => x[i]!);
  const py = Float64Array.from(keep, (i) => y[i]!);
  const pz = Float64Array.from(keep, (i) => z[i]!);
  requireFinite('x', px);
  requireFinite('y', py);
  requireFinite('z', pz);
  snapToSites(px, py, px, py);
  const n = keep.length;
  if (options.uValue && options.uValue.length !== z.length)
    throw new AppError('invalid_input', `u has ${options.uValue.length} entries, there are ${z.length} values`, { field: 'u' });
  const drift = options.mean === undefined ? (options.drift ?? 'constant') : 'none';
  const p = driftTerms(drift);
  if (n < Math.max(1, p))
    throw new AppError('invalid_input', `${n} measured sites cannot carry a ${drift} drift; measure more`, { n, p });
  const v = covarianceMatrixOf(model, px, py);
  keep.forEach((i, k) => {
    if (options.uValue) v[k * (n + 1)]! += options.uValue[i]! ** 2;
  });
  const isRepeated = repeatedSites(px, py);
  const factor = factorOf(v, n, isRepeated);
  const frame = driftFrame(drift, px, py);
  const r = pz.map((t) => t - (options.mean ?? 0));
  forwardSolveInPlace(factor.l, r);
  let driftQr: Qr | null = null;
  let beta = new Float64Array(0);
  let q = new Float64Array(0);
  if (p > 0) {
    const a = driftMatrix(frame, px, py);
    forwardSolveManyInPlace(factor.l, n, a.data, p);
    driftQr = qrFactor(matrix(n, p, a.data));
    q = thinQ(driftQr).data as Float64Array<ArrayBuffer>;
    const c = new Float64Array(p);
    for (let i = 0; i < n; i++) for (let j = 0; j < p; j++) c[j]! += q[i * p + j]! * r[i]!;
    for (let i = 0; i < n; i++) for (let j = 0; j < p; j++) r[i]! -= q[i * p + j]! * c[j]!;
    beta = solveUpper(driftQr, c, frame);
  }
  backSolveInPlace(factor.l, r);
  return {
    model,
    x: px,
    y: py,
    z: pz,
    mean: options.mean ?? null,
    frame,
    factor,
    weights: r,
    driftQr,
    beta,
    q,
    nDropped: z.length - n,
    isRepeated,
  };
}

function solveUpper(qr: Qr, c: Float64Array, frame: DriftFrame): Float64Array<ArrayBuffer> {
  const p = qr.cols;
  const out = c.slice() as Float64Array<ArrayBuffer>;
  for (let i = p - 1; i >= 0; i--) {
    const d = qr.factors[i * p + i]!;
    if (!(Math.abs(d) > 1e-12 * Math.abs(qr.factors[0]!)))
      throw new AppError('rank_deficient', `the sites do not determine a ${frame.drift} drift; lower it`, { term: i });
    for (let j = i + 1; j < p; j++) out[i]! -= qr.factors[i * p + j]! * out[j]!;
    out[i]! /= d;
  }
  return out;
}

/** Predictions with their variance. */
export interface KrigingResult {
  /** (n,), unit of the values. */
  readonly prediction: Float64Array;
  /** Kriging variance; null when not asked for. */
  readonly variance: Float64Array | null;
  /** Joint covariance of the predictions, row-major; null when not asked for. */
  readonly covariance: Float64Array | null;
}

/** What is predicted. */
export interface KrigeOptions {
  /**
   * `value` (default) predicts what would be measured: exact at the data, the nugget in its variance; at a site with several readings one more of
   * them, since the nugget is their error there. `signal`: the field without nugget.
   */
  readonly target?: 'value' | 'signal';
  readonly variance?: boolean;
  readonly covariance?: boolean;
}

/**
 * Predict at new positions: ẑ = f₀β + c₀ᵀV⁻¹(z − Fβ), variance C(0) − c₀ᵀV⁻¹c₀ + (f₀ − FᵀV⁻¹c₀)ᵀ(FᵀV⁻¹F)⁻¹(…).
 * @param x - positions, (n,), mm; `y` likewise.
 * @returns unit of the values; variances in its square.
 * @throws AppError `dimension_mismatch` when x and y differ in length.
 * @complexity n a point for the prediction, n² for the variance (right-hand sides are solved together).
 * @reference Chilès & Delfiner, Geostatistics, 2nd ed. (2012), §3.4; Cressie, Statistics for Spatial Data (1993), §3.4.
 */
export function krige(k: KrigingModel, x: ArrayLike<number>, y: ArrayLike<number>, options: KrigeOptions = {}): KrigingResult {
  if (x.length !== y.length) throw new AppError('dimension_mismatch', `x has ${x.length} points, y has ${y.length}`);
  const wantCovariance = options.covariance ?? false;
  const wantVariance = (options.variance ?? true) || wantCovariance;
  const m = x.length;
  const prediction = new Float64Array(m);
  const variance = wantVariance ? new Float64Array(m) : null;
  const covariance = wantCovariance ? new Float64Array(m * m) : null;
  const block = wantCovariance ? Math.max(1, m) : 512; // points handled together: their columns stay in the cache
  for (let from = 0; from < m; from += block) {
    const to = Math.min(m, from + block);
    predictBlock(k, x, y, from, to, options.target ?? 'value', prediction, variance, covariance);
  }
  return { prediction, variance, covariance };
}

function predictBlock(
  k: KrigingModel,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  from: number,
  to: number,
  target: 'value' | 'signal',
  prediction: Float64Array,
  variance: Float64Array | null,
  covariance: Float64Array | null,
): void {
  const { model, factor } = k;
  const n = k.x.length;
  const w = to - from;
  const px = Float64Array.from({ length: w }, (_, j) => x[from + j]!);
  const py = Float64Array.from({ length: w }, (_, j) => y[from + j]!);
  const atZero = model.sigma2 + (target === 'value' ? model.nugget : 0);
  // without variance and nugget a billionth of the extent beside a site changes nothing
  if (variance !== null || atZero !== model.sigma2) snapToSites(k.x, k.y, px, py);
  const point = pointsOf(model, px, py);
  const c = crossCovarianceOf(model, pointsOf(model, k.x, k.y), point, atZero); // C(site i, point j)
  if (atZero !== model.sigma2) for (let i = 0; i < n; i++) if (k.isRepeated[i] === 1) withoutNugget(k, i, px, py, c);
  for (let i = 0; i < n; i++) {
    const weight = k.weights[i]!;
    for (let j = 0; j < w; j++) prediction[from + j]! += c[i * w + j]! * weight;
  }
  const f = driftMatrix(k.frame, px, py);
  const p = f.cols;
  for (let j = 0; j < w; j++) {
    let s = k.mean ?? 0;
    for (let a = 0; a < p; a++) s += f.data[j * p + a]! * k.beta[a]!;
    prediction[from + j]! += s;
  }
  if (!variance) return;
  forwardSolveManyInPlace(factor.l, n, c, w); // c ← L⁻¹c
  const g = driftGap(k, f.data, c, w);
  for (let j = 0; j < w; j++) {
    let s = model.sigma2 + (target === 'value' ? model.nugget : 0);
    for (let a = 0; a < p; a++) s += g[a * w + j]! ** 2;
    variance[from + j] = s;
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < w; j++) variance[from + j]! -= c[i * w + j]! ** 2;
  for (let j = from; j < to; j++) variance[j] = Math.max(0, variance[j]!);
  if (!covariance) return;
  covariance.set(crossCovarianceOf(model, point, point, atZero));
  const explained = gram(matrix(n, w, c)).data;
  const drift = gram(matrix(p, w, g)).data;
  for (let i = 0; i < w * w; i++) covariance[i]! += drift[i]! - explained[i]!;
}

/** A further reading of a site that was read more than once shares the field with the others, not their error. */
function withoutNugget(k: KrigingModel, i: number, px: Float64Array, py: Float64Array, c: Float64Array): void {
  const w = px.length;
  for (let j = 0; j < w; j++) if (px[j] === k.x[i] && py[j] === k.y[i]) c[i * w + j] = k.model.sigma2;
}

// R⁻ᵀ(f₀ − FᵀV⁻¹c₀) for each point, row-major (p, w); with L⁻¹F = QR it is R⁻ᵀf₀ − Qᵀ(L⁻¹c₀)
function driftGap(k: KrigingModel, f: Float64Array, c: Float64Array, w: number): Float64Array {
  const qr = k.driftQr;
  if (!qr) return new Float64Array(0);
  const p = qr.cols;
  const n = k.x.length;
  const g = new Float64Array(p * w);
  for (let a = 0; a < p; a++) {
    for (let j = 0; j < w; j++) {
      let s = f[j * p + a]!;
      for (let b = 0; b < a; b++) s -= qr.factors[b * p + a]! * g[b * w + j]!;
      g[a * w + j] = s / qr.factors[a * p + a]!;
    }
  }
  for (let i = 0; i < n; i++)
    for (let a = 0; a < p; a++) for (let j = 0; j < w; j++) g[a * w + j]! -= k.q[i * p + a]! * c[i * w + j]!;
  return g;
}
