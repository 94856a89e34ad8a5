import { AppError } from '@/lib/errors';
import { type RadialFamily, radialMatrix } from '@/lib/numerics';

/** Family of the covariance function. */
export type KernelKind = 'rbf' | 'matern12' | 'matern32' | 'matern52';

/**
 * k(x, x′) = s² c(d), d² = Σ_j ((x_j − x′_j)/l_j)²: rbf exp(−d²/2), matern12 exp(−d), matern32 (1 + √3 d) exp(−√3 d),
 * matern52 (1 + √5 d + 5d²/3) exp(−√5 d). One length scale per input (automatic relevance determination).
 * @reference Rasmussen & Williams (2006), §4.2.1; automatic relevance determination: §5.1.
 */
export interface GpKernel {
  readonly kind: KernelKind;
  /** s², unit of the target squared. */
  readonly signalVariance: number;
  /** l, one per input, in its unit. */
  readonly lengthScale: readonly number[];
  /** Unit of the target squared. */
  readonly noiseVariance: number;
}

/** Refuses a kernel that cannot be. @param inputs - number of inputs. @throws AppError `invalid_input` naming the parameter. */
export function checkKernel(k: GpKernel, inputs: number): void {
  if (!(k.signalVariance > 0))
    throw new AppError('invalid_input', `signalVariance must be positive, got ${k.signalVariance}`, { field: 'signalVariance' });
  if (!(k.noiseVariance >= 0))
    throw new AppError('invalid_input', `noiseVariance must not be negative, got ${k.noiseVariance}`, { field: 'noiseVariance' });
  if (k.lengthScale.length !== inputs || k.lengthScale.some((l) => !(l > 0))) {
    throw new AppError('invalid_input', `lengthScale needs ${inputs} positive values, got ${k.lengthScale.join(', ')}`, {
      field: 'lengthScale',
    });
  }
}

// κ in c(κd): the kernels in the radial families of numerics.
const FAMILIES: Readonly<Record<KernelKind, { readonly family: RadialFamily; readonly factor: number }>> = {
  rbf: { family: 'gaussian', factor: Math.SQRT1_2 },
  matern12: { family: 'exponential', factor: 1 },
  matern32: { family: 'matern32', factor: Math.sqrt(3) },
  matern52: { family: 'matern52', factor: Math.sqrt(5) },
};

/** Rows of x divided by the length scales, (n, d) row-major. */
export function scaleInputs(x: Float64Array, d: number, lengthScale: readonly number[]): Float64Array {
  const inv = Float64Array.from(lengthScale, (l) => 1 / l);
  return x.map((v, i) => v * inv[i % d]!);
}

/**
 * Cross covariance s² c of scaled rows a (n, d) and b (m, d), row-major (n, m).
 * @param a - scaled rows, (n, d); b - (m, d).
 * @returns (n, m), unit of the target squared.
 * @reference as {@link GpKernel}.
 */
export function crossCovariance(kernel: GpKernel, a: Float64Array, b: Float64Array, d: number): Float64Array {
  const { family, factor } = FAMILIES[kernel.kind];
  return radialMatrix(family, a, b, d, { factor, variance: kernel.signalVariance });
}

/**
 * s² e of scaled rows with themselves, (n, n); where two rows are equal 0, or s² for rbf: ∂k/∂ln l_j = s² e(d) ((x_j − x′_j)/l_j)².
 * @param a - scaled rows, (n, d).
 */
export function covarianceSlope(kernel: GpKernel, a: Float64Array, d: number): Float64Array {
  const { family, factor } = FAMILIES[kernel.kind];
  // of rbf slope and covariance are one function, also where samples repeat
  const atZero = kernel.kind === 'rbf' ? kernel.signalVariance : 0;
  return radialMatrix(family, a, a, d, { factor, variance: kernel.signalVariance * factor * factor, slope: true, atZero });
}
