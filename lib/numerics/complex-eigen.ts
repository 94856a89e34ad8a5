import { AppError } from '@/lib/errors';
import { type ComplexArray, cdiv, complexArray, csqrt } from './complex';

export interface ComplexEigen {
  /** λ, shape (n,). */
  readonly values: ComplexArray;
  /** Right eigenvectors in the columns, shape (n, n) row-major, 2-norm 1. */
  readonly vectors: ComplexArray;
  /** QR sweeps used over all eigenvalues. */
  readonly iterations: number;
}

/**
 * Eigenvalues and right eigenvectors of a general complex matrix: Householder reduction to Hessenberg form, implicit single-shift QR to the Schur form
 * with Wilkinson shifts, back substitution.
 * @param a - A, row-major (n, n); not changed. NaN is refused.
 * @throws AppError `invalid_input` for a NaN or infinite entry; `not_converged` when an eigenvalue needs more than 60 sweeps.
 * @complexity about 25 n³ complex multiplications.
 * @reference Golub & Van Loan, Matrix Computations, 4th ed. (2013), Alg. 7.4.2, §7.5–7.6; Wilkinson, The Algebraic Eigenvalue Problem (1965).
 */
export function complexEigen(a: ComplexArray, n: number): ComplexEigen {
  const h = complexArray(n * n, a.re.slice(), a.im.slice());
  for (let i = 0; i < n * n; i++) {
    if (!Number.isFinite(h.re[i]!) || !Number.isFinite(h.im[i]!))
      throw new AppError(
        'invalid_input',
        `entry ${i} of the eigenproblem is not finite; check wavelength and refractive indices`,
      );
  }
  const zt = hessenberg(h, n);
  const iterations = schur(h, zt, n);
  const values = complexArray(n);
  for (let i = 0; i < n; i++) {
    values.re[i] = h.re[i * n + i]!;
    values.im[i] = h.im[i * n + i]!;
  }
  return { values, vectors: triangularVectors(h, zt, n), iterations };
}

// H ← QᴴAQ in place; returns Qᵀ (row j is column j of Q).
function hessenberg(h: ComplexArray, n: number): ComplexArray {
  const { re, im } = h;
  const zt = complexArray(n * n);
  for (let i = 0; i < n; i++) zt.re[i * n + i] = 1;
  const vr = new Float64Array(n);
  const vi = new Float64Array(n);
  const sr = new Float64Array(n);
  const si = new Float64Array(n);
  for (let k = 0; k < n - 2; k++) {
    let norm = 0;
    for (let i = k + 1; i < n; i++) norm = Math.hypot(norm, re[i * n + k]!, im[i * n + k]!);
    let below = 0;
    for (let i = k + 2; i < n; i++) below = Math.max(below, Math.abs(re[i * n + k]!), Math.abs(im[i * n + k]!));
    if (below === 0) continue;
    const xr = re[(k + 1) * n + k]!;
    const xi = im[(k + 1) * n + k]!;
    const x = Math.hypot(xr, xi);
    const pr = x === 0 ? 1 : xr / x;
    const pi = x === 0 ? 0 : xi / x;
    for (let i = k + 1; i < n; i++) {
      vr[i] = re[i * n + k]!;
      vi[i] = im[i * n + k]!;
    }
    vr[k + 1]! += pr * norm;
    vi[k + 1]! += pi * norm;
    const beta = 1 / (norm * (norm + x)); // 2 / vᴴv
    re[(k + 1) * n + k] = -pr * norm;
    im[(k + 1) * n + k] = -pi * norm;
    for (let i = k + 2; i < n; i++) {
      re[i * n + k] = 0;
      im[i * n + k] = 0;
    }
    // rows: H ← H − β v (vᴴ H), columns k+1..n−1
    sr.fill(0);
    si.fill(0);
    for (let i = k + 1; i < n; i++) {
      const a = vr[i]!;
      const b = vi[i]!;
      for (let j = k + 1; j < n; j++) {
        const u = re[i * n + j]!;
        const v = im[i * n + j]!;
        sr[j]! += a * u + b * v;
        si[j]! += a * v - b * u;
      }
    }
    for (let i = k + 1; i < n; i++) {
      const a = beta * vr[i]!;
      const b = beta * vi[i]!;
      for (let j = k + 1; j < n; j++) {
        re[i * n + j]! -= a * sr[j]! - b * si[j]!;
        im[i * n + j]! -= a * si[j]! + b * sr[j]!;
      }
    }
    // columns: H ← H − β (H v) vᴴ
    for (let i = 0; i < n; i++) {
      let u = 0;
      let v = 0;
      for (let j = k + 1; j < n; j++) {
        const p = i * n + j;
        u += re[p]! * vr[j]! - im[p]! * vi[j]!;
        v += re[p]! * vi[j]! + im[p]! * vr[j]!;
      }
      u *= beta;
      v *= beta;
      for (let j = k + 1; j < n; j++) {
        re[i * n + j]! -= u * vr[j]! + v * vi[j]!;
        im[i * n + j]! -= v * vr[j]! - u * vi[j]!;
      }
    }
    // Q ← Q − β (Q v) vᴴ, kept transposed
    sr.fill(0);
    si.fill(0);
    for (let j = k + 1; j < n; j++) {
      const a = vr[j]!;
      const b = vi[j]!;
      for (let i = 0; i < n; i++) {
        const u = zt.re[j * n + i]!;
        const v = zt.im[j * n + i]!;
        sr[i]! += u * a - v * b;
        si[i]! += u * b + v * a;
      }
    }
    for (let j = k + 1; j < n; j++) {
      const a = beta * vr[j]!;
      const b = -beta * vi[j]!;
      for (let i = 0; i < n; i++) {
        zt.re[j * n + i]! -= sr[i]! * a - si[i]! * b;
        zt.im[j * n + i]! -= sr[i]! * b + si[i]! * a;
      }
    }
  }
  return zt;
}

function schur(h: ComplexArray, zt: ComplexArray, n: number): number {
  const { re, im } = h;
  const size = (i: number): number => Math.abs(re[i]!) + Math.abs(im[i]!);
  let total = 0;
  let hi = n - 1;
  let sweeps = 0;
  while (hi > 0) {
    let lo = hi;
    for (; lo > 0; lo--) {
      const scale = size(lo * n + lo) + size((lo - 1) * n + lo - 1);
      if (size(lo * n + lo - 1) <= Number.EPSILON * scale || size(lo * n + lo - 1) < 1e-290) {
        re[lo * n + lo - 1] = 0;
        im[lo * n + lo - 1] = 0;
        break;
      }
    }
    if (lo === hi) {
      hi--;
      sweeps = 0;
      continue;
    }
    if (++sweeps > 60)
      throw new AppError(
        'not_converged',
        `eigenvalue ${hi} of ${n} needs more than 60 QR sweeps; change the wavelength by a little`,
        {
          index: hi,
        },
      );
    total++;
    const shift =
      sweeps % 10 === 0 ? { re: re[hi * n + hi]! + size(hi * n + hi - 1), im: im[hi * n + hi]! } : wilkinson(h, n, hi);
    sweep(h, zt, n, lo, hi, shift.re, shift.im);
  }
  return total;
}

// Eigenvalue of the trailing 2 x 2 block that is closer to its last entry.
function wilkinson(h: ComplexArray, n: number, hi: number): { re: number; im: number } {
  const at = (i: number, j: number) => ({ re: h.re[i * n + j]!, im: h.im[i * n + j]! });
  const a = at(hi - 1, hi - 1);
  const b = at(hi - 1, hi);
  const c = at(hi, hi - 1);
  const d = at(hi, hi);
  const mr = 0.5 * (a.re - d.re);
  const mi = 0.5 * (a.im - d.im);
  const br = b.re * c.re - b.im * c.im;
  const bi = b.re * c.im + b.im * c.re;
  if (br === 0 && bi === 0) return d;
  const s = csqrt({ re: mr * mr - mi * mi + br, im: 2 * mr * mi + bi });
  const sign = mr * s.re + mi * s.im < 0 ? -1 : 1;
  const q = cdiv({ re: br, im: bi }, { re: mr + sign * s.re, im: mi + sign * s.im });
  return { re: d.re - q.re, im: d.im - q.im };
}

function sweep(h: ComplexArray, zt: ComplexArray, n: number, lo: number, hi: number, tr: number, ti: number): void {
  const { re, im } = h;
  for (let k = lo; k < hi; k++) {
    let fr = re[lo * n + lo]! - tr;
    let fi = im[lo * n + lo]! - ti;
    let gr = re[(lo + 1) * n + lo]!;
    let gi = im[(lo + 1) * n + lo]!;
    if (k > lo) {
      fr = re[k * n + k - 1]!;
      fi = im[k * n + k - 1]!;
      gr = re[(k + 1) * n + k - 1]!;
      gi = im[(k + 1) * n + k - 1]!;
    }
    const f = Math.hypot(fr, fi);
    const g = Math.hypot(gr, gi);
    if (g === 0) continue;
    const r = Math.hypot(f, g);
    const c = f / r;
    const pr = f === 0 ? 1 : fr / f;
    const pi = f === 0 ? 0 : fi / f;
    const sr = (pr * gr + pi * gi) / r;
    const si = (pi * gr - pr * gi) / r;
    const p = k * n;
    const q = p + n;
    for (let j = Math.max(k - 1, 0); j < n; j++) {
      const ur = re[p + j]!;
      const ui = im[p + j]!;
      const vr = re[q + j]!;
      const vi = im[q + j]!;
      re[p + j] = c * ur + sr * vr - si * vi;
      im[p + j] = c * ui + sr * vi + si * vr;
      re[q + j] = c * vr - sr * ur - si * ui;
      im[q + j] = c * vi - sr * ui + si * ur;
    }
    if (k > lo) {
      re[q + k - 1] = 0;
      im[q + k - 1] = 0;
    }
    const last = Math.min(k + 2, hi);
    for (let i = 0, a = k; i <= last; i++, a += n) {
      const ur = re[a]!;
      const ui = im[a]!;
      const vr = re[a + 1]!;
      const vi = im[a + 1]!;
      re[a] = c * ur + sr * vr + si * vi;
      im[a] = c * ui + sr * vi - si * vr;
      re[a + 1] = c * vr - sr * ur + si * ui;
      im[a + 1] = c * vi - sr * ui - si * ur;
    }
    for (let i = 0; i < n; i++) {
      const ur = zt.re[p + i]!;
      const ui = zt.im[p + i]!;
      const vr = zt.re[q + i]!;
      const vi = zt.im[q + i]!;
      zt.re[p + i] = c * ur + sr * vr + si * vi;
      zt.im[p + i] = c * ui + sr * vi - si * vr;
      zt.re[q + i] = c * vr - sr * ur + si * ui;
      zt.im[q + i] = c * vi - sr * ui - si * ur;
    }
  }
}

// Right eigenvectors Z·x, x from (T − λ_k I) x = 0 with x_k = 1.
function triangularVectors(t: ComplexArray, zt: ComplexArray, n: number): ComplexArray {
  const out = complexArray(n * n);
  const xr = new Float64Array(n);
  const xi = new Float64Array(n);
  const vr = new Float64Array(n);
  const vi = new Float64Array(n);
  let norm = 0;
  for (let i = 0; i < n * n; i++) norm = Math.max(norm, Math.abs(t.re[i]!) + Math.abs(t.im[i]!));
  const smallest = Number.EPSILON * norm || Number.MIN_VALUE;
  for (let k = 0; k < n; k++) {
    const lr = t.re[k * n + k]!;
    const li = t.im[k * n + k]!;
    xr[k] = 1;
    xi[k] = 0;
    vr.set(zt.re.subarray(k * n, k * n + n));
    vi.set(zt.im.subarray(k * n, k * n + n));
    for (let i = k - 1; i >= 0; i--) {
      let u = 0;
      let v = 0;
      for (let j = i + 1; j <= k; j++) {
        const p = i * n + j;
        u -= t.re[p]! * xr[j]! - t.im[p]! * xi[j]!;
        v -= t.re[p]! * xi[j]! + t.im[p]! * xr[j]!;
      }
      let dr = t.re[i * n + i]! - lr;
      let di = t.im[i * n + i]! - li;
      if (Math.abs(dr) + Math.abs(di) < smallest) {
        dr = smallest;
        di = 0;
      }
      const d = dr * dr + di * di;
      const a = (u * dr + v * di) / d;
      const b = (v * dr - u * di) / d;
      xr[i] = a;
      xi[i] = b;
      for (let j = 0; j < n; j++) {
        const zr = zt.re[i * n + j]!;
        const zi = zt.im[i * n + j]!;
        vr[j]! += a * zr - b * zi;
        vi[j]! += a * zi + b * zr;
      }
    }
    let length = 0;
    for (let j = 0; j < n; j++) length += vr[j]! * vr[j]! + vi[j]! * vi[j]!;
    length = Math.sqrt(length) || 1;
    for (let j = 0; j < n; j++) {
      out.re[j * n + k] = vr[j]! / length;
      out.im[j * n + k] = vi[j]! / length;
    }
  }
  return out;
}
