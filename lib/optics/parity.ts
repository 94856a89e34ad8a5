import { type ComplexArray, complexArray } from '@/lib/numerics';

/** Harmonics of one axis: all orders −M..M, or the even (cosine) or odd (sine) combinations that a mirror plane keeps apart. */
export type Parity = 'all' | 'even' | 'odd';

/** The other parity; `all` is its own. */
export const opposite = (p: Parity): Parity => (p === 'even' ? 'odd' : p === 'odd' ? 'even' : 'all');

/** Labels of the basis: orders for `all`, 0..M for `even`, 1..M for `odd`. @param truncation - M. @returns (M + 1,), (M,) or (2M + 1,) entries. */
export function labels(p: Parity, truncation: number): Int32Array {
  if (p === 'all') return Int32Array.from({ length: 2 * truncation + 1 }, (_, i) => i - truncation);
  const first = p === 'even' ? 0 : 1;
  return Int32Array.from({ length: truncation + 1 - first }, (_, i) => i + first);
}

/** Entries of basis vector `label` on the orders: (e_m ± e_−m)/√2, or e_m. @reference Bai & Li, J. Opt. A 7 (2005) 783. */
export function expand(p: Parity, label: number): readonly { readonly order: number; readonly weight: number }[] {
  if (p === 'all' || label === 0) return [{ order: label, weight: 1 }];
  return [
    { order: label, weight: Math.SQRT1_2 },
    { order: -label, weight: p === 'even' ? Math.SQRT1_2 : -Math.SQRT1_2 },
  ];
}

/**
 * UᵀAU of a matrix over the orders −M..M in the basis of a parity.
 * @param a - (2M + 1, 2M + 1), row-major.
 * @returns square, of the order of `labels`.
 */
export function reduce(a: ComplexArray, p: Parity, truncation: number): ComplexArray {
  if (p === 'all') return a;
  const n = 2 * truncation + 1;
  const basis = Array.from(labels(p, truncation), (l) => expand(p, l));
  const m = basis.length;
  const out = complexArray(m * m);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) {
      for (const u of basis[i]!) {
        for (const v of basis[j]!) {
          const s = (u.order + truncation) * n + v.order + truncation;
          out.re[i * m + j]! += u.weight * v.weight * a.re[s]!;
          out.im[i * m + j]! += u.weight * v.weight * a.im[s]!;
        }
      }
    }
  }
  return out;
}

/** out += A ⊗ B for square matrices of order a and b. @param x - (a, a); y - (b, b). @param out - (ab, ab), row-major. */
export function addKronecker(out: ComplexArray, x: ComplexArray, a: number, y: ComplexArray, b: number): void {
  const n = a * b;
  for (let i = 0; i < a; i++) {
    for (let j = 0; j < a; j++) {
      const xr = x.re[i * a + j]!;
      const xi = x.im[i * a + j]!;
      for (let k = 0; k < b; k++) {
        const row = (i * b + k) * n + j * b;
        for (let l = 0; l < b; l++) {
          const yr = y.re[k * b + l]!;
          const yi = y.im[k * b + l]!;
          out.re[row + l]! += xr * yr - xi * yi;
          out.im[row + l]! += xr * yi + xi * yr;
        }
      }
    }
  }
}
