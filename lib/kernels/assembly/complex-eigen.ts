import { at, exchanged, rowDot, size } from './complex';
import { complexGemm } from './complex-gemm';
import { accumulate, reduce } from './complex-hessenberg';
import { deflationScratch, schur } from './complex-schur';

// Row k of x: the solution of (T − λ_k)x = 0 with x_k = 1, zero after k.
function backSubstitute(n: i32, t: usize, x: usize, work: usize): void {
  const bytes = (<usize>n) << 4;
  let norm: f64 = 0;
  for (let i = 0; i < n; i++) for (let j = i; j < n; j++) norm = max(norm, size(t + at(i, j, n)));
  const smallest = max<f64>(f64.EPSILON * norm, 1e-290);
  for (let k = 0; k < n; k++) {
    const v = x + k * bytes;
    memory.fill(v, 0, bytes);
    store<f64>(v + ((<usize>k) << 4), 1);
    v128.store(work + ((<usize>k) << 4), f64x2(0, 1));
    const lr = load<f64>(t + at(k, k, n));
    const li = load<f64>(t + at(k, k, n), 8);
    for (let i = k - 1; i >= 0; i--) {
      const s = rowDot(t + i * bytes, v, work, i + 1, k + 1);
      let dr = load<f64>(t + at(i, i, n)) - lr;
      let di = load<f64>(t + at(i, i, n), 8) - li;
      if (abs<f64>(dr) + abs<f64>(di) < smallest) {
        dr = smallest;
        di = 0;
      }
      const u = -f64x2.extract_lane(s, 0);
      const w = -f64x2.extract_lane(s, 1);
      // Smith's division, so that no square overflows or underflows
      const steep = abs<f64>(di) > abs<f64>(dr);
      const r = steep ? dr / di : di / dr;
      const d = steep ? dr * r + di : dr + di * r;
      const value = steep ? f64x2((u * r + w) / d, (w * r - u) / d) : f64x2((u + w * r) / d, (w - u * r) / d);
      v128.store(v + ((<usize>i) << 4), value);
      v128.store(work + ((<usize>i) << 4), exchanged(value));
      const grown = size(v + ((<usize>i) << 4));
      if (grown > 1e100) {
        // a nearly defective pair: only the direction matters
        const f = f64x2.splat(1 / grown);
        for (let j = i; j <= k; j++) {
          const p = (<usize>j) << 4;
          v128.store(v + p, f64x2.mul(f, v128.load(v + p)));
          v128.store(work + p, f64x2.mul(f, v128.load(work + p)));
        }
      }
    }
  }
}

function normalise(n: i32, re: usize, im: usize, work: usize): void {
  memory.fill(work, 0, (<usize>n) << 3);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const o = (<usize>(i * n + k)) << 3;
      const a = load<f64>(re + o);
      const b = load<f64>(im + o);
      const w = work + ((<usize>k) << 3);
      store<f64>(w, load<f64>(w) + a * a + b * b);
    }
  }
  for (let k = 0; k < n; k++) {
    const w = work + ((<usize>k) << 3);
    const s = sqrt<f64>(load<f64>(w));
    store<f64>(w, s > 0 ? 1 / s : 1);
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const o = (<usize>(i * n + k)) << 3;
      const w = load<f64>(work + ((<usize>k) << 3));
      store<f64>(re + o, load<f64>(re + o) * w);
      store<f64>(im + o, load<f64>(im + o) * w);
    }
  }
}

/** Doubles of scratch for order n. */
export function complexEigenScratch(n: i32): i32 {
  return 6 * n * n + 36 * n + 8 + <i32>deflationScratch(n);
}

/**
 * Eigenvalues and right eigenvectors of a complex matrix.
 * @param re, im - A, separate row-major parts (n, n); hold the eigenvectors in their columns, 2-norm 1, on return.
 * @param values - λ, interleaved (n). @param scratch - as many doubles as `complexEigenScratch` returns.
 * @returns QR sweeps, or −1 − i when eigenvalue i takes more than 140.
 */
export function complexEigen(n: i32, re: usize, im: usize, values: usize, scratch: usize): i32 {
  const block = (<usize>n * n) << 4;
  const h = scratch;
  const q = h + block;
  const reflectors = q + block;
  const betas = reflectors + block;
  const work = (betas + ((<usize>n) << 3) + 15) & ~15;
  for (let i = 0; i < n * n; i++) {
    store<f64>(h + ((<usize>i) << 4), load<f64>(re + ((<usize>i) << 3)));
    store<f64>(h + ((<usize>i) << 4), load<f64>(im + ((<usize>i) << 3)), 8);
  }
  reduce(n, h, reflectors, betas, work);
  accumulate(n, q, reflectors, betas, work);
  const sweeps = schur(n, h, q, n >= 48 ? (work + ((<usize>n) << 8) + 15) & ~15 : 0);
  if (sweeps < 0) return sweeps;
  for (let i = 0; i < n; i++) v128.store(values + ((<usize>i) << 4), v128.load(h + at(i, i, n)));
  const x = reflectors;
  backSubstitute(n, h, x, work);
  memory.fill(re, 0, block >> 1);
  memory.fill(im, 0, block >> 1);
  // V = Q·Xᵀ with Qᵀ and X in rows
  complexGemm(n, n, n, 1, q, q + 8, 2, 2 * n, x, x + 8, 2, 2 * n, re, im, n);
  normalise(n, re, im, work);
  return sweeps;
}
