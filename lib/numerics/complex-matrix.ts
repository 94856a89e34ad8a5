import { AppError } from '@/lib/errors';
import { type ComplexArray, complexArray } from './complex';

/**
 * C = A·B for complex row-major matrices.
 * @param a - (m, k). @param b - (k, n). @param out - (m, n), overwritten; must not share memory with A or B.
 * @complexity 8·m·k·n real flops; rows of B are streamed.
 */
export function complexMultiply(
  a: ComplexArray,
  b: ComplexArray,
  m: number,
  k: number,
  n: number,
  out: ComplexArray = complexArray(m * n),
): ComplexArray {
  const { re: ar, im: ai } = a;
  const { re: br, im: bi } = b;
  const { re: cr, im: ci } = out;
  cr.fill(0);
  ci.fill(0);
  for (let i = 0; i < m; i++) {
    const row = i * n;
    let p = 0;
    for (; p + 1 < k; p += 2) {
      const x0 = ar[i * k + p]!;
      const y0 = ai[i * k + p]!;
      const x1 = ar[i * k + p + 1]!;
      const y1 = ai[i * k + p + 1]!;
      const s = p * n;
      const t = s + n;
      for (let j = 0; j < n; j++) {
        const u0 = br[s + j]!;
        const v0 = bi[s + j]!;
        const u1 = br[t + j]!;
        const v1 = bi[t + j]!;
        cr[row + j]! += x0 * u0 - y0 * v0 + x1 * u1 - y1 * v1;
        ci[row + j]! += x0 * v0 + y0 * u0 + x1 * v1 + y1 * u1;
      }
    }
    for (; p < k; p++) {
      const x = ar[i * k + p]!;
      const y = ai[i * k + p]!;
      const s = p * n;
      for (let j = 0; j < n; j++) {
        cr[row + j]! += x * br[s + j]! - y * bi[s + j]!;
        ci[row + j]! += x * bi[s + j]! + y * br[s + j]!;
      }
    }
  }
  return out;
}

/** y = A·x for a complex (m, k) matrix. */
export function complexMultiplyVector(a: ComplexArray, x: ComplexArray, m: number, k: number): ComplexArray {
  const out = complexArray(m);
  for (let i = 0; i < m; i++) {
    let u = 0;
    let v = 0;
    for (let j = 0; j < k; j++) {
      const p = i * k + j;
      u += a.re[p]! * x.re[j]! - a.im[p]! * x.im[j]!;
      v += a.re[p]! * x.im[j]! + a.im[p]! * x.re[j]!;
    }
    out.re[i] = u;
    out.im[i] = v;
  }
  return out;
}

/**
 * Replace A by its inverse, Gauss–Jordan elimination with partial pivoting. For solving one system prefer {@link complexSolve}; here the inverse
 * itself is the operator that a recursion applies to many right-hand sides.
 * @throws AppError `rank_deficient` with the column that has no pivot: change the wavelength, angle or truncation by a little.
 * @complexity 8·n³ real flops.
 */
export function complexInvertInPlace(a: ComplexArray, n: number): void {
  const { re, im } = a;
  const swap = new Int32Array(n);
  for (let k = 0; k < n; k++) {
    const p = pivotRow(a, n, k);
    swap[k] = p;
    if (p !== k) swapRows(a, n, k, p);
    const kk = k * n + k;
    const d = re[kk]! * re[kk]! + im[kk]! * im[kk]!;
    const ir = re[kk]! / d;
    const ii = -im[kk]! / d;
    re[kk] = 1;
    im[kk] = 0;
    const row = k * n;
    for (let j = 0; j < n; j++) {
      const u = re[row + j]!;
      const v = im[row + j]!;
      re[row + j] = u * ir - v * ii;
      im[row + j] = u * ii + v * ir;
    }
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const fr = re[i * n + k]!;
      const fi = im[i * n + k]!;
      if (fr === 0 && fi === 0) continue;
      re[i * n + k] = 0;
      im[i * n + k] = 0;
      const to = i * n;
      for (let j = 0; j < n; j++) {
        const u = re[row + j]!;
        const v = im[row + j]!;
        re[to + j]! -= fr * u - fi * v;
        im[to + j]! -= fr * v + fi * u;
      }
    }
  }
  for (let k = n - 1; k >= 0; k--) {
    const p = swap[k]!;
    if (p === k) continue;
    for (let i = 0; i < n; i++) {
      const s = i * n + k;
      const t = i * n + p;
      const u = re[s]!;
      const v = im[s]!;
      re[s] = re[t]!;
      im[s] = im[t]!;
      re[t] = u;
      im[t] = v;
    }
  }
}

/**
 * Solve A·X = B by LU with partial pivoting. A (n, n) and B (n, m) are overwritten, B holds X.
 * @throws AppError `rank_deficient` with the column that has no pivot.
 * @reference Golub & Van Loan, Matrix Computations, 4th ed. (2013), Alg. 3.4.1, complex arithmetic.
 */
export function complexSolve(a: ComplexArray, n: number, b: ComplexArray, m: number): void {
  const { re, im } = a;
  for (let k = 0; k < n; k++) {
    const p = pivotRow(a, n, k);
    if (p !== k) {
      swapRows(a, n, k, p);
      swapRows(b, m, k, p);
    }
    const kk = k * n + k;
    const d = re[kk]! * re[kk]! + im[kk]! * im[kk]!;
    for (let i = k + 1; i < n; i++) {
      const s = i * n + k;
      const fr = (re[s]! * re[kk]! + im[s]! * im[kk]!) / d;
      const fi = (im[s]! * re[kk]! - re[s]! * im[kk]!) / d;
      if (fr === 0 && fi === 0) continue;
      subtractRow(a, n, i, k, k + 1, fr, fi);
      subtractRow(b, m, i, k, 0, fr, fi);
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) subtractRow(b, m, i, k, 0, re[i * n + k]!, im[i * n + k]!);
    const ii = i * n + i;
    const d = re[ii]! * re[ii]! + im[ii]! * im[ii]!;
    for (let j = 0; j < m; j++) {
      const u = b.re[i * m + j]!;
      const v = b.im[i * m + j]!;
      b.re[i * m + j] = (u * re[ii]! + v * im[ii]!) / d;
      b.im[i * m + j] = (v * re[ii]! - u * im[ii]!) / d;
    }
  }
}

function subtractRow(a: ComplexArray, n: number, to: number, from: number, start: number, fr: number, fi: number): void {
  const { re, im } = a;
  const t = to * n;
  const s = from * n;
  for (let j = start; j < n; j++) {
    const u = re[s + j]!;
    const v = im[s + j]!;
    re[t + j]! -= fr * u - fi * v;
    im[t + j]! -= fr * v + fi * u;
  }
}

function pivotRow(a: ComplexArray, n: number, k: number): number {
  let p = k;
  let best = -1;
  for (let i = k; i < n; i++) {
    const s = i * n + k;
    const size = Math.abs(a.re[s]!) + Math.abs(a.im[s]!);
    if (size > best) {
      best = size;
      p = i;
    }
  }
  if (!(best > 0)) throw new AppError('rank_deficient', `complex matrix of order ${n}: column ${k} has no pivot`, { column: k });
  return p;
}

function swapRows(a: ComplexArray, n: number, i: number, k: number): void {
  for (const part of [a.re, a.im]) {
    for (let j = 0; j < n; j++) {
      const u = part[i * n + j]!;
      part[i * n + j] = part[k * n + j]!;
      part[k * n + j] = u;
    }
  }
}
