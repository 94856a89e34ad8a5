import { type Complex, type ComplexArray, complexArray, waveRoot } from '@/lib/numerics';

/** 0. */
export const ZERO: Complex = { re: 0, im: 0 };
/** 1. */
export const ONE: Complex = { re: 1, im: 0 };
/** a + b. */
export const plus = (a: Complex, b: Complex): Complex => ({ re: a.re + b.re, im: a.im + b.im });
/** a − b. */
export const minus = (a: Complex, b: Complex): Complex => ({ re: a.re - b.re, im: a.im - b.im });
/** s·a. */
export const times = (a: Complex, s: number): Complex => ({ re: a.re * s, im: a.im * s });
/** Entry i ← v. */
export function put(a: ComplexArray, i: number, v: Complex): void {
  a.re[i] = v.re;
  a.im[i] = v.im;
}

/**
 * Complex arrays of zeros over one buffer: at the orders of line gratings an allocation costs as much as a product of matrices.
 * @param sizes - number of entries of each array.
 */
export function complexBlock(...sizes: readonly number[]): ComplexArray[] {
  let total = 0;
  for (const n of sizes) total += 2 * n;
  const all = new Float64Array(total);
  let from = 0;
  return sizes.map((n) => {
    const a = complexArray(n, all.subarray(from, from + n), all.subarray(from + n, from + 2 * n));
    from += 2 * n;
    return a;
  });
}

/** A copy. */
export function copyOf(a: ComplexArray): ComplexArray {
  const [out] = complexBlock(a.re.length) as [ComplexArray];
  out.re.set(a.re);
  out.im.set(a.im);
  return out;
}

/**
 * g = √λ of a layer mode on the decaying branch. A mode and its mirror image g → −g serve the recursion alike, but a growing one overflows it: in metals TM has
 * modes with Im λ < 0 on coarse bases. Modes within 1e-6 of travelling keep Re g > 0, which a lossless layer on the same medium needs.
 * @param lambda - eigenvalue γ² of a layer, (k_z/k₀)², dimensionless.
 * @returns g = k_z/k₀.
 */
export function modeRoot(lambda: Complex): Complex {
  const g = waveRoot(lambda);
  return g.im < -1e-6 * Math.hypot(g.re, g.im) ? { re: -g.re, im: -g.im } : g;
}
