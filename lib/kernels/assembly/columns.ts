import { dot } from './qr';

// Least squares over designs stored by columns: rows are processed in blocks that fit the first-level cache.

const BLOCK: i32 = 128;

/** z_i = x_i y_i over n numbers. */
export function multiplyColumns(n: i32, x: usize, y: usize, z: usize): void {
  let i = 0;
  for (; i + 1 < n; i += 2) {
    const o = (<usize>i) << 3;
    v128.store(z + o, f64x2.mul(v128.load(x + o), v128.load(y + o)));
  }
  if (i < n) {
    const o = (<usize>i) << 3;
    store<f64>(z + o, load<f64>(x + o) * load<f64>(y + o));
  }
}

// @ts-expect-error: a decorator on a function
@inline
function total(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

// Reflection of two columns y, z with heads at hy, hz by (1, x) and its scalar t
// @ts-expect-error: a decorator on a function
@inline
function reflectTwo(n: i32, t: f64, x: usize, y: usize, z: usize, hy: usize, hz: usize): void {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let u0 = s0;
  let u1 = s0;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    const o = (<usize>i) << 3;
    const a = v128.load(x + o);
    const b = v128.load(x + o, 16);
    s0 = f64x2.add(s0, f64x2.mul(a, v128.load(y + o)));
    s1 = f64x2.add(s1, f64x2.mul(b, v128.load(y + o, 16)));
    u0 = f64x2.add(u0, f64x2.mul(a, v128.load(z + o)));
    u1 = f64x2.add(u1, f64x2.mul(b, v128.load(z + o, 16)));
  }
  let s = total(f64x2.add(s0, s1));
  let u = total(f64x2.add(u0, u1));
  for (let k = i; k < n; k++) {
    const o = (<usize>k) << 3;
    s += load<f64>(x + o) * load<f64>(y + o);
    u += load<f64>(x + o) * load<f64>(z + o);
  }
  s = t * (load<f64>(hy) + s);
  u = t * (load<f64>(hz) + u);
  store<f64>(hy, load<f64>(hy) - s);
  store<f64>(hz, load<f64>(hz) - u);
  const vs = f64x2.splat(s);
  const vu = f64x2.splat(u);
  i = 0;
  for (; i + 1 < n; i += 2) {
    const o = (<usize>i) << 3;
    const a = v128.load(x + o);
    v128.store(y + o, f64x2.sub(v128.load(y + o), f64x2.mul(vs, a)));
    v128.store(z + o, f64x2.sub(v128.load(z + o), f64x2.mul(vu, a)));
  }
  if (i < n) {
    const o = (<usize>i) << 3;
    const a = load<f64>(x + o);
    store<f64>(y + o, load<f64>(y + o) - s * a);
    store<f64>(z + o, load<f64>(z + o) - u * a);
  }
}

// @ts-expect-error: a decorator on a function
@inline
function reflectOne(n: i32, t: f64, x: usize, y: usize, hy: usize): void {
  const s = t * (load<f64>(hy) + dot(n, x, y));
  store<f64>(hy, load<f64>(hy) - s);
  const v = f64x2.splat(s);
  let i = 0;
  for (; i + 1 < n; i += 2) {
    const o = (<usize>i) << 3;
    v128.store(y + o, f64x2.sub(v128.load(y + o), f64x2.mul(v, v128.load(x + o))));
  }
  if (i < n) {
    const o = (<usize>i) << 3;
    store<f64>(y + o, load<f64>(y + o) - s * load<f64>(x + o));
  }
}

// √(alpha² + Σ x²) without overflow or underflow
function norm(n: i32, alpha: f64, x: usize): f64 {
  const s = alpha * alpha + dot(n, x, x);
  if (s > 1e-280 && s < 1e280) return sqrt<f64>(s);
  let size = abs<f64>(alpha);
  for (let i = 0; i < n; i++) size = max<f64>(size, abs<f64>(load<f64>(x + ((<usize>i) << 3))));
  if (!(size > 0)) return 0;
  let sum = (alpha / size) * (alpha / size);
  for (let i = 0; i < n; i++) {
    const v = load<f64>(x + ((<usize>i) << 3)) / size;
    sum += v * v;
  }
  return size * sqrt<f64>(sum);
}

/**
 * R and Qᵀb of a tall matrix by columns: C (n + extra, m) holds its columns, then right-hand sides, and is destroyed; row k of T (n + extra, n)
 * receives column k of R, zero below the diagonal, the last rows the first n entries of Qᵀb. Householder reflections of R on top of each block of
 * rows: the flops of one factorisation of the whole. Golub & Van Loan, Matrix Computations, 4th ed. (2013), Alg. 5.2.1 and §6.5.3; Demmel et al.,
 * SIAM J. Sci. Comput. 34 (2012) A206, §2.
 */
export function reduceColumns(m: i32, n: i32, extra: i32, c: usize, t: usize): void {
  const all = n + extra;
  const step = (<usize>m) << 3;
  const width = (<usize>n) << 3;
  memory.fill(t, 0, all * width);
  for (let from = 0; from < m; from += BLOCK) {
    const rows = min(BLOCK, m - from);
    const block = c + ((<usize>from) << 3);
    for (let k = 0; k < n; k++) {
      const x = block + k * step;
      const head = t + k * width + ((<usize>k) << 3);
      const alpha = load<f64>(head);
      const size = norm(rows, alpha, x);
      if (size === 0) continue; // nothing to eliminate
      const beta = alpha >= 0 ? -size : size;
      const tau = (beta - alpha) / beta;
      const f = 1 / (alpha - beta);
      for (let i = 0; i < rows; i++) {
        const o = (<usize>i) << 3;
        store<f64>(x + o, load<f64>(x + o) * f);
      }
      store<f64>(head, beta);
      let j = k + 1;
      for (; j + 1 < all; j += 2) {
        const y = block + j * step;
        const h = t + j * width + ((<usize>k) << 3);
        reflectTwo(rows, tau, x, y, y + step, h, h + width);
      }
      if (j < all) reflectOne(rows, tau, x, block + j * step, t + j * width + ((<usize>k) << 3));
    }
  }
}

/** y_i = Σ_k b_k C_ki: n numbers from p columns C (p, n). */
export function combineColumns(n: i32, p: i32, c: usize, b: usize, y: usize): void {
  const step = (<usize>n) << 3;
  let i = 0;
  for (; i + 7 < n; i += 8) {
    let s0 = f64x2.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let from = c + ((<usize>i) << 3);
    for (let k = 0; k < p; k++) {
      const v = v128.load_splat<f64>(b + ((<usize>k) << 3));
      s0 = f64x2.add(s0, f64x2.mul(v, v128.load(from)));
      s1 = f64x2.add(s1, f64x2.mul(v, v128.load(from, 16)));
      s2 = f64x2.add(s2, f64x2.mul(v, v128.load(from, 32)));
      s3 = f64x2.add(s3, f64x2.mul(v, v128.load(from, 48)));
      from += step;
    }
    const o = y + ((<usize>i) << 3);
    v128.store(o, s0);
    v128.store(o, s1, 16);
    v128.store(o, s2, 32);
    v128.store(o, s3, 48);
  }
  for (; i < n; i++) {
    let s: f64 = 0;
    for (let k = 0; k < p; k++) s += load<f64>(b + ((<usize>k) << 3)) * load<f64>(c + k * step + ((<usize>i) << 3));
    store<f64>(y + ((<usize>i) << 3), s);
  }
}
