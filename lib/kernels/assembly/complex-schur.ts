import { at, conjugate, modulus, size, times } from './complex';
import { complexGemm } from './complex-gemm';
import { accumulate, reduce } from './complex-hessenberg';
import { cosine, rotate, rotation, sineIm, sineRe } from './complex-rotation';

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
  if (br === 0 && bi === 0) return;
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

// Rotations of Q are queued and then applied together to a few columns of Qᵀ at a time, which stay in the cache.
const WAITING: i32 = 2048;
const CHUNK: i32 = 24;
const ROTATIONS: usize = memory.data(65536, 16);
let waiting: i32 = 0;

function flush(n: i32, q: usize): void {
  const bytes = (<usize>n) << 4;
  for (let j = 0; j < n; j += CHUNK) {
    const width = min(CHUNK, n - j);
    const column = q + ((<usize>j) << 4);
    for (let r = 0; r < waiting; r++) {
      const p = ROTATIONS + ((<usize>r) << 5);
      const z = column + <usize>load<f64>(p) * bytes;
      rotate(z, z + bytes, width, 16, load<f64>(p, 8), load<f64>(p, 16), load<f64>(p, 24));
    }
  }
  waiting = 0;
}

function sweep(n: i32, h: usize, q: usize, lo: i32, hi: i32, deferred: bool): void {
  const bytes = (<usize>n) << 4;
  for (let k = lo; k < hi; k++) {
    const f0 = h + at(k, k > lo ? k - 1 : lo, n);
    const g0 = f0 + bytes;
    const fr = k > lo ? load<f64>(f0) : load<f64>(f0) - shiftRe;
    const fi = k > lo ? load<f64>(f0, 8) : load<f64>(f0, 8) - shiftIm;
    const gr = load<f64>(g0);
    const gi = load<f64>(g0, 8);
    if (gr === 0 && gi === 0) continue;
    rotation(fr, fi, gr, gi);
    const c = cosine;
    const sr = sineRe;
    const si = sineIm;
    const from = max(k - 1, 0);
    const row = h + at(k, from, n);
    rotate(row, row + bytes, n - from, 16, c, sr, si);
    if (k > lo) v128.store(h + at(k + 1, k - 1, n), f64x2.splat(0));
    const column = h + ((<usize>k) << 4);
    rotate(column, column + 16, min(k + 2, hi) + 1, bytes, c, sr, -si);
    if (deferred) {
      if (waiting === WAITING) flush(n, q);
      const p = ROTATIONS + ((<usize>waiting) << 5);
      waiting++;
      store<f64>(p, <f64>k);
      store<f64>(p, c, 8);
      store<f64>(p, sr, 16);
      store<f64>(p, -si, 24);
    } else {
      const z = q + k * bytes;
      rotate(z, z + bytes, n, 16, c, sr, -si);
    }
  }
}

// Diagonal entry `from` of a triangular T moved up to position `to` by swaps of neighbours; Vᵀ follows.
function moveUp(n: i32, t: usize, vt: usize, from: i32, to: i32): void {
  const bytes = (<usize>n) << 4;
  for (let k = from - 1; k >= to; k--) {
    const p = t + at(k, k, n);
    const q = t + at(k + 1, k + 1, n);
    const first = v128.load(p);
    const second = v128.load(q);
    const g = f64x2.sub(second, first);
    rotation(load<f64>(p, 16), load<f64>(p, 24), f64x2.extract_lane(g, 0), f64x2.extract_lane(g, 1));
    const row = t + at(k, k + 2, n);
    rotate(row, row + bytes, n - k - 2, 16, cosine, sineRe, sineIm);
    const column = t + ((<usize>k) << 4);
    rotate(column, column + 16, k, bytes, cosine, sineRe, -sineIm);
    const v = vt + k * bytes;
    rotate(v, v + bytes, n, 16, cosine, sineRe, -sineIm);
    v128.store(p, second);
    v128.store(q, first);
  }
}

const WIDEST: i32 = 64;
const SHIFTS: usize = memory.data(1024, 16);
let pending: i32 = 0;

// C (m, n) interleaved with `ldc` numbers a row ← A·B, interleaved; through separate parts at `out`
function product(m: i32, n: i32, k: i32, a: usize, lda: i32, b: usize, ldb: i32, c: usize, ldc: i32, out: usize): void {
  const part = (<usize>m * n) << 3;
  memory.fill(out, 0, 2 * part);
  complexGemm(m, n, k, 1, a, a + 8, 2 * lda, 2, b, b + 8, 2 * ldb, 2, out, out + part, n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      const o = out + ((<usize>i * n + j) << 3);
      v128.store(c + at(i, j, ldc), f64x2(load<f64>(o), load<f64>(o + part)));
    }
  }
}

/**
 * Aggressive early deflation: the Schur form of the last `nw` rows and columns of the active block shows which of their eigenvalues are decoupled
 * from the rest (a small entry of the spike s·Vᴴe₁); they are kept, the others become the shifts of the next sweeps, and Hessenberg form is restored.
 * Returns how many were deflated. K. Braman, R. Byers & R. Mathias, SIAM J. Matrix Anal. Appl. 23 (2002) 948.
 */
function deflate(n: i32, h: usize, q: usize, lo: i32, hi: i32, nw: i32, scratch: usize): i32 {
  const top = hi - nw + 1;
  const n1 = nw + 1;
  const small = (<usize>nw * nw) << 4;
  const t = scratch;
  const vt = t + small;
  const bordered = vt + small;
  const bt = bordered + ((<usize>n1 * n1) << 4);
  const reflectors = bt + ((<usize>n1 * n1) << 4);
  const betas = reflectors + ((<usize>n1 * n1) << 4);
  const work = betas + ((<usize>(n1 + 1)) << 4);
  const out = work + ((<usize>n1) << 8);
  for (let i = 0; i < nw; i++) memory.copy(t + at(i, 0, nw), h + at(top + i, top, n), (<usize>nw) << 4);
  memory.fill(vt, 0, small);
  for (let i = 0; i < nw; i++) store<f64>(vt + at(i, i, nw), 1);
  if (schur(nw, t, vt, 0) < 0) return 0;
  let sr: f64 = 0;
  let si: f64 = 0;
  if (top > lo) {
    const p = h + at(top, top - 1, n);
    sr = load<f64>(p);
    si = load<f64>(p, 8);
  }
  const s1 = abs<f64>(sr) + abs<f64>(si);
  let kept = nw;
  let place = 0;
  for (let count = 0; count < nw; count++) {
    const last = kept - 1;
    let scale = size(t + at(last, last, nw));
    if (scale === 0) scale = s1;
    if (s1 * size(vt + at(last, 0, nw)) <= max<f64>(1e-290, f64.EPSILON * scale)) kept--;
    else moveUp(nw, t, vt, last, place++);
  }
  pending = kept;
  for (let i = 0; i < kept; i++) v128.store(SHIFTS + ((<usize>i) << 4), v128.load(t + at(i, i, nw)));
  if (kept === nw) return 0;
  // spike and T as one matrix: its Hessenberg reduction folds the spike into its first entry
  memory.fill(bordered, 0, (<usize>n1 * n1) << 4);
  for (let i = 0; i < nw; i++) {
    memory.copy(bordered + at(i + 1, i + 1, n1), t + at(i, i, nw), (<usize>(nw - i)) << 4);
    if (i >= kept) continue;
    const v = vt + at(i, 0, nw);
    v128.store(bordered + at(i + 1, 0, n1), times(sr, si, conjugate(v128.load(v))));
  }
  reduce(n1, bordered, reflectors, betas, work);
  accumulate(n1, bt, reflectors, betas, work);
  product(nw, nw, nw, bt + at(1, 1, n1), n1, vt, nw, vt, nw, out); // Wᵀ = Qᵀ·Vᵀ
  for (let i = 0; i < nw; i++) memory.copy(h + at(top + i, top, n), bordered + at(i + 1, 1, n1), (<usize>nw) << 4);
  if (top > lo) v128.store(h + at(top, top - 1, n), v128.load(bordered + at(1, 0, n1)));
  // T holds the transpose of Wᵀ: W by rows, then Wᴴ
  for (let i = 0; i < nw; i++) for (let j = 0; j < nw; j++) v128.store(t + at(i, j, nw), v128.load(vt + at(j, i, nw)));
  if (top > 0) product(top, nw, nw, h + at(0, top, n), n, t, nw, h + at(0, top, n), n, out);
  product(nw, n, nw, vt, nw, q + at(top, 0, n), n, q + at(top, 0, n), n, out);
  if (hi + 1 < n) {
    for (let i = 0; i < nw * nw; i++) v128.store(t + ((<usize>i) << 4), conjugate(v128.load(vt + ((<usize>i) << 4))));
    product(nw, n - hi - 1, nw, t, nw, h + at(top, hi + 1, n), n, h + at(top, hi + 1, n), n, out);
  }
  return nw - kept;
}

/** Doubles that `deflate` needs. */
export function deflationScratch(n: i32): usize {
  const w = <usize>(WIDEST + 1);
  return 12 * w * w + 34 * w + 2 * <usize>n * w;
}

// Sweeps without a deflation after which Wilkinson's shifts replace those of the window: where eigenvalues are multiple the window may return
// the same few forever.
const PATIENCE: i32 = 80;

// Schur form by single-shift QR; the number of sweeps, or −1 − i when eigenvalue i does not converge. With scratch, blocks of 48 and more use
// aggressive deflation and take their shifts from it.
export function schur(n: i32, h: usize, q: usize, scratch: usize): i32 {
  let hi = n - 1;
  let tries = 0;
  let total = 0;
  if (scratch) {
    pending = 0;
    waiting = 0;
  }
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
    if (lo === hi) {
      hi--;
      tries = 0;
      continue;
    }
    const active = hi - lo + 1;
    const aggressive = scratch !== 0 && active >= 48 && tries < PATIENCE;
    if (aggressive && pending === 0) {
      const nw = min(WIDEST, max(8, active >> 3));
      flush(n, q);
      const gone = deflate(n, h, q, lo, hi, nw, scratch);
      hi -= gone;
      if (gone > 0) tries = 0;
      if (7 * gone > nw) {
        pending = 0; // enough were found to try again before the next sweep
        continue;
      }
      if (gone > 0) continue;
    }
    if (++tries > PATIENCE + 60) return -1 - hi;
    total++;
    const exceptional = tries % (aggressive ? 40 : 10) === 0;
    if (aggressive && pending > 0 && !exceptional) {
      const p = SHIFTS + ((<usize>--pending) << 4);
      shiftRe = load<f64>(p);
      shiftIm = load<f64>(p, 8);
    } else if (exceptional) {
      const d = h + at(hi, hi, n);
      shiftRe = load<f64>(d) + size(h + at(hi, hi - 1, n));
      shiftIm = load<f64>(d, 8);
    } else wilkinson(h, n, hi);
    sweep(n, h, q, lo, hi, scratch !== 0);
  }
  if (scratch) flush(n, q);
  return total;
}
