import { cholesky, type Rng } from '@/lib/numerics';

/**
 * Sampler of a stationary Gaussian field with covariance exp(−d/length) at fixed sites: z = L·e with L Lᵀ = C.
 * @param x, y - sites, mm, all different. @param lengthMm - correlation length.
 * @returns a function that writes one unit-variance realisation into `out` (length n).
 * @complexity n³/3 flops once, n² per realisation.
 * @reference Cressie, Statistics for Spatial Data (1993), §3.6 (simulation by Cholesky factor).
 */
export function fieldSampler(
  x: readonly number[],
  y: readonly number[],
  lengthMm: number,
): (rng: Rng, out: Float64Array) => void {
  const n = x.length;
  const c = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const v = Math.exp(-Math.hypot(x[i]! - x[j]!, y[i]! - y[j]!) / lengthMm);
      c[i * n + j] = v;
      c[j * n + i] = v;
    }
  }
  const { l } = cholesky(c, n);
  const e = new Float64Array(n);
  return (rng, out) => {
    for (let i = 0; i < n; i++) e[i] = rng.normal();
    for (let i = 0; i < n; i++) {
      let s = 0;
      for (let k = 0, row = i * n; k <= i; k++) s += l[row + k]! * e[k]!;
      out[i] = s;
    }
  };
}
