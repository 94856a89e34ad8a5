import { AppError } from '@/lib/errors';

/**
 * X ← L⁻¹X in place for many right-hand sides, X row-major (n, m): whole rows are combined, so the inner loop is contiguous.
 * @complexity n²m flops.
 */
export function forwardSolveManyInPlace(l: Float64Array, n: number, x: Float64Array, m: number): void {
  if (x.length !== n * m) throw new AppError('dimension_mismatch', `X has ${x.length} values, need ${n * m}`);
  const block = 128; // columns of X that stay in the first-level cache while rows of L are applied
  for (let c0 = 0; c0 < m; c0 += block) {
    const c1 = Math.min(m, c0 + block);
    let i = 0;
    for (; i + 1 < n; i += 2) {
      subtractPair(l, n, x, m, i, c0, c1);
      scaleRow(l, n, x, m, i, c0, c1);
      const f = l[(i + 1) * n + i]!;
      const [r0, r1] = [i * m, (i + 1) * m];
      for (let j = c0; j < c1; j++) x[r1 + j]! -= f * x[r0 + j]!;
      scaleRow(l, n, x, m, i + 1, c0, c1);
    }
    if (i < n) {
      for (let k = 0; k < i; k++) {
        const f = l[i * n + k]!;
        for (let j = c0; j < c1; j++) x[i * m + j]! -= f * x[k * m + j]!;
      }
      scaleRow(l, n, x, m, i, c0, c1);
    }
  }
}

function scaleRow(l: Float64Array, n: number, x: Float64Array, m: number, i: number, c0: number, c1: number): void {
  const inv = 1 / l[i * n + i]!;
  for (let j = i * m + c0; j < i * m + c1; j++) x[j]! *= inv;
}

// Rows i and i + 1 (i even) minus their combinations of rows 0 … i − 1, four of them at a time: eight products for six loads.
function subtractPair(l: Float64Array, n: number, x: Float64Array, m: number, i: number, c0: number, c1: number): void {
  const ri = i * m;
  const rj = ri + m;
  let k = 0;
  for (; k + 3 < i; k += 4) {
    const p = i * n + k;
    const q = p + n;
    const a0 = l[p]!;
    const a1 = l[p + 1]!;
    const a2 = l[p + 2]!;
    const a3 = l[p + 3]!;
    const b0 = l[q]!;
    const b1 = l[q + 1]!;
    const b2 = l[q + 2]!;
    const b3 = l[q + 3]!;
    const r0 = k * m;
    const r1 = r0 + m;
    const r2 = r1 + m;
    const r3 = r2 + m;
    for (let j = c0; j < c1; j++) {
      const x0 = x[r0 + j]!;
      const x1 = x[r1 + j]!;
      const x2 = x[r2 + j]!;
      const x3 = x[r3 + j]!;
      x[ri + j] = x[ri + j]! - (a0 * x0 + a1 * x1 + (a2 * x2 + a3 * x3));
      x[rj + j] = x[rj + j]! - (b0 * x0 + b1 * x1 + (b2 * x2 + b3 * x3));
    }
  }
  for (; k < i; k++) {
    const a0 = l[i * n + k]!;
    const b0 = l[(i + 1) * n + k]!;
    const r0 = k * m;
    for (let j = c0; j < c1; j++) {
      const x0 = x[r0 + j]!;
      x[ri + j] = x[ri + j]! - a0 * x0;
      x[rj + j] = x[rj + j]! - b0 * x0;
    }
  }
}
