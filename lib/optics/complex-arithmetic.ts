import type { Complex, ComplexArray } from '@/lib/numerics';

export const ZERO: Complex = { re: 0, im: 0 };
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
