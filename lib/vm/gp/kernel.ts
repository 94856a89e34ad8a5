import { AppError } from '@/lib/errors';

export type KernelKind = 'rbf' | 'matern12' | 'matern32' | 'matern52';

/**
 * k(x, x′) = s² c(d), d² = Σ_j ((x_j − x′_j)/l_j)²: rbf exp(−d²/2), matern12 exp(−d), matern32 (1 + √3 d) exp(−√3 d),
 * matern52 (1 + √5 d + 5d²/3) exp(−√5 d). One length scale per input (automatic relevance determination).
 */
export interface GpKernel {
  readonly kind: KernelKind;
  readonly signalVariance: number;
  readonly lengthScale: readonly number[];
  readonly noiseVariance: number;
}

/** @throws AppError `invalid_input` naming the parameter. */
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

/** c(d) and the factor e(d) with ∂c/∂ln l_j = e(d) ((x_j − x′_j)/l_j)², both from d². */
export function radial(kind: KernelKind, d2: number): { c: number; e: number } {
  if (kind === 'rbf') {
    const c = Math.exp(-0.5 * d2);
    return { c, e: c };
  }
  const d = Math.sqrt(d2);
  if (kind === 'matern12') {
    const c = Math.exp(-d);
    return { c, e: d > 0 ? c / d : 0 };
  }
  if (kind === 'matern32') {
    const s = Math.sqrt(3) * d;
    const x = Math.exp(-s);
    return { c: (1 + s) * x, e: 3 * x };
  }
  const s = Math.sqrt(5) * d;
  const x = Math.exp(-s);
  return { c: (1 + s + (s * s) / 3) * x, e: (5 / 3) * (1 + s) * x };
}

/** Rows of x divided by the length scales, (n, d) row-major. */
export function scaleInputs(x: Float64Array, d: number, lengthScale: readonly number[]): Float64Array {
  const inv = Float64Array.from(lengthScale, (l) => 1 / l);
  return x.map((v, i) => v * inv[i % d]!);
}

/** Cross covariance s² c of scaled rows a (n, d) and b (m, d), row-major (n, m). */
export function crossCovariance(kernel: GpKernel, a: Float64Array, b: Float64Array, d: number): Float64Array {
  const n = a.length / d;
  const m = b.length / d;
  const out = new Float64Array(n * m);
  const { kind, signalVariance: s2 } = kernel;
  const same = a === b; // one set of rows: the upper half is mirrored
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < (same ? i + 1 : m); j++) {
      let q = 0;
      for (let k = 0; k < d; k++) {
        const t = a[i * d + k]! - b[j * d + k]!;
        q += t * t;
      }
      const v = kind === 'rbf' ? s2 * Math.exp(-0.5 * q) : s2 * radial(kind, q).c;
      out[i * m + j] = v;
      if (same) out[j * m + i] = v;
    }
  }
  return out;
}
