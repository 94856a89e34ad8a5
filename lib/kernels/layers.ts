import { AppError } from '@/lib/errors';
import { withKernels } from './load';

/** Homogeneous layers for a scalar wave, from the half-space of incidence to the one behind; arrays follow the layers. */
export interface Layers {
  /** Real and imaginary part of c_j in k_j² = q²/4 − c_j; c_j imaginary ≤ 0 absorbs. Unit 1/length². */
  readonly cr: Float64Array;
  readonly ci: Float64Array;
  /** Not read for the first and last layer. */
  readonly thickness: Float64Array;
  /** Gaussian standard deviation of the upper interface; not read for the first layer. */
  readonly sigma: Float64Array;
}

// Points evaluated in one kernel call.
const CHUNK = 1 << 16;

/**
 * Reflectivity |r|² of layers by Parratt's recursion with Névot–Croce factors exp(−2 k_j k_{j+1} σ²); k_j with Im k ≥ 0, one division per interface.
 * @param q - twice the wave number along the normal in the half-space of incidence, finite, 1/length.
 * @returns (q,).
 * @throws AppError `dimension_mismatch` for arrays of different length.
 * @complexity O(q · layers), two points at a time.
 * @reference Parratt, Phys. Rev. 95 (1954) 359; Névot & Croce, Rev. Phys. Appl. 15 (1980) 761.
 */
export function layeredReflectivity(layers: Layers, q: ArrayLike<number>): Float64Array {
  const { cr, ci, thickness, sigma } = layers;
  const n = cr.length;
  if (ci.length !== n || thickness.length !== n || sigma.length !== n)
    throw new AppError('dimension_mismatch', `${n} layers, but ${ci.length}, ${thickness.length} and ${sigma.length} values`);
  const out = new Float64Array(q.length);
  const values = q instanceof Float64Array ? q : Float64Array.from(q);
  for (let from = 0; from < out.length; from += CHUNK) {
    const part = values.subarray(from, from + CHUNK);
    const m = part.length;
    withKernels(4 * n + m, (kernels, scratch, at) => {
      for (const [k, v] of [cr, ci, thickness, sigma].entries()) scratch.set(v, k * n);
      scratch.set(part, 4 * n);
      const points = at + 32 * n;
      kernels.layeredReflectivity(n, at, at + 8 * n, at + 16 * n, at + 24 * n, m, points, points);
      out.set(scratch.subarray(4 * n, 4 * n + m), from);
    });
  }
  return out;
}
