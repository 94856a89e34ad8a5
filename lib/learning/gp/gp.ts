import { AppError } from '@/lib/errors';
import {
  backSolveInPlace,
  type Cholesky,
  cholesky,
  choleskyAppend,
  choleskyInverse,
  forwardSolveInPlace,
  forwardSolveManyInPlace,
  fromRows,
  gram,
  type JitterPolicy,
  matrix,
  multiply,
  type Numbers,
  requireFinite,
  varies,
} from '@/lib/numerics';
import { checkKernel, covarianceSlope, crossCovariance, type GpKernel, scaleInputs } from './kernel';
import { fitTrend, type GpMean, type GpTrend, type MeanFrame, meanFrame, removeTrend, trendAt } from './mean';
import { refineWeights } from './refine';

/** Options of a Gaussian process. */
export interface GpOptions {
  /** Centre and scale y (divisor n) before everything; predictions come back in the unit of y. Default true. */
  readonly normalizeY?: boolean;
  /** Added to the diagonal besides the noise, never at new points; or a policy that adds only what the factorisation needs. Default 0. */
  readonly jitter?: number | JitterPolicy;
  /** Mean function with coefficients by generalised least squares. Default none: 0 after the centring. */
  readonly mean?: GpMean;
}

/** A fitted Gaussian process. `kernel` refers to normalised targets. */
export interface GpModel {
  readonly kernel: GpKernel;
  readonly n: number;
  readonly d: number;
  /** Inputs (n, d) and their scaled copy; normalised targets. */
  readonly x: Float64Array;
  readonly scaled: Float64Array;
  readonly y: Float64Array;
  readonly yMean: number;
  readonly yScale: number;
  readonly factor: Cholesky;
  /** α = K⁻¹(y − Hβ), (n,). */
  readonly alpha: Float64Array;
  /** Log marginal likelihood of the normalised targets; with a mean function the restricted one (β integrated out under a flat prior). */
  readonly logLikelihood: number;
  readonly jitter: number;
  /** Mean function and its fit; null without one. */
  readonly mean: MeanFrame | null;
  readonly trend: GpTrend | null;
}

/**
 * Gaussian process regression with fixed hyper-parameters: K = k(X, X) + (noise + jitter) I, α = K⁻¹y,
 * ln p(y) = −½ yᵀα − Σ ln L_ii − ½ n ln 2π. With a mean function h(x)ᵀβ: α = K⁻¹(y − Hβ), and the likelihood of the n − p contrasts,
 * −½ yᵀα − Σ ln L_ii − ½ ln|HᵀK⁻¹H| − ½ (n − p) ln 2π.
 * @param x - inputs, one row a sample.
 * @param y - targets; all finite.
 * @returns the model; look at `jitter`.
 * @throws AppError `invalid_input` on NaN or unequal lengths; `not_positive_definite` when samples repeat without noise or jitter.
 * @complexity n³/3.
 * @reference Rasmussen & Williams, Gaussian Processes for Machine Learning (2006), Alg. 2.1, eqs. 2.41–2.45.
 */
export function fitGp(x: ArrayLike<Numbers>, y: Numbers, kernel: GpKernel, options: GpOptions = {}): GpModel {
  const m = fromRows(x);
  if (m.rows !== y.length) throw new AppError('invalid_input', `x has ${m.rows} rows, y has ${y.length} values`, { field: 'y' });
  if (m.rows === 0) throw new AppError('invalid_input', 'a Gaussian process needs at least one sample', { field: 'x' });
  requireFinite('x', m.data);
  requireFinite('y', y);
  checkKernel(kernel, m.cols);
  let yMean = 0;
  let yScale = 1;
  if (options.normalizeY ?? true) {
    for (let i = 0; i < y.length; i++) yMean += y[i]! / y.length;
    let ss = 0;
    for (let i = 0; i < y.length; i++) ss += (y[i]! - yMean) ** 2;
    yScale = varies(y) ? Math.sqrt(ss / y.length) : 1;
  }
  return assembleGp(
    m.data,
    m.cols,
    Float64Array.from(y, (v) => (v - yMean) / yScale),
    yMean,
    yScale,
    kernel,
    options.jitter ?? 0,
    meanFrame(options.mean ?? 'none', m.data, m.cols),
  );
}

/** A model from its data, factored. */
export function assembleGp(
  x: Float64Array,
  d: number,
  y: Float64Array,
  yMean: number,
  yScale: number,
  kernel: GpKernel,
  jitter: number | JitterPolicy,
  mean: MeanFrame | null,
): GpModel {
  const n = y.length;
  const scaled = scaleInputs(x, d, kernel.lengthScale);
  const k = crossCovariance(kernel, scaled, scaled, d);
  const fixed = typeof jitter === 'number' ? jitter : 0;
  for (let i = 0; i < n; i++) k[i * (n + 1)]! += kernel.noiseVariance + fixed;
  const factor = cholesky(k, n, typeof jitter === 'number' ? undefined : jitter);
  const model = withFactor({ kernel, n, d, x, scaled, y, yMean, yScale, factor, jitter: fixed + factor.jitter, mean });
  if (!model.trend) {
    if (factor.jitter > 0) for (let i = 0; i < n; i++) k[i * (n + 1)]! += factor.jitter;
    refineWeights(k, factor, y, model.alpha);
  }
  return model;
}

function withFactor(m: Omit<GpModel, 'alpha' | 'logLikelihood' | 'trend'>): GpModel {
  const alpha = m.y.slice();
  let trend: GpTrend | null = null;
  if (m.mean) trend = fitTrend(m.mean, m.factor, m.x, m.d, alpha);
  else forwardSolveInPlace(m.factor.l, alpha);
  let fit = 0;
  for (let i = 0; i < m.n; i++) fit += alpha[i]! ** 2;
  backSolveInPlace(m.factor.l, alpha);
  const dof = m.n - (trend?.p ?? 0);
  const logLikelihood = -0.5 * (fit + m.factor.logDet + (trend?.logDet ?? 0) + dof * Math.log(2 * Math.PI));
  return { ...m, alpha, trend, logLikelihood };
}

/** Log likelihood with its gradient. */
export interface GpGradient {
  readonly logLikelihood: number;
  /** Derivatives by the natural logarithms of the hyper-parameters. */
  readonly signalVariance: number;
  readonly lengthScale: Float64Array;
  readonly noiseVariance: number;
}

/**
 * Gradient ½ tr[(ααᵀ − K⁻¹) ∂K/∂ln θ] without n x n x d tensors: with E = (ααᵀ − K⁻¹) ∘ s²e(d), the derivative by ln l_j is
 * Σ_a rowsum(E)_a u_a² − uᵀEu, u = x_j/l_j, and that by ln s² is ½[yᵀα − n − ν tr(ααᵀ − K⁻¹)], ν the noise and jitter. With a mean function K⁻¹ gives
 * way to the precision P of the contrasts.
 * @returns derivatives of ln p by ln θ, dimensionless.
 * @complexity 2n³/3 (one inverse) + n²d.
 * @reference Rasmussen & Williams (2006), eq. 5.9.
 */
export function gpGradient(m: GpModel): GpGradient {
  const { n, d, kernel, scaled, alpha } = m;
  const inverse = choleskyInverse(m.factor);
  if (m.trend) removeTrend(inverse, m.factor, m.trend);
  const e = covarianceSlope(kernel, scaled, d);
  const row = new Float64Array(n);
  let trace = 0;
  for (let a = 0; a < n; a++) {
    const at = a * n;
    const alphaA = alpha[a]!;
    let sum = 0;
    for (let b = 0; b < a; b++) {
      const w = alphaA * alpha[b]! - inverse[at + b]!;
      const v = w * e[at + b]!;
      e[at + b] = v;
      row[b]! += v;
      sum += v;
    }
    row[a]! += sum;
    trace += alphaA * alphaA - inverse[at + a]!;
    e.fill(0, at + a, at + n);
  }
  const eu = multiply(matrix(n, n, e), matrix(n, d, scaled)).data;
  const dof = n - (m.trend?.p ?? 0);
  // yᵀα as the likelihood has it: ‖L⁻¹y‖² is surer than the product with α
  const fit = -2 * m.logLikelihood - m.factor.logDet - (m.trend?.logDet ?? 0) - dof * Math.log(2 * Math.PI);
  const lengthScale = new Float64Array(d);
  for (let a = 0; a < n; a++) {
    for (let k = 0; k < d; k++) {
      const u = scaled[a * d + k]!;
      lengthScale[k]! += u * (row[a]! * u - 2 * eu[a * d + k]!);
    }
  }
  return {
    logLikelihood: m.logLikelihood,
    // s²C = K − νI and PKP = P: no sum of large terms that cancel, however close the samples lie
    signalVariance: 0.5 * (fit - dof - (kernel.noiseVariance + m.jitter) * trace),
    lengthScale,
    noiseVariance: 0.5 * kernel.noiseVariance * trace,
  };
}

/** Predictions, (m,), unit of y. */
export interface GpPrediction {
  /** (m,). */
  readonly mean: Float64Array;
  /** Standard uncertainty of the function, and of a new observation (noise included). */
  readonly uLatent: Float64Array;
  readonly uObservation: Float64Array;
  /** Joint covariance of the function, row-major; null when not asked for. */
  readonly covariance: Float64Array | null;
}

/**
 * Predict at new inputs: mean k*ᵀα, variance k** − ‖L⁻¹k*‖²; a mean function adds h*ᵀβ and the variance of β, ‖R⁻ᵀ(h* − HᵀK⁻¹k*)‖².
 * @param x - inputs, one row a prediction.
 * @returns mean and standard uncertainties in the unit of y.
 * @throws AppError `invalid_input` on NaN or another number of inputs.
 * @complexity n·m for the means, n²·m for the variances.
 * @reference Rasmussen & Williams (2006), eqs. 2.25–2.26, with a mean function 2.41–2.42.
 */
export function predictGp(m: GpModel, x: ArrayLike<Numbers>, options: { readonly covariance?: boolean } = {}): GpPrediction {
  const p = fromRows(x);
  if (p.rows > 0 && p.cols !== m.d)
    throw new AppError('invalid_input', `the model has ${m.d} inputs, got ${p.cols}`, { field: 'x' });
  requireFinite('x', p.data);
  const w = p.rows;
  const at = scaleInputs(p.data, m.d, m.kernel.lengthScale);
  const k = crossCovariance(m.kernel, m.scaled, at, m.d); // (n, w)
  const mean = new Float64Array(w);
  for (let i = 0; i < m.n; i++) for (let j = 0; j < w; j++) mean[j]! += k[i * w + j]! * m.alpha[i]!;
  forwardSolveManyInPlace(m.factor.l, m.n, k, w);
  const variance = new Float64Array(w).fill(m.kernel.signalVariance);
  for (let i = 0; i < m.n; i++) for (let j = 0; j < w; j++) variance[j]! -= k[i * w + j]! ** 2;
  const trend = m.mean && m.trend ? { p: m.trend.p, ...trendAt(m.mean, m.trend, p.data, m.d, k) } : null;
  if (trend) {
    for (let j = 0; j < w; j++) mean[j]! += trend.mean[j]!;
    trend.u.forEach((v, i) => {
      variance[i % w]! += v * v;
    });
  }
  const s2 = m.yScale ** 2;
  let covariance: Float64Array | null = null;
  if (options.covariance) {
    covariance = crossCovariance(m.kernel, at, at, m.d);
    const explained = gram(matrix(m.n, w, k)).data;
    const drift = trend ? gram(matrix(trend.p, w, trend.u)).data : null;
    for (let i = 0; i < w * w; i++) covariance[i] = s2 * (covariance[i]! - explained[i]! + (drift ? drift[i]! : 0));
  }
  return {
    mean: mean.map((v) => m.yMean + m.yScale * v),
    uLatent: variance.map((v) => m.yScale * Math.sqrt(Math.max(0, v))),
    uObservation: variance.map((v) => m.yScale * Math.sqrt(Math.max(0, v) + m.kernel.noiseVariance)),
    covariance,
  };
}

/**
 * The model with one more sample, hyper-parameters, target scaling and basis of the mean kept: O(n²) by one more row of the factor.
 * @param x - the new input, (d,).
 * @param y - its target.
 * @throws AppError `invalid_input` on NaN; `not_positive_definite` when the sample repeats an old one without noise.
 */
export function updateGp(m: GpModel, x: Numbers, y: number): GpModel {
  if (x.length !== m.d) throw new AppError('invalid_input', `the model has ${m.d} inputs, got ${x.length}`, { field: 'x' });
  requireFinite('x', x);
  requireFinite('y', [y]);
  const row = Float64Array.from(x);
  const at = scaleInputs(row, m.d, m.kernel.lengthScale);
  const column = crossCovariance(m.kernel, m.scaled, at, m.d);
  // the factor adds its own escalated jitter; what was asked for besides it belongs to the diagonal here
  const factor = choleskyAppend(m.factor, column, m.kernel.signalVariance + m.kernel.noiseVariance + m.jitter - m.factor.jitter);
  return withFactor({
    ...m,
    n: m.n + 1,
    x: Float64Array.from([...m.x, ...row]),
    scaled: Float64Array.from([...m.scaled, ...at]),
    y: Float64Array.from([...m.y, (y - m.yMean) / m.yScale]),
    factor,
  });
}
