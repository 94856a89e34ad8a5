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
  type JitterPolicy,
  type Numbers,
  requireFinite,
} from '@/lib/numerics';
import { checkKernel, crossCovariance, type GpKernel, radial, scaleInputs } from './kernel';

export interface GpOptions {
  /** Centre and scale y (divisor n) before everything; predictions come back in the unit of y. Default true. */
  readonly normalizeY?: boolean;
  /** Added to the diagonal besides the noise, never at new points; or a policy that adds only what the factorisation needs. Default 0. */
  readonly jitter?: number | JitterPolicy;
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
  readonly alpha: Float64Array;
  /** Log marginal likelihood of the normalised targets. */
  readonly logLikelihood: number;
  readonly jitter: number;
}

/**
 * Gaussian process regression with fixed hyper-parameters: K = k(X, X) + (noise + jitter) I, α = K⁻¹y,
 * ln p(y) = −½ yᵀα − Σ ln L_ii − ½ n ln 2π.
 * @param x - inputs, one row a sample. @param y - targets; all finite.
 * @throws AppError `invalid_input` on NaN or unequal lengths; `not_positive_definite` when samples repeat without noise or jitter.
 * @complexity n³/3.
 * @reference Rasmussen & Williams, Gaussian Processes for Machine Learning (2006), Alg. 2.1.
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
    yScale = Math.sqrt(ss / y.length) || 1;
  }
  return assemble(
    m.data,
    m.cols,
    Float64Array.from(y, (v) => (v - yMean) / yScale),
    yMean,
    yScale,
    kernel,
    options.jitter ?? 0,
  );
}

function assemble(
  x: Float64Array,
  d: number,
  y: Float64Array,
  yMean: number,
  yScale: number,
  kernel: GpKernel,
  jitter: number | JitterPolicy,
): GpModel {
  const n = y.length;
  const scaled = scaleInputs(x, d, kernel.lengthScale);
  const k = crossCovariance(kernel, scaled, scaled, d);
  const fixed = typeof jitter === 'number' ? jitter : 0;
  for (let i = 0; i < n; i++) k[i * (n + 1)]! += kernel.noiseVariance + fixed;
  const factor = cholesky(k, n, typeof jitter === 'number' ? undefined : jitter);
  return withFactor({ kernel, n, d, x, scaled, y, yMean, yScale, factor, jitter: fixed + factor.jitter });
}

function withFactor(m: Omit<GpModel, 'alpha' | 'logLikelihood'>): GpModel {
  const alpha = m.y.slice();
  forwardSolveInPlace(m.factor.l, alpha);
  backSolveInPlace(m.factor.l, alpha);
  let fit = 0;
  for (let i = 0; i < m.n; i++) fit += m.y[i]! * alpha[i]!;
  return { ...m, alpha, logLikelihood: -0.5 * (fit + m.factor.logDet + m.n * Math.log(2 * Math.PI)) };
}

export interface GpGradient {
  readonly logLikelihood: number;
  /** Derivatives by the natural logarithms of the hyper-parameters. */
  readonly signalVariance: number;
  readonly lengthScale: Float64Array;
  readonly noiseVariance: number;
}

/**
 * Gradient ½ tr[(ααᵀ − K⁻¹) ∂K/∂ln θ] without n x n x d tensors: with E = (ααᵀ − K⁻¹) ∘ s²e(d), the derivative by ln l_j is
 * Σ_a rowsum(E)_a u_a² − uᵀEu, u = x_j/l_j.
 * @complexity n³ (one inverse) + n²d. @reference Rasmussen & Williams (2006), eq. 5.9.
 */
export function gpGradient(m: GpModel): GpGradient {
  const { n, d, kernel, scaled, alpha } = m;
  const inverse = choleskyInverse(m.factor);
  const row = new Float64Array(n);
  const e = new Float64Array(n * n);
  let signal = 0;
  let trace = 0;
  const rbf = kernel.kind === 'rbf';
  for (let a = 0; a < n; a++) {
    for (let b = 0; b <= a; b++) {
      let q = 0;
      for (let k = 0; k < d; k++) {
        const t = scaled[a * d + k]! - scaled[b * d + k]!;
        q += t * t;
      }
      const w = alpha[a]! * alpha[b]! - inverse[a * n + b]!;
      if (a === b) {
        signal += w;
        trace += w;
      } else {
        let c = 0;
        let slope = 0;
        if (rbf) slope = c = Math.exp(-0.5 * q);
        else ({ c, e: slope } = radial(kernel.kind, q));
        signal += 2 * w * c;
        const v = w * kernel.signalVariance * slope;
        e[a * n + b] = v;
        row[a]! += v;
        row[b]! += v;
      }
    }
  }
  const lengthScale = new Float64Array(d);
  for (let k = 0; k < d; k++) {
    let s = 0;
    for (let a = 0; a < n; a++) {
      const u = scaled[a * d + k]!;
      let t = 0;
      for (let b = 0; b < a; b++) t += e[a * n + b]! * scaled[b * d + k]!;
      s += row[a]! * u * u - 2 * u * t;
    }
    lengthScale[k] = s;
  }
  return {
    logLikelihood: m.logLikelihood,
    signalVariance: 0.5 * kernel.signalVariance * signal,
    lengthScale,
    noiseVariance: 0.5 * kernel.noiseVariance * trace,
  };
}

export interface GpPrediction {
  readonly mean: Float64Array;
  /** Standard uncertainty of the function, and of a new observation (noise included). */
  readonly uLatent: Float64Array;
  readonly uObservation: Float64Array;
  /** Joint covariance of the function, row-major; null when not asked for. */
  readonly covariance: Float64Array | null;
}

/**
 * Predict at new inputs: mean k*ᵀα, variance k** − ‖L⁻¹k*‖².
 * @throws AppError `invalid_input` on NaN or another number of inputs.
 * @complexity n·m for the means, n²·m for the variances.
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
  const s2 = m.yScale ** 2;
  let covariance: Float64Array | null = null;
  if (options.covariance) {
    covariance = crossCovariance(m.kernel, at, at, m.d);
    for (let a = 0; a < w; a++) {
      for (let b = 0; b <= a; b++) {
        let s = covariance[a * w + b]!;
        for (let i = 0; i < m.n; i++) s -= k[i * w + a]! * k[i * w + b]!;
        covariance[a * w + b] = s * s2;
        covariance[b * w + a] = s * s2;
      }
    }
  }
  return {
    mean: mean.map((v) => m.yMean + m.yScale * v),
    uLatent: variance.map((v) => m.yScale * Math.sqrt(Math.max(0, v))),
    uObservation: variance.map((v) => m.yScale * Math.sqrt(Math.max(0, v) + m.kernel.noiseVariance)),
    covariance,
  };
}

/**
 * Leave-one-out predictions with fixed hyper-parameters from K⁻¹: μ_i = y_i − α_i/K⁻¹_ii, variance 1/K⁻¹_ii (of the observation).
 * @reference Rasmussen & Williams (2006), eq. 5.12.
 */
export function leaveOneOut(m: GpModel): { readonly mean: Float64Array; readonly variance: Float64Array } {
  const inverse = choleskyInverse(m.factor);
  const diagonal = (i: number): number => inverse[i * (m.n + 1)]!;
  return {
    mean: m.y.map((v, i) => m.yMean + m.yScale * (v - m.alpha[i]! / diagonal(i))),
    variance: m.y.map((_, i) => (m.yScale ** 2 * 1) / diagonal(i)),
  };
}

/**
 * The model with one more sample, hyper-parameters and target scaling kept: O(n²) by one more row of the factor.
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

/** Plain JSON from which `gpFromJson` rebuilds the same model (the factor is computed again). */
export interface GpJson {
  readonly kind: 'gp';
  readonly version: 1;
  readonly kernel: GpKernel;
  readonly d: number;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly yMean: number;
  readonly yScale: number;
  readonly jitter: number;
}

export const gpToJson = (m: GpModel): GpJson => ({
  kind: 'gp',
  version: 1,
  kernel: m.kernel,
  d: m.d,
  x: Array.from(m.x),
  y: Array.from(m.y),
  yMean: m.yMean,
  yScale: m.yScale,
  jitter: m.jitter,
});

export function gpFromJson(j: GpJson): GpModel {
  checkKernel(j.kernel, j.d);
  return assemble(Float64Array.from(j.x), j.d, Float64Array.from(j.y), j.yMean, j.yScale, j.kernel, j.jitter);
}
