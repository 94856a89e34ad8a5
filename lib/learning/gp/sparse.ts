import { AppError } from '@/lib/errors';
import {
  backSolveInPlace,
  type Cholesky,
  cholesky,
  DEFAULT_JITTER,
  forwardSolveInPlace,
  forwardSolveManyInPlace,
  fromRows,
  matrix,
  multiply,
  multiplyVector,
  type Numbers,
  requireFinite,
  transpose,
  varies,
} from '@/lib/numerics';
import { checkKernel, crossCovariance, type GpKernel, scaleInputs } from './kernel';

/** Variational sparse Gaussian process with m inducing points: O(nm²) instead of O(n³), for n above about 2,000. */
export interface SparseGp {
  readonly kernel: GpKernel;
  readonly d: number;
  readonly m: number;
  /** Inducing inputs, scaled, (m, d). */
  readonly inducing: Float64Array;
  readonly yMean: number;
  readonly yScale: number;
  readonly kmm: Cholesky;
  /** Factor of B = I + L⁻¹K_mn K_nm L⁻ᵀ/σ². */
  readonly b: Cholesky;
  readonly weights: Float64Array;
  /** Lower bound of the log marginal likelihood (normalised targets); its distance to the exact one measures what the inducing points miss. */
  readonly bound: number;
  /** Σ of the conditional variances not explained by the inducing points. */
  readonly traceGap: number;
}

/**
 * Fit with inducing points chosen greedily by largest conditional variance (pivoted Cholesky of K), which needs no seed.
 * @param inducingPoints - m.
 * @throws AppError `invalid_input` on bad data or a noise variance of 0.
 * @complexity n m².
 * @reference Titsias, AISTATS 5 (2009) 567; selection: Fine & Scheinberg, JMLR 2 (2001) 243.
 */
export function fitSparseGp(x: ArrayLike<Numbers>, y: Numbers, kernel: GpKernel, inducingPoints: number): SparseGp {
  const p = fromRows(x);
  const n = p.rows;
  const d = p.cols;
  checkKernel(kernel, d);
  if (n !== y.length || n === 0) throw new AppError('invalid_input', `x has ${n} rows, y has ${y.length} values`, { field: 'y' });
  if (!(kernel.noiseVariance > 0))
    throw new AppError('invalid_input', 'a sparse Gaussian process needs noiseVariance > 0', { field: 'noiseVariance' });
  requireFinite('x', p.data);
  requireFinite('y', y);
  let yMean = 0;
  for (let i = 0; i < n; i++) yMean += y[i]! / n;
  let ss = 0;
  for (let i = 0; i < n; i++) ss += (y[i]! - yMean) ** 2;
  const yScale = varies(y) ? Math.sqrt(ss / n) : 1;
  const target = Float64Array.from(y, (v) => (v - yMean) / yScale);
  const scaled = scaleInputs(p.data, d, kernel.lengthScale);
  const inducing = selectInducing(kernel, scaled, n, d, Math.min(inducingPoints, n));
  const m = inducing.length / d;
  const kmm = cholesky(crossCovariance(kernel, inducing, inducing, d), m, DEFAULT_JITTER);
  const a = crossCovariance(kernel, inducing, scaled, d); // (m, n)
  forwardSolveManyInPlace(kmm.l, m, a, n);
  const s2 = kernel.noiseVariance;
  const rows = matrix(m, n, a);
  const bm = multiply(rows, transpose(rows)).data;
  const c = multiplyVector(rows, target);
  let traceGap = n * kernel.signalVariance;
  for (let i = 0; i < m; i++) traceGap -= bm[i * (m + 1)]!;
  for (let i = 0; i < m * m; i++) bm[i]! /= s2;
  for (let i = 0; i < m; i++) bm[i * (m + 1)]! += 1;
  const b = cholesky(bm, m);
  const v = c.slice();
  forwardSolveInPlace(b.l, v);
  let fit = 0;
  for (let i = 0; i < m; i++) fit += v[i]! ** 2;
  let yy = 0;
  for (let k = 0; k < n; k++) yy += target[k]! ** 2;
  const bound = -0.5 * (n * Math.log(2 * Math.PI * s2) + b.logDet + yy / s2 - fit / (s2 * s2) + Math.max(0, traceGap) / s2);
  backSolveInPlace(b.l, v);
  const weights = v.map((t) => t / s2);
  backSolveInPlace(kmm.l, weights);
  return { kernel, d, m, inducing, yMean, yScale, kmm, b, weights, bound, traceGap: Math.max(0, traceGap) };
}

function selectInducing(kernel: GpKernel, x: Float64Array, n: number, d: number, m: number): Float64Array {
  const variance = new Float64Array(n).fill(kernel.signalVariance);
  const columns: Float64Array[] = [];
  const chosen: number[] = [];
  while (chosen.length < m) {
    let best = 0;
    for (let i = 1; i < n; i++) if (variance[i]! > variance[best]!) best = i;
    if (!(variance[best]! > 1e-10 * kernel.signalVariance)) break; // the rest is explained
    const row = x.subarray(best * d, (best + 1) * d);
    const column = crossCovariance(kernel, x, row, d);
    const root = Math.sqrt(variance[best]!);
    for (const old of columns) {
      const f = old[best]!;
      for (let i = 0; i < n; i++) column[i]! -= f * old[i]!;
    }
    for (let i = 0; i < n; i++) {
      column[i]! /= root;
      variance[i] = Math.max(0, variance[i]! - column[i]! ** 2);
    }
    variance[best] = 0;
    columns.push(column);
    chosen.push(best);
  }
  const out = new Float64Array(chosen.length * d);
  chosen.forEach((i, k) => {
    out.set(x.subarray(i * d, (i + 1) * d), k * d);
  });
  return out;
}

/**
 * Mean and standard uncertainties (function, observation) at new inputs.
 * @param x - inputs, one row a prediction.
 * @returns (n,) each, unit of the targets.
 * @throws AppError `invalid_input` on NaN or another number of inputs.
 * @reference Titsias, AISTATS 5 (2009) 567.
 */
export function predictSparseGp(
  g: SparseGp,
  x: ArrayLike<Numbers>,
): { readonly mean: Float64Array; readonly uLatent: Float64Array; readonly uObservation: Float64Array } {
  const p = fromRows(x);
  if (p.rows > 0 && p.cols !== g.d)
    throw new AppError('invalid_input', `the model has ${g.d} inputs, got ${p.cols}`, { field: 'x' });
  requireFinite('x', p.data);
  const w = p.rows;
  const k = crossCovariance(g.kernel, g.inducing, scaleInputs(p.data, g.d, g.kernel.lengthScale), g.d);
  const mean = new Float64Array(w);
  for (let i = 0; i < g.m; i++) for (let j = 0; j < w; j++) mean[j]! += k[i * w + j]! * g.weights[i]!;
  const variance = new Float64Array(w).fill(g.kernel.signalVariance);
  forwardSolveManyInPlace(g.kmm.l, g.m, k, w);
  for (let i = 0; i < g.m; i++) for (let j = 0; j < w; j++) variance[j]! -= k[i * w + j]! ** 2;
  forwardSolveManyInPlace(g.b.l, g.m, k, w);
  for (let i = 0; i < g.m; i++) for (let j = 0; j < w; j++) variance[j]! += k[i * w + j]! ** 2;
  return {
    mean: mean.map((v) => g.yMean + g.yScale * v),
    uLatent: variance.map((v) => g.yScale * Math.sqrt(Math.max(0, v))),
    uObservation: variance.map((v) => g.yScale * Math.sqrt(Math.max(0, v) + g.kernel.noiseVariance)),
  };
}
