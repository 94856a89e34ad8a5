import { gemm } from './gemm';
import { half, solveLower, solveRight, solveRightPlain } from './triangular';

// A pivot no larger than the rounding of its subtraction counts as zero.
const ROUNDING: f64 = 1e-15;

function factorSmall(n: i32, a: usize, row: usize, diagonal: usize): i32 {
  for (let j = 0; j < n; j++) {
    const rj = a + j * row;
    let d = load<f64>(rj + (j << 3));
    for (let k = 0; k < j; k++) {
      const v = load<f64>(rj + (k << 3));
      d -= v * v;
    }
    if (!(d > ROUNDING * load<f64>(diagonal + (j << 3)))) return j;
    const root = sqrt<f64>(d);
    const inv = 1 / root;
    store<f64>(rj + (j << 3), root);
    for (let i = j + 1; i < n; i++) {
      const ri = a + i * row;
      let s = load<f64>(ri + (j << 3));
      for (let k = 0; k < j; k++) s -= load<f64>(ri + (k << 3)) * load<f64>(rj + (k << 3));
      store<f64>(ri + (j << 3), s * inv);
    }
  }
  return -1;
}

/**
 * A = L·Lᵀ in place on the lower triangle of a row-major matrix; entries above the diagonal are overwritten.
 * @param diagonal - the diagonal of A itself, against which a pivot is judged.
 * @returns the first failing pivot, or −1.
 */
export function factor(n: i32, a: usize, lda: i32, diagonal: usize): i32 {
  if (n <= 8) return factorSmall(n, a, (<usize>lda) << 3, diagonal);
  const h = half(n);
  const below = a + ((<usize>h * lda) << 3);
  const rest = below + ((<usize>h) << 3);
  const first = factor(h, a, lda, diagonal);
  if (first >= 0) return first;
  solveRight(h, n - h, a, lda, below, lda);
  gemm(n - h, n - h, h, -1, below, lda, 1, below, 1, lda, rest, lda, true);
  const second = factor(n - h, rest, lda, diagonal + ((<usize>h) << 3));
  return second < 0 ? -1 : second + h;
}

/** Sets the entries above the diagonal to zero. */
export function clearUpper(n: i32, a: usize, lda: i32): void {
  for (let i = 0; i < n - 1; i++) memory.fill(a + ((<usize>i * (lda + 1) + 1) << 3), 0, (<usize>(n - 1 - i)) << 3);
}

/** Copies the lower triangle above the diagonal. */
export function mirror(n: i32, a: usize, lda: i32): void {
  const row = (<usize>lda) << 3;
  for (let i = 1; i < n; i++) for (let j = 0; j < i; j++) store<f64>(a + j * row + (i << 3), load<f64>(a + i * row + (j << 3)));
}

// W ← W⁻¹ in place, W lower triangular: the block below becomes −W22⁻¹·W21·W11⁻¹ before its neighbours are inverted.
function invertLower(n: i32, w: usize, ldw: i32): void {
  const row = (<usize>ldw) << 3;
  if (n <= 8) {
    for (let j = 0; j < n; j++) {
      const d = 1 / load<f64>(w + j * row + ((<usize>j) << 3));
      store<f64>(w + j * row + ((<usize>j) << 3), d);
      for (let i = j + 1; i < n; i++) {
        let s: f64 = 0;
        for (let k = j; k < i; k++) s -= load<f64>(w + i * row + ((<usize>k) << 3)) * load<f64>(w + k * row + ((<usize>j) << 3));
        store<f64>(w + i * row + ((<usize>j) << 3), s / load<f64>(w + i * row + ((<usize>i) << 3)));
      }
    }
    return;
  }
  const h = half(n);
  const below = w + h * row;
  const rest = below + ((<usize>h) << 3);
  solveLower(n - h, h, rest, ldw, 1, false, below, ldw);
  solveRightPlain(h, n - h, w, ldw, below, ldw);
  for (let i = 0; i < n - h; i++) {
    for (let j = 0; j < h; j++) {
      const p = below + i * row + ((<usize>j) << 3);
      store<f64>(p, -load<f64>(p));
    }
  }
  invertLower(h, w, ldw);
  invertLower(n - h, rest, ldw);
}

/** A⁻¹ = L⁻ᵀL⁻¹ into `out` (n, n), symmetric; L (n, n) holds L⁻¹ on return. */
export function inverse(n: i32, w: usize, out: usize): void {
  invertLower(n, w, n);
  clearUpper(n, w, n);
  memory.fill(out, 0, (<usize>n * n) << 3);
  // rows of W below the block only: W is lower triangular
  for (let k = 0; k < n; k += 64) {
    const depth = min(64, n - k);
    const wk = w + ((<usize>k * n) << 3);
    gemm(k + depth, k + depth, depth, 1, wk, 1, n, wk, n, 1, out, n, true);
  }
  mirror(n, out, n);
}
