import { AppError } from '@/lib/errors';
import { crossProduct, product, transposedProduct } from '@/lib/kernels';

/** Dense real matrix: `data[i * cols + j]` is row i, column j (row-major). `data` is owned by the matrix. */
export interface Matrix {
  readonly rows: number;
  readonly cols: number;
  readonly data: Float64Array;
}

/** Numbers that a caller may hand in: plain arrays or typed arrays. They are read, never written. */
export type Numbers = ArrayLike<number>;

/**
 * A matrix over given values, or of zeros.
 * @throws AppError `dimension_mismatch` when `data` does not hold rows x cols values.
 */
export function matrix(rows: number, cols: number, data: Float64Array = new Float64Array(rows * cols)): Matrix {
  if (data.length !== rows * cols) {
    throw new AppError('dimension_mismatch', `a ${rows} x ${cols} matrix needs ${rows * cols} values, got ${data.length}`);
  }
  return { rows, cols, data };
}

/**
 * Matrix from nested rows.
 * @throws AppError `invalid_input` when the rows differ in length.
 */
export function fromRows(rows: ArrayLike<Numbers>): Matrix {
  const m = rows.length;
  const n = m > 0 ? rows[0]!.length : 0;
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    const row = rows[i]!;
    if (row.length !== n)
      throw new AppError('invalid_input', `row ${i} has ${row.length} values, row 0 has ${n}; give rows of equal length`);
    for (let j = 0; j < n; j++) out[i * n + j] = row[j]!;
  }
  return { rows: m, cols: n, data: out };
}

/** Nested plain rows, for JSON. */
export function toRows(a: Matrix): number[][] {
  return Array.from({ length: a.rows }, (_, i) => Array.from(a.data.subarray(i * a.cols, (i + 1) * a.cols)));
}

/** The n x n identity. */
export function identity(n: number): Matrix {
  const out = matrix(n, n);
  for (let i = 0; i < n; i++) out.data[i * n + i] = 1;
  return out;
}

/** Aᵀ. */
export function transpose(a: Matrix): Matrix {
  const out = new Float64Array(a.data.length);
  for (let i = 0; i < a.rows; i++) for (let j = 0; j < a.cols; j++) out[j * a.rows + i] = a.data[i * a.cols + j]!;
  return { rows: a.cols, cols: a.rows, data: out };
}

/**
 * A·B.
 * @param a - (m, k); b - (k, n).
 * @throws AppError `dimension_mismatch` unless A has as many columns as B has rows.
 * @complexity 2·m·k·n flops, blocked in the kernels.
 */
export function multiply(a: Matrix, b: Matrix): Matrix {
  if (a.cols !== b.rows) throw new AppError('dimension_mismatch', `A is ${a.rows} x ${a.cols}, B is ${b.rows} x ${b.cols}`);
  return { rows: a.rows, cols: b.cols, data: product(a.data, b.data, a.rows, a.cols, b.cols) };
}

/** A·x into a new vector. @throws AppError `dimension_mismatch`. */
export function multiplyVector(a: Matrix, x: Numbers): Float64Array {
  if (x.length !== a.cols) throw new AppError('dimension_mismatch', `A has ${a.cols} columns, x has ${x.length} values`);
  const out = new Float64Array(a.rows);
  const { rows, cols: p, data } = a;
  let i = 0;
  for (; i + 3 < rows; i += 4) {
    // four rows a pass: their sums do not wait for each other
    const r0 = i * p;
    const r1 = r0 + p;
    const r2 = r1 + p;
    const r3 = r2 + p;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let j = 0; j < p; j++) {
      const v = x[j]!;
      s0 += data[r0 + j]! * v;
      s1 += data[r1 + j]! * v;
      s2 += data[r2 + j]! * v;
      s3 += data[r3 + j]! * v;
    }
    out[i] = s0;
    out[i + 1] = s1;
    out[i + 2] = s2;
    out[i + 3] = s3;
  }
  for (; i < rows; i++) {
    let s = 0;
    for (let j = 0; j < p; j++) s += data[i * p + j]! * x[j]!;
    out[i] = s;
  }
  return out;
}

/** Aᵀ·y into a new vector. @throws AppError `dimension_mismatch`. */
export function transposeMultiplyVector(a: Matrix, y: Numbers): Float64Array {
  if (y.length !== a.rows) throw new AppError('dimension_mismatch', `A has ${a.rows} rows, y has ${y.length} values`);
  const out = new Float64Array(a.cols);
  for (let i = 0; i < a.rows; i++) {
    const yi = y[i]!;
    const row = i * a.cols;
    for (let j = 0; j < a.cols; j++) out[j]! += a.data[row + j]! * yi;
  }
  return out;
}

/**
 * Aᵀ·B, A read by columns instead of transposed.
 * @param a - (m, k); b - (m, n).
 * @returns (k, n).
 * @throws AppError `dimension_mismatch` unless both have as many rows.
 * @complexity 2·m·k·n flops.
 */
export function transposeMultiply(a: Matrix, b: Matrix): Matrix {
  if (a.rows !== b.rows) throw new AppError('dimension_mismatch', `A is ${a.rows} x ${a.cols}, B is ${b.rows} x ${b.cols}`);
  return { rows: a.cols, cols: b.cols, data: transposedProduct(a.data, b.data, a.cols, a.rows, b.cols) };
}

/**
 * AᵀA, symmetric. It squares the condition number: use it where the basis is known to be well conditioned
 * (scatter matrices, PLS kernels), never to solve a least-squares problem.
 * @returns (n, n).
 */
export function gram(a: Matrix): Matrix {
  return { rows: a.cols, cols: a.cols, data: crossProduct(a.data, a.rows, a.cols) };
}

/** Σ x_i y_i over the shorter of both. */
export function dot(x: Numbers, y: Numbers): number {
  let s = 0;
  const n = Math.min(x.length, y.length);
  for (let i = 0; i < n; i++) s += x[i]! * y[i]!;
  return s;
}

function sumOf(x: Numbers): number {
  const n = x.length;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    s0 += x[i]!;
    s1 += x[i + 1]!;
    s2 += x[i + 2]!;
    s3 += x[i + 3]!;
  }
  for (; i < n; i++) s0 += x[i]!;
  return s0 + s1 + s2 + s3;
}

/** Refuse NaN and infinities at an entry point. @throws AppError `invalid_input` naming the field and the first bad index. */
export function requireFinite(field: string, values: Numbers): void {
  if (Number.isFinite(sumOf(values))) return; // a finite sum has finite terms; otherwise look for the one that is not
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]!)) {
      throw new AppError('invalid_input', `${field}[${i}] is ${values[i]}; give a finite number or leave the row out`, {
        field,
        index: i,
      });
    }
  }
}
