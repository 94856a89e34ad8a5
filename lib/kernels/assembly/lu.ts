import { gemm } from './gemm';
import { half, solveLower } from './triangular';

function swapRows(a: usize, row: usize, i: i32, k: i32): void {
  const p = a + i * row;
  const q = a + k * row;
  for (let o: usize = 0; o < row; o += 8) {
    const u = load<f64>(p + o);
    store<f64>(p + o, load<f64>(q + o));
    store<f64>(q + o, u);
  }
}

// Columns first … first + n − 1 of the rows from `first` on; whole rows of the matrix are swapped.
function panel(rows: i32, a: usize, lda: i32, first: i32, n: i32, pivots: usize): i32 {
  const row = (<usize>lda) << 3;
  if (n > 8) {
    const h = half(n);
    const left = panel(rows, a, lda, first, h, pivots);
    if (left >= 0) return left;
    const top = a + first * row + ((<usize>first) << 3);
    const right = top + ((<usize>h) << 3);
    solveLower(h, n - h, top, lda, 1, true, right, lda);
    const rest = rows - first - h;
    if (rest > 0) gemm(rest, n - h, h, -1, top + h * row, lda, 1, right, lda, 1, right + h * row, lda, false);
    return panel(rows, a, lda, first + h, n - h, pivots);
  }
  const last = first + n;
  for (let k = first; k < last; k++) {
    let p = k;
    let best: f64 = -1;
    for (let i = k; i < rows; i++) {
      const v = abs<f64>(load<f64>(a + i * row + ((<usize>k) << 3)));
      if (v > best) {
        best = v;
        p = i;
      }
    }
    if (!(best > 0)) return k;
    store<i32>(pivots + ((<usize>k) << 2), p);
    if (p !== k) swapRows(a, row, k, p);
    const pk = a + k * row;
    const inv = 1 / load<f64>(pk + ((<usize>k) << 3));
    for (let i = k + 1; i < rows; i++) {
      const pi = a + i * row;
      const f = load<f64>(pi + ((<usize>k) << 3)) * inv;
      store<f64>(pi + ((<usize>k) << 3), f);
      for (let j = k + 1; j < last; j++) {
        const o = (<usize>j) << 3;
        store<f64>(pi + o, load<f64>(pi + o) - f * load<f64>(pk + o));
      }
    }
  }
  return -1;
}

/** P·A = L·U in place, partial pivoting; `pivots` receives the pivot row of each step. Returns the column without a pivot, or −1. */
export function factorLu(n: i32, a: usize, pivots: usize): i32 {
  return panel(n, a, n, 0, n, pivots);
}

/** Applies the row swaps of a factorisation to B (n, m). */
export function permute(n: i32, m: i32, b: usize, pivots: usize): void {
  for (let k = 0; k < n; k++) {
    const p = load<i32>(pivots + ((<usize>k) << 2));
    if (p !== k) swapRows(b, (<usize>m) << 3, k, p);
  }
}
