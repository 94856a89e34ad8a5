import { gemm } from './gemm';

// Triangular systems by recursion on halves: everything but blocks of eight unknowns is matrix products. Two right-hand sides share a register.

// @ts-expect-error: a decorator on a function
@inline
function pair(p: usize, lane: usize, contiguous: bool): v128 {
  return contiguous ? v128.load(p) : f64x2.replace_lane(v128.load_splat<f64>(p), 1, load<f64>(p + lane));
}

// @ts-expect-error: a decorator on a function
@inline
function put(p: usize, lane: usize, contiguous: bool, v: v128): void {
  if (contiguous) v128.store(p, v);
  else {
    store<f64>(p, f64x2.extract_lane(v, 0));
    store<f64>(p + lane, f64x2.extract_lane(v, 1));
  }
}

// @ts-expect-error: a decorator on a function
@inline
function less(x: v128, t: usize, y: v128): v128 {
  return f64x2.sub(x, f64x2.mul(v128.load_splat<f64>(t), y));
}

const INVERSE: usize = memory.data(64, 16);
const UNITS: usize = memory.data(64, 16);

// Eight unknowns, two right-hand sides; unknown i is at x + i·step. T_ij is at t + i·row + j·col, inverse diagonals at `inv`.
// @ts-expect-error: a decorator on a function
@inline
function solveEight(t: usize, row: usize, col: usize, inv: usize, x: usize, step: usize, lane: usize, contiguous: bool): void {
  const x0 = f64x2.mul(pair(x, lane, contiguous), v128.load_splat<f64>(inv));
  put(x, lane, contiguous, x0);
  let p = x + step;
  let r = t + row;
  const x1 = f64x2.mul(less(pair(p, lane, contiguous), r, x0), v128.load_splat<f64>(inv, 8));
  put(p, lane, contiguous, x1);
  p += step;
  r += row;
  const x2 = f64x2.mul(less(less(pair(p, lane, contiguous), r, x0), r + col, x1), v128.load_splat<f64>(inv, 16));
  put(p, lane, contiguous, x2);
  p += step;
  r += row;
  let s = less(less(pair(p, lane, contiguous), r, x0), r + col, x1);
  const x3 = f64x2.mul(less(s, r + 2 * col, x2), v128.load_splat<f64>(inv, 24));
  put(p, lane, contiguous, x3);
  p += step;
  r += row;
  s = less(less(pair(p, lane, contiguous), r, x0), r + col, x1);
  s = less(less(s, r + 2 * col, x2), r + 3 * col, x3);
  const x4 = f64x2.mul(s, v128.load_splat<f64>(inv, 32));
  put(p, lane, contiguous, x4);
  p += step;
  r += row;
  s = less(less(pair(p, lane, contiguous), r, x0), r + col, x1);
  s = less(less(s, r + 2 * col, x2), r + 3 * col, x3);
  const x5 = f64x2.mul(less(s, r + 4 * col, x4), v128.load_splat<f64>(inv, 40));
  put(p, lane, contiguous, x5);
  p += step;
  r += row;
  s = less(less(pair(p, lane, contiguous), r, x0), r + col, x1);
  s = less(less(s, r + 2 * col, x2), r + 3 * col, x3);
  s = less(less(s, r + 4 * col, x4), r + 5 * col, x5);
  const x6 = f64x2.mul(s, v128.load_splat<f64>(inv, 48));
  put(p, lane, contiguous, x6);
  p += step;
  r += row;
  s = less(less(pair(p, lane, contiguous), r, x0), r + col, x1);
  s = less(less(s, r + 2 * col, x2), r + 3 * col, x3);
  s = less(less(s, r + 4 * col, x4), r + 5 * col, x5);
  put(p, lane, contiguous, f64x2.mul(less(s, r + 6 * col, x6), v128.load_splat<f64>(inv, 56)));
}

function solveOne(n: i32, t: usize, row: usize, col: usize, inv: usize, x: usize, step: usize): void {
  for (let i = 0; i < n; i++) {
    let s = load<f64>(x + i * step);
    for (let k = 0; k < i; k++) s -= load<f64>(t + i * row + k * col) * load<f64>(x + k * step);
    store<f64>(x + i * step, s * load<f64>(inv + (i << 3)));
  }
}

function reciprocals(n: i32, t: usize, diagonal: usize, unit: bool): usize {
  if (unit) {
    for (let i = 0; i < n; i++) store<f64>(UNITS + (i << 3), 1);
    return UNITS;
  }
  for (let i = 0; i < n; i++) store<f64>(INVERSE + (i << 3), 1 / load<f64>(t + i * diagonal));
  return INVERSE;
}

function base(n: i32, m: i32, t: usize, row: usize, col: usize, unit: bool, x: usize, step: usize, lane: usize): void {
  const inv = reciprocals(n, t, row + col, unit);
  let j = 0;
  if (n === 8) {
    if (lane === 8) for (; j + 1 < m; j += 2) solveEight(t, row, col, inv, x + j * lane, step, lane, true);
    else for (; j + 1 < m; j += 2) solveEight(t, row, col, inv, x + j * lane, step, lane, false);
  } else if (lane === 8) {
    for (let i = 0; i < n; i++) {
      const xi = x + i * step;
      for (j = 0; j + 1 < m; j += 2) {
        let s = v128.load(xi + (j << 3));
        for (let k = 0; k < i; k++) s = less(s, t + i * row + k * col, v128.load(x + k * step + (j << 3)));
        v128.store(xi + (j << 3), f64x2.mul(s, v128.load_splat<f64>(inv + (i << 3))));
      }
    }
    j = m & ~1;
  }
  for (; j < m; j++) solveOne(n, t, row, col, inv, x + j * lane, step);
}

// First part of a split: a multiple of eight near the middle.
// @ts-expect-error: a decorator on a function
@inline
export function half(n: i32): i32 {
  return n <= 16 ? 8 : ((n >> 1) + 7) & ~7;
}

/** T·X = B in place, T lower triangular (n, n) with given strides, m right-hand sides in the rows of X. */
export function solveLower(n: i32, m: i32, t: usize, row: i32, col: i32, unit: bool, x: usize, ldx: i32): void {
  if (n <= 8) {
    base(n, m, t, (<usize>row) << 3, (<usize>col) << 3, unit, x, (<usize>ldx) << 3, 8);
    return;
  }
  const h = half(n);
  const lower = x + ((<usize>h * ldx) << 3);
  solveLower(h, m, t, row, col, unit, x, ldx);
  gemm(n - h, m, h, -1, t + ((<usize>h * row) << 3), row, col, x, ldx, 1, lower, ldx, false);
  solveLower(n - h, m, t + ((<usize>h * (row + col)) << 3), row, col, unit, lower, ldx);
}

/** T·X = B in place, T upper triangular: the rows from the last to the first. */
export function solveUpper(n: i32, m: i32, t: usize, row: i32, col: i32, x: usize, ldx: i32): void {
  if (n <= 8) {
    // reversed order makes it a lower system: negative steps wrap around as unsigned numbers do
    const last = <usize>(n - 1);
    const r = (<usize>row) << 3;
    const c = (<usize>col) << 3;
    const step = (<usize>ldx) << 3;
    base(n, m, t + last * (r + c), 0 - r, 0 - c, false, x + last * step, 0 - step, 8);
    return;
  }
  const h = half(n);
  const lower = x + ((<usize>h * ldx) << 3);
  solveUpper(n - h, m, t + ((<usize>h * (row + col)) << 3), row, col, lower, ldx);
  gemm(h, m, n - h, -1, t + ((<usize>h * col) << 3), row, col, lower, ldx, 1, x, ldx, false);
  solveUpper(h, m, t, row, col, x, ldx);
}

/** X·Lᵀ = B in place, X (m, n) row-major, L lower triangular row-major. */
export function solveRight(n: i32, m: i32, l: usize, ldl: i32, x: usize, ldx: i32): void {
  if (n <= 8) {
    base(n, m, l, (<usize>ldl) << 3, 8, false, x, 8, (<usize>ldx) << 3);
    return;
  }
  const h = half(n);
  solveRight(h, m, l, ldl, x, ldx);
  gemm(m, n - h, h, -1, x, ldx, 1, l + ((<usize>h * ldl) << 3), 1, ldl, x + ((<usize>h) << 3), ldx, false);
  solveRight(n - h, m, l + ((<usize>h * (ldl + 1)) << 3), ldl, x + ((<usize>h) << 3), ldx);
}

/** X·L = B in place, X (m, n) row-major, L lower triangular row-major. */
export function solveRightPlain(n: i32, m: i32, l: usize, ldl: i32, x: usize, ldx: i32): void {
  if (n <= 8) {
    const last = <usize>(n - 1);
    const row = (<usize>ldl) << 3;
    base(n, m, l + last * (row + 8), <usize>0 - 8, 0 - row, false, x + (last << 3), <usize>0 - 8, (<usize>ldx) << 3);
    return;
  }
  const h = half(n);
  const right = x + ((<usize>h) << 3);
  solveRightPlain(n - h, m, l + ((<usize>h * (ldl + 1)) << 3), ldl, right, ldx);
  gemm(m, h, n - h, -1, right, ldx, 1, l + ((<usize>h * ldl) << 3), ldl, 1, x, ldx, false);
  solveRightPlain(h, m, l, ldl, x, ldx);
}
