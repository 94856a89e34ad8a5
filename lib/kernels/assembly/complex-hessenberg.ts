import { at, conjugate, exchanged, modulus, rowDot, times, turned } from './complex';

/**
 * H ← QᴴAQ, Householder reduction; the reflectors are left below the first subdiagonal's column in `reflectors` (row k: v_k), 2/vᴴv in `betas`.
 * Both sides of a step are one update H −= v·wᴴ + y·vᴴ. G. H. Golub & C. F. Van Loan, Matrix Computations, 4th ed. (2013), Alg. 7.4.2.
 */
export function reduce(n: i32, h: usize, reflectors: usize, betas: usize, work: usize): void {
  const bytes = (<usize>n) << 4;
  const vx = work; // v with swapped parts
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
    store<f64>(betas + ((<usize>k) << 3), 0);
    if (below === 0) continue;
    let norm: f64 = 0;
    for (let i = k + 1; i < n; i++) {
      const p = h + at(i, k, n);
      const a = load<f64>(p) / size;
      const b = load<f64>(p, 8) / size;
      norm += a * a + b * b;
      v128.store(v + ((<usize>i) << 4), v128.load(p));
      v128.store(p, f64x2.splat(0));
    }
    norm = size * sqrt<f64>(norm);
    const first = v + ((<usize>(k + 1)) << 4);
    const xr = load<f64>(first);
    const xi = load<f64>(first, 8);
    const x = modulus(xr, xi);
    const pr = x === 0 ? 1 : xr / x;
    const pi = x === 0 ? 0 : xi / x;
    store<f64>(first, xr + pr * norm);
    store<f64>(first, xi + pi * norm, 8);
    v128.store(h + at(k + 1, k, n), f64x2(-pr * norm, -pi * norm));
    const beta = 1 / (norm * (norm + x));
    store<f64>(betas + ((<usize>k) << 3), beta);
    for (let j = k + 1; j < n; j++) {
      const o = (<usize>j) << 4;
      const c = v128.load(v + o);
      v128.store(vx + o, exchanged(c));
      v128.store(vc + o, conjugate(c));
      v128.store(vt + o, turned(conjugate(c)));
      v128.store(z + o, f64x2.splat(0));
    }
    const b2 = f64x2.splat(beta);
    for (let i = 0; i < n; i++) {
      const row = h + i * bytes;
      v128.store(y + ((<usize>i) << 4), f64x2.mul(b2, rowDot(row, v, vx, k + 1, n)));
      if (i <= k) continue;
      const c = v + ((<usize>i) << 4);
      const cr = f64x2.splat(load<f64>(c));
      const ci = f64x2(load<f64>(c, 8), -load<f64>(c, 8)); // conj(v_i)·h = re·h + (im, −im)·swapped(h)
      for (let j = k + 1; j < n; j++) {
        const o = (<usize>j) << 4;
        const a = v128.load(row + o);
        v128.store(z + o, f64x2.add(v128.load(z + o), f64x2.add(f64x2.mul(cr, a), f64x2.mul(ci, exchanged(a)))));
      }
    }
    // wᴴ = β(zᴴ − (vᴴ y) vᴴ) with zᴴ = vᴴH still without β and vᴴy = β vᴴHv
    let s = f64x2.splat(0);
    for (let i = k + 1; i < n; i++) {
      const o = (<usize>i) << 4;
      s = f64x2.add(s, times(load<f64>(vc + o), load<f64>(vc + o, 8), v128.load(y + o)));
    }
    const sr = f64x2.extract_lane(s, 0);
    const si = f64x2.extract_lane(s, 1);
    for (let j = k + 1; j < n; j++) {
      const o = (<usize>j) << 4;
      const w = f64x2.mul(b2, f64x2.sub(v128.load(z + o), times(sr, si, v128.load(vc + o))));
      v128.store(z + o, w);
      v128.store(zt + o, turned(w));
    }
    for (let i = 0; i < n; i++) {
      const row = h + i * bytes;
      const yp = y + ((<usize>i) << 4);
      const yr = v128.load_splat<f64>(yp);
      const yi = v128.load_splat<f64>(yp, 8);
      if (i <= k) {
        for (let j = k + 1; j < n; j++) {
          const o = (<usize>j) << 4;
          const t = f64x2.add(f64x2.mul(yr, v128.load(vc + o)), f64x2.mul(yi, v128.load(vt + o)));
          v128.store(row + o, f64x2.sub(v128.load(row + o), t));
        }
        continue;
      }
      const c = v + ((<usize>i) << 4);
      const cr = v128.load_splat<f64>(c);
      const ci = v128.load_splat<f64>(c, 8);
      for (let j = k + 1; j < n; j++) {
        const o = (<usize>j) << 4;
        const t = f64x2.add(f64x2.mul(yr, v128.load(vc + o)), f64x2.mul(yi, v128.load(vt + o)));
        const u = f64x2.add(f64x2.mul(cr, v128.load(z + o)), f64x2.mul(ci, v128.load(zt + o)));
        v128.store(row + o, f64x2.sub(v128.load(row + o), f64x2.add(t, u)));
      }
    }
  }
}

// Qᵀ (row j is column j of Q) from the reflectors, last to first: each touches only the block below and to the right of it.
export function accumulate(n: i32, q: usize, reflectors: usize, betas: usize, work: usize): void {
  const bytes = (<usize>n) << 4;
  memory.fill(q, 0, n * bytes);
  for (let i = 0; i < n; i++) store<f64>(q + at(i, i, n), 1);
  const vc = work;
  const vcx = vc + bytes;
  const vt = vcx + bytes;
  for (let k = n - 3; k >= 0; k--) {
    const beta = load<f64>(betas + ((<usize>k) << 3));
    if (beta === 0) continue;
    const v = reflectors + k * bytes;
    for (let j = k + 1; j < n; j++) {
      const o = (<usize>j) << 4;
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
        const o = (<usize>j) << 4;
        const t = f64x2.add(f64x2.mul(sr, v128.load(v + o)), f64x2.mul(si, v128.load(vt + o)));
        v128.store(row + o, f64x2.sub(v128.load(row + o), t));
      }
    }
  }
}
