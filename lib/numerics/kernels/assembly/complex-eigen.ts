import { complexGemm } from './complex-gemm';

// General complex eigenproblem on interleaved matrices: one complex number is one register (re, im). Products of a register with a complex scalar use
// two copies of the vector, v and i·v, prepared once, so that the inner loops are multiplications and additions alone.

// @ts-ignore: decorator
@inline
function at(i: i32, j: i32, n: i32): usize {
  return (<usize>i * n + j) << 4;
}

// @ts-ignore: decorator
@inline
function exchanged(v: v128): v128 {
  return v128.shuffle<f64>(v, v, 1, 0);
}

// i·v
// @ts-ignore: decorator
@inline
function turned(v: v128): v128 {
  return f64x2.mul(exchanged(v), f64x2(-1, 1));
}

// @ts-ignore: decorator
@inline
function conjugate(v: v128): v128 {
  return f64x2.mul(v, f64x2(1, -1));
}

// a·b from a's parts
// @ts-ignore: decorator
@inline
function times(re: f64, im: f64, b: v128): v128 {
  return f64x2.add(f64x2.mul(f64x2.splat(re), b), f64x2.mul(f64x2.splat(im), turned(b)));
}

function modulus(re: f64, im: f64): f64 {
  const a = abs<f64>(re);
  const b = abs<f64>(im);
  const m = max(a, b);
  if (m == 0) return 0;
  const r = min(a, b) / m;
  return m * sqrt<f64>(1 + r * r);
}

// Σ_j row_j·v_j over columns from … n − 1, given v and v with exchanged parts
// @ts-ignore: decorator
@inline
function rowDot(row: usize, v: usize, x: usize, from: i32, n: i32): v128 {
  let s = f64x2.splat(0);
  let t = f64x2.splat(0);
  for (let j = from; j < n; j++) {
    const o = <usize>j << 4;
    const a = v128.load(row + o);
    s = f64x2.add(s, f64x2.mul(a, v128.load(v + o)));
    t = f64x2.add(t, f64x2.mul(a, v128.load(x + o)));
  }
  return f64x2(
    f64x2.extract_lane(s, 0) - f64x2.extract_lane(s, 1),
    f64x2.extract_lane(t, 0) + f64x2.extract_lane(t, 1),
  );
}

/**
 * H ← QᴴAQ, Householder reduction; the reflectors are left below the first subdiagonal's column in `reflectors` (row k: v_k), 2/vᴴv in `betas`.
 * Both sides of a step are one update H −= v·wᴴ + y·vᴴ. G. H. Golub & C. F. Van Loan, Matrix Computations, 4th ed. (2013), Alg. 7.4.2.
 */
function reduce(n: i32, h: usize, reflectors: usize, betas: usize, work: usize): void {
  const bytes = <usize>n << 4;
  const vx = work; // v with exchanged parts
  const vc = vx + bytes; // conj(v) and i·conj(v)
  const vt = vc + bytes;
  const z = vt + bytes; // zᴴ = β vᴴ H, then wᴴ and i·wᴴ
  const zt = z + bytes;
  const y = zt + bytes; // β H v
  for (let k = 0; k < n - 2; k++) {
    const v = reflectors + k * bytes;
    memory.fill(v, 0, bytes);
    let below: f64 = 0;
    let size: f64 = 0;
    for (let i = k + 1; i < n; i++) {
      const p = h + at(i, k, n);
      const m = max(abs<f64>(load<f64>(p)), abs<f64>(load<f64>(p, 8)));
      if (i > k + 1) below = max(below, m);
      size = max(size, m);
    }
    store<f64>(betas + (<usize>k << 3), 0);
    if (below == 0) continue;
    let norm: f64 = 0;
    for (let i = k + 1; i < n; i++) {
      const p = h + at(i, k, n);
      const a = load<f64>(p) / size;
      const b = load<f64>(p, 8) / size;
      norm += a * a + b * b;
      v128.store(v + (<usize>i << 4), v128.load(p));
      v128.store(p, f64x2.splat(0));
    }
    norm = size * sqrt<f64>(norm);
    const first = v + (<usize>(k + 1) << 4);
    const xr = load<f64>(first);
    const xi = load<f64>(first, 8);
    const x = modulus(xr, xi);
    const pr = x == 0 ? 1 : xr / x;
    const pi = x == 0 ? 0 : xi / x;
    store<f64>(first, xr + pr * norm);
    store<f64>(first, xi + pi * norm, 8);
    v128.store(h + at(k + 1, k, n), f64x2(-pr * norm, -pi * norm));
    const beta = 1 / (norm * (norm + x));
    store<f64>(betas + (<usize>k << 3), beta);
    for (let j = k + 1; j < n; j++) {
      const o = <usize>j << 4;
      const c = v128.load(v + o);
      v128.store(vx + o, exchanged(c));
      v128.store(vc + o, conjugate(c));
      v128.store(vt + o, turned(conjugate(c)));
      v128.store(z + o, f64x2.splat(0));
    }
    const b2 = f64x2.splat(beta);
    for (let i = 0; i < n; i++) {
      const row = h + i * bytes;
      v128.store(y + (<usize>i << 4), f64x2.mul(b2, rowDot(row, v, vx, k + 1, n)));
      if (i <= k) continue;
      const c = v + (<usize>i << 4);
      const cr = f64x2.splat(load<f64>(c));
      const ci = f64x2(load<f64>(c, 8), -load<f64>(c, 8)); // conj(v_i)·h = re·h + (im, −im)·exchanged(h)
      for (let j = k + 1; j < n; j++) {
        const o = <usize>j << 4;
        const a = v128.load(row + o);
        v128.store(z + o, f64x2.add(v128.load(z + o), f64x2.add(f64x2.mul(cr, a), f64x2.mul(ci, exchanged(a)))));
      }
    }
    // wᴴ = β(zᴴ − (vᴴ y) vᴴ) with zᴴ = vᴴH still without β and vᴴy = β vᴴHv
    let s = f64x2.splat(0);
    for (let i = k + 1; i < n; i++) {
      const o = <usize>i << 4;
      s = f64x2.add(s, times(load<f64>(vc + o), load<f64>(vc + o, 8), v128.load(y + o)));
    }
    const sr = f64x2.extract_lane(s, 0);
    const si = f64x2.extract_lane(s, 1);
    for (let j = k + 1; j < n; j++) {
      const o = <usize>j << 4;
      const w = f64x2.mul(b2, f64x2.sub(v128.load(z + o), times(sr, si, v128.load(vc + o))));
      v128.store(z + o, w);
      v128.store(zt + o, turned(w));
    }
    for (let i = 0; i < n; i++) {
      const row = h + i * bytes;
      const yp = y + (<usize>i << 4);
      const yr = v128.load_splat<f64>(yp);
      const yi = v128.load_splat<f64>(yp, 8);
      if (i <= k) {
        for (let j = k + 1; j < n; j++) {
          const o = <usize>j << 4;
          const t = f64x2.add(f64x2.mul(yr, v128.load(vc + o)), f64x2.mul(yi, v128.load(vt + o)));
          v128.store(row + o, f64x2.sub(v128.load(row + o), t));
        }
        continue;
      }
      const c = v + (<usize>i << 4);
      const cr = v128.load_splat<f64>(c);
      const ci = v128.load_splat<f64>(c, 8);
      for (let j = k + 1; j < n; j++) {
        const o = <usize>j << 4;
        const t = f64x2.add(f64x2.mul(yr, v128.load(vc + o)), f64x2.mul(yi, v128.load(vt + o)));
        const u = f64x2.add(f64x2.mul(cr, v128.load(z + o)), f64x2.mul(ci, v128.load(zt + o)));
        v128.store(row + o, f64x2.sub(v128.load(row + o), f64x2.add(t, u)));
      }
    }
  }
}

// Qᵀ (row j is column j of Q) from the reflectors, the last one first: each touches only the block below and right of it.
function accumulate(n: i32, q: usize, reflectors: usize, betas: usize, work: usize): void {
  const bytes = <usize>n << 4;
  memory.fill(q, 0, n * bytes);
  for (let i = 0; i < n; i++) store<f64>(q + at(i, i, n), 1);
  const vc = work;
  const vcx = vc + bytes;
  const vt = vcx + bytes;
  for (let k = n - 3; k >= 0; k--) {
    const beta = load<f64>(betas + (<usize>k << 3));
    if (beta == 0) continue;
    const v = reflectors + k * bytes;
    for (let j = k + 1; j < n; j++) {
      const o = <usize>j << 4;
      const c = conjugate(v128.load(v + o));
      v128.store(vc + o, c);
      v128.store(vcx + o, exchanged(c));
      v128.store(vt + o, turned(v128.load(v + o)));
    }
    for (let i = k + 1; i < n; i++) {
      const row = q + i * bytes;
      const s = f64x2.mul(f64x2.splat(beta), rowDot(row, vc, vcx, k + 1, n));
      const sr = f64x2.splat(f64x2.extract_lane(s, 0));
      const si = f64x2.splat(f64x2.extract_lane(s, 1));
      for (let j = k + 1; j < n; j++) {
        const o = <usize>j << 4;
        const t = f64x2.add(f64x2.mul(sr, v128.load(v + o)), f64x2.mul(si, v128.load(vt + o)));
        v128.store(row + o, f64x2.sub(v128.load(row + o), t));
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function size(p: usize): f64 {
  return abs<f64>(load<f64>(p)) + abs<f64>(load<f64>(p, 8));
}

// u ← c·u + s·v, v ← c·v − conj(s)·u for `count` numbers, `step` bytes apart
// @ts-ignore: decorator
@inline
function rotate(u: usize, v: usize, count: i32, step: usize, c: f64, sr: f64, si: f64): void {
  const vc = f64x2.splat(c);
  const vr = f64x2.splat(sr);
  const vi = f64x2(-si, si);
  for (let j = 0; j < count; j++) {
    const a = v128.load(u);
    const b = v128.load(v);
    v128.store(u, f64x2.add(f64x2.mul(vc, a), f64x2.add(f64x2.mul(vr, b), f64x2.mul(vi, exchanged(b)))));
    v128.store(v, f64x2.add(f64x2.sub(f64x2.mul(vc, b), f64x2.mul(vr, a)), f64x2.mul(vi, exchanged(a))));
    u += step;
    v += step;
  }
}

let shiftRe: f64 = 0;
let shiftIm: f64 = 0;

// Eigenvalue of the trailing 2 x 2 block that is closer to its last entry.
function wilkinson(h: usize, n: i32, hi: i32): void {
  const a = h + at(hi - 1, hi - 1, n);
  const b = h + at(hi - 1, hi, n);
  const c = h + at(hi, hi - 1, n);
  const d = h + at(hi, hi, n);
  shiftRe = load<f64>(d);
  shiftIm = load<f64>(d, 8);
  const br = load<f64>(b) * load<f64>(c) - load<f64>(b, 8) * load<f64>(c, 8);
  const bi = load<f64>(b) * load<f64>(c, 8) + load<f64>(b, 8) * load<f64>(c);
  if (br == 0 && bi == 0) return;
  const mr = 0.5 * (load<f64>(a) - shiftRe);
  const mi = 0.5 * (load<f64>(a, 8) - shiftIm);
  // root of m² + bc without cancellation
  const zr = mr * mr - mi * mi + br;
  const zi = 2 * mr * mi + bi;
  const m = modulus(zr, zi);
  let sr: f64 = 0;
  let si: f64 = 0;
  if (m > 0) {
    const big = sqrt<f64>(0.5 * (m + abs<f64>(zr)));
    const small = zi / (2 * big);
    sr = zr >= 0 ? big : abs<f64>(small);
    si = zr >= 0 ? small : copysign<f64>(big, zi);
  }
  const sign: f64 = mr * sr + mi * si < 0 ? -1 : 1;
  const er = mr + sign * sr;
  const ei = mi + sign * si;
  if (abs<f64>(er) >= abs<f64>(ei)) {
    const t = ei / er;
    const q = er + ei * t;
    shiftRe -= (br + bi * t) / q;
    shiftIm -= (bi - br * t) / q;
  } else {
    const t = er / ei;
    const q = er * t + ei;
    shiftRe -= (br * t + bi) / q;
    shiftIm -= (bi * t - br) / q;
  }
}

function sweep(n: i32, h: usize, q: usize, lo: i32, hi: i32): void {
  const bytes = <usize>n << 4;
  for (let k = lo; k < hi; k++) {
    const f0 = h + at(k, k > lo ? k - 1 : lo, n);
    const g0 = f0 + bytes;
    const fr = k > lo ? load<f64>(f0) : load<f64>(f0) - shiftRe;
    const fi = k > lo ? load<f64>(f0, 8) : load<f64>(f0, 8) - shiftIm;
    const gr = load<f64>(g0);
    const gi = load<f64>(g0, 8);
    const g = modulus(gr, gi);
    if (g == 0) continue;
    const f = modulus(fr, fi);
    const r = modulus(f, g);
    const c = f / r;
    const pr = f == 0 ? 1 : fr / f;
    const pi = f == 0 ? 0 : fi / f;
    const sr = (pr * gr + pi * gi) / r;
    const si = (pi * gr - pr * gi) / r;
    const from = max(k - 1, 0);
    const row = h + at(k, from, n);
    rotate(row, row + bytes, n - from, 16, c, sr, si);
    if (k > lo) v128.store(h + at(k + 1, k - 1, n), f64x2.splat(0));
    const column = h + (<usize>k << 4);
    rotate(column, column + 16, min(k + 2, hi) + 1, bytes, c, sr, -si);
    const z = q + k * bytes;
    rotate(z, z + bytes, n, 16, c, sr, -si);
  }
}

// Schur form by single-shift QR; the number of sweeps, or −1 − i when eigenvalue i does not settle.
function schur(n: i32, h: usize, q: usize): i32 {
  let hi = n - 1;
  let tries = 0;
  let total = 0;
  while (hi > 0) {
    let lo = hi;
    for (; lo > 0; lo--) {
      const p = h + at(lo, lo - 1, n);
      const scale = size(h + at(lo, lo, n)) + size(h + at(lo - 1, lo - 1, n));
      if (size(p) <= f64.EPSILON * scale || size(p) < 1e-290) {
        v128.store(p, f64x2.splat(0));
        break;
      }
    }
    if (lo == hi) {
      hi--;
      tries = 0;
      continue;
    }
    if (++tries > 60) return -1 - hi;
    total++;
    if (tries % 10 == 0) {
      const d = h + at(hi, hi, n);
      shiftRe = load<f64>(d) + size(h + at(hi, hi - 1, n));
      shiftIm = load<f64>(d, 8);
    } else wilkinson(h, n, hi);
    sweep(n, h, q, lo, hi);
  }
  return total;
}

// Row k of x: the solution of (T − λ_k)x = 0 with x_k = 1, zero behind k.
function backSubstitute(n: i32, t: usize, x: usize, work: usize): void {
  const bytes = <usize>n << 4;
  let norm: f64 = 0;
  for (let i = 0; i < n; i++) for (let j = i; j < n; j++) norm = max(norm, size(t + at(i, j, n)));
  const smallest = max(f64.EPSILON * norm, f64.MIN_VALUE);
  for (let k = 0; k < n; k++) {
    const v = x + k * bytes;
    memory.fill(v, 0, bytes);
    store<f64>(v + (<usize>k << 4), 1);
    v128.store(work + (<usize>k << 4), f64x2(0, 1));
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
      const d = dr * dr + di * di;
      const value = f64x2((u * dr + w * di) / d, (w * dr - u * di) / d);
      v128.store(v + (<usize>i << 4), value);
      v128.store(work + (<usize>i << 4), exchanged(value));
    }
  }
}

function normalise(n: i32, re: usize, im: usize, work: usize): void {
  memory.fill(work, 0, <usize>n << 3);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const o = (<usize>(i * n + k)) << 3;
      const a = load<f64>(re + o);
      const b = load<f64>(im + o);
      const w = work + (<usize>k << 3);
      store<f64>(w, load<f64>(w) + a * a + b * b);
    }
  }
  for (let k = 0; k < n; k++) {
    const w = work + (<usize>k << 3);
    const s = sqrt<f64>(load<f64>(w));
    store<f64>(w, s > 0 ? 1 / s : 1);
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const o = (<usize>(i * n + k)) << 3;
      const w = load<f64>(work + (<usize>k << 3));
      store<f64>(re + o, load<f64>(re + o) * w);
      store<f64>(im + o, load<f64>(im + o) * w);
    }
  }
}

/**
 * Eigenvalues and right eigenvectors of a complex matrix.
 * @param re, im - A, separate row-major parts (n, n); hold the eigenvectors in their columns, 2-norm 1, on return.
 * @param values - λ, interleaved (n). @param scratch - 6n² + 16n doubles.
 * @returns QR sweeps, or −1 − i when eigenvalue i takes more than 60.
 */
export function complexEigen(n: i32, re: usize, im: usize, values: usize, scratch: usize): i32 {
  const block = (<usize>n * n) << 4;
  const h = scratch;
  const q = h + block;
  const reflectors = q + block;
  const betas = reflectors + block;
  const work = (betas + (<usize>n << 3) + 15) & ~15;
  for (let i = 0; i < n * n; i++) {
    store<f64>(h + (<usize>i << 4), load<f64>(re + (<usize>i << 3)));
    store<f64>(h + (<usize>i << 4), load<f64>(im + (<usize>i << 3)), 8);
  }
  reduce(n, h, reflectors, betas, work);
  accumulate(n, q, reflectors, betas, work);
  const sweeps = schur(n, h, q);
  if (sweeps < 0) return sweeps;
  for (let i = 0; i < n; i++) v128.store(values + (<usize>i << 4), v128.load(h + at(i, i, n)));
  const x = reflectors;
  backSubstitute(n, h, x, work);
  memory.fill(re, 0, block >> 1);
  memory.fill(im, 0, block >> 1);
  // V = Q·Xᵀ with Qᵀ and X in rows
  complexGemm(n, n, n, 1, q, q + 8, 2, 2 * n, x, x + 8, 2, 2 * n, re, im, n);
  normalise(n, re, im, work);
  return sweeps;
}
