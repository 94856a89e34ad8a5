import { complexGemm } from './complex-gemm';
import { permute } from './lu';
import { half } from './triangular';

// @ts-expect-error: a decorator on a function
@inline
function at(i: i32, j: i32, ld: i32): usize {
  return (<usize>i * ld + j) << 3;
}

// x_i −= f·x_k over m right-hand sides
function eliminate(m: i32, fr: f64, fi: f64, xr: usize, xi: usize, kr: usize, ki: usize): void {
  const vr = f64x2.splat(fr);
  const vi = f64x2.splat(fi);
  let j = 0;
  for (; j + 1 < m; j += 2) {
    const o = (<usize>j) << 3;
    const u = v128.load(kr + o);
    const v = v128.load(ki + o);
    v128.store(xr + o, f64x2.sub(v128.load(xr + o), f64x2.sub(f64x2.mul(vr, u), f64x2.mul(vi, v))));
    v128.store(xi + o, f64x2.sub(v128.load(xi + o), f64x2.add(f64x2.mul(vr, v), f64x2.mul(vi, u))));
  }
  if (j < m) {
    const o = (<usize>j) << 3;
    const u = load<f64>(kr + o);
    const v = load<f64>(ki + o);
    store<f64>(xr + o, load<f64>(xr + o) - (fr * u - fi * v));
    store<f64>(xi + o, load<f64>(xi + o) - (fr * v + fi * u));
  }
}

function scale(m: i32, fr: f64, fi: f64, xr: usize, xi: usize): void {
  for (let j = 0; j < m; j++) {
    const o = (<usize>j) << 3;
    const u = load<f64>(xr + o);
    const v = load<f64>(xi + o);
    store<f64>(xr + o, fr * u - fi * v);
    store<f64>(xi + o, fr * v + fi * u);
  }
}

// 1/(re + i im) by Smith's method, so that neither square overflows
let inverseRe: f64 = 0;
let inverseIm: f64 = 0;
function invert(re: f64, im: f64): void {
  if (abs<f64>(re) >= abs<f64>(im)) {
    const t = im / re;
    const d = re + im * t;
    inverseRe = 1 / d;
    inverseIm = -t / d;
  } else {
    const t = re / im;
    const d = re * t + im;
    inverseRe = t / d;
    inverseIm = -1 / d;
  }
}

function solveUnitLower(n: i32, m: i32, tr: usize, ti: usize, ldt: i32, xr: usize, xi: usize, ldx: i32): void {
  if (n <= 8) {
    for (let i = 1; i < n; i++) {
      for (let k = 0; k < i; k++) {
        const o = at(i, k, ldt);
        eliminate(
          m,
          load<f64>(tr + o),
          load<f64>(ti + o),
          xr + at(i, 0, ldx),
          xi + at(i, 0, ldx),
          xr + at(k, 0, ldx),
          xi + at(k, 0, ldx),
        );
      }
    }
    return;
  }
  const h = half(n);
  const below = at(h, 0, ldt);
  const x = at(h, 0, ldx);
  solveUnitLower(h, m, tr, ti, ldt, xr, xi, ldx);
  complexGemm(n - h, m, h, -1, tr + below, ti + below, ldt, 1, xr, xi, ldx, 1, xr + x, xi + x, ldx);
  const d = at(h, h, ldt);
  solveUnitLower(n - h, m, tr + d, ti + d, ldt, xr + x, xi + x, ldx);
}

function solveUpper(n: i32, m: i32, tr: usize, ti: usize, ldt: i32, xr: usize, xi: usize, ldx: i32): void {
  if (n <= 8) {
    for (let i = n - 1; i >= 0; i--) {
      const row = at(i, 0, ldx);
      for (let k = i + 1; k < n; k++) {
        const o = at(i, k, ldt);
        eliminate(m, load<f64>(tr + o), load<f64>(ti + o), xr + row, xi + row, xr + at(k, 0, ldx), xi + at(k, 0, ldx));
      }
      invert(load<f64>(tr + at(i, i, ldt)), load<f64>(ti + at(i, i, ldt)));
      scale(m, inverseRe, inverseIm, xr + row, xi + row);
    }
    return;
  }
  const h = half(n);
  const d = at(h, h, ldt);
  const right = at(0, h, ldt);
  const x = at(h, 0, ldx);
  solveUpper(n - h, m, tr + d, ti + d, ldt, xr + x, xi + x, ldx);
  complexGemm(h, m, n - h, -1, tr + right, ti + right, ldt, 1, xr + x, xi + x, ldx, 1, xr, xi, ldx);
  solveUpper(h, m, tr, ti, ldt, xr, xi, ldx);
}

function exchange(a: usize, n: i32, i: i32, k: i32): void {
  const p = a + at(i, 0, n);
  const q = a + at(k, 0, n);
  for (let j = 0; j < n; j++) {
    const u = load<f64>(p + ((<usize>j) << 3));
    store<f64>(p + ((<usize>j) << 3), load<f64>(q + ((<usize>j) << 3)));
    store<f64>(q + ((<usize>j) << 3), u);
  }
}

function panel(rows: i32, re: usize, im: usize, lda: i32, first: i32, n: i32, pivots: usize): i32 {
  if (n > 8) {
    const h = half(n);
    const left = panel(rows, re, im, lda, first, h, pivots);
    if (left >= 0) return left;
    const top = at(first, first, lda);
    const right = at(first, first + h, lda);
    solveUnitLower(h, n - h, re + top, im + top, lda, re + right, im + right, lda);
    const low = at(first + h, first, lda);
    const rest = at(first + h, first + h, lda);
    if (rows > first + h)
      complexGemm(
        rows - first - h,
        n - h,
        h,
        -1,
        re + low,
        im + low,
        lda,
        1,
        re + right,
        im + right,
        lda,
        1,
        re + rest,
        im + rest,
        lda,
      );
    return panel(rows, re, im, lda, first + h, n - h, pivots);
  }
  const last = first + n;
  for (let k = first; k < last; k++) {
    let p = k;
    let best: f64 = -1;
    for (let i = k; i < rows; i++) {
      const o = at(i, k, lda);
      const v = abs<f64>(load<f64>(re + o)) + abs<f64>(load<f64>(im + o));
      if (v > best) {
        best = v;
        p = i;
      }
    }
    if (!(best > 0)) return k;
    store<i32>(pivots + ((<usize>k) << 2), p);
    if (p !== k) {
      exchange(re, lda, k, p);
      exchange(im, lda, k, p);
    }
    invert(load<f64>(re + at(k, k, lda)), load<f64>(im + at(k, k, lda)));
    const pr = inverseRe;
    const pi = inverseIm;
    const from = at(k, k + 1, lda);
    for (let i = k + 1; i < rows; i++) {
      const o = at(i, k, lda);
      const u = load<f64>(re + o);
      const v = load<f64>(im + o);
      const fr = u * pr - v * pi;
      const fi = u * pi + v * pr;
      store<f64>(re + o, fr);
      store<f64>(im + o, fi);
      eliminate(last - k - 1, fr, fi, re + o + 8, im + o + 8, re + from, im + from);
    }
  }
  return -1;
}

/** A·X = B, A (n, n) and B (n, m) overwritten, X in B. Returns the column without a pivot, or −1. */
export function complexSolve(n: i32, m: i32, aRe: usize, aIm: usize, bRe: usize, bIm: usize, pivots: usize): i32 {
  const bad = panel(n, aRe, aIm, n, 0, n, pivots);
  if (bad >= 0) return bad;
  permute(n, m, bRe, pivots);
  permute(n, m, bIm, pivots);
  solveUnitLower(n, m, aRe, aIm, n, bRe, bIm, m);
  solveUpper(n, m, aRe, aIm, n, bRe, bIm, m);
  return -1;
}
