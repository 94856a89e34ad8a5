import { AppError } from '@/lib/errors';

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
 * @throws AppError `dimension_mismatch` unless A has as many columns as B has rows.
 * @complexity 2·m·k·n flops, rows of B are streamed.
 */
export function multiply(a: Matrix, b: Matrix): Matrix {
  if (a.cols !== b.rows) throw new AppError('dimension_mismatch', `A is ${a.rows} x ${a.cols}, B is ${b.rows} x ${b.cols}`);
  const out = matrix(a.rows, b.cols);
  const { data: x } = a;
  const { data: y } = b;
  const { data: z } = out;
  const n = b.cols;
  for (let i = 0; i < a.rows; i++) {
    const zi = i * n;
    let k = 0;
    for (; k + 3 < a.cols; k += 4) {
      const p = i * a.cols + k;
      const a0 = x[p]!;
      const a1 = x[p + 1]!;
      const a2 = x[p + 2]!;
      const a3 = x[p + 3]!;
      const r0 = k * n;
      const r1 = r0 + n;
      const r2 = r1 + n;
      const r3 = r2 + n;
      for (let j = 0; j < n; j++) z[zi + j]! += a0 * y[r0 + j]! + a1 * y[r1 + j]! + a2 * y[r2 + j]! + a3 * y[r3 + j]!;
    }
    for (; k < a.cols; k++) {
      const a0 = x[i * a.cols + k]!;
      const r0 = k * n;
      for (let j = 0; j < n; j++) z[zi + j]! += a0 * y[r0 + j]!;
    }
  }
  return out;
}

/** A·x into a new vector. @throws AppError `dimension_mismatch`. */
export function multiplyVector(a: Matrix, x: Numbers): Float64Array {
  if (x.length !== a.cols) throw new AppError('dimension_mismatch', `A has ${a.cols} columns, x has ${x.length} values`);
  const out = new Float64Array(a.rows);
  for (let i = 0; i < a.rows; i++) {
    let s = 0;
    const row = i * a.cols;
    for (let j = 0; j < a.cols; j++) s += a.data[row + j]! * x[j]!;
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
 * AᵀA, symmetric. It squares the condition number: use it where the basis is known to be well conditioned
 * (scatter matrices, PLS kernels), never to solve a least-squares problem.
 */
export function gram(a: Matrix): Matrix {
  const n = a.cols;
  const out = new Float64Array(n * n);
  for (let i = 0; i < a.rows; i++) {
    const row = i * n;
    for (let j = 0; j < n; j++) {
      const v = a.data[row + j]!;
      if (v === 0) continue;
      const o = j * n;
      for (let k = j; k < n; k++) out[o + k]! += v * a.data[row + k]!;
    }
  }
  for (let j = 0; j < n; j++) for (let k = j + 1; k < n; k++) out[k * n + j] = out[j * n + k]!;
  return { rows: n, cols: n, data: out };
}

/** Σ x_i y_i over the shorter of both. */
export function dot(x: Numbers, y: Numbers): number {
  let s = 0;
  const n = Math.min(x.length, y.length);
  for (let i = 0; i < n; i++) s += x[i]! * y[i]!;
  return s;
}

/** Euclidean norm, scaled against overflow and underflow. */
export function norm2(x: Numbers): number {
  let scale = 0;
  for (let i = 0; i < x.length; i++) scale = Math.max(scale, Math.abs(x[i]!));
  if (scale === 0 || !Number.isFinite(scale)) return scale;
  let s = 0;
  for (let i = 0; i < x.length; i++) {
    const v = x[i]! / scale;
    s += v * v;
  }
  return scale * Math.sqrt(s);
}

/**
 * Refuse NaN and infinities at a door.
 * @throws AppError `invalid_input` naming the field and the first bad index.
 */
export function requireFinite(field: string, values: Numbers): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]!)) {
      throw new AppError('invalid_input', `${field}[${i}] is ${values[i]}; give a finite number or leave the row out`, {
        field,
        index: i,
      });
    }
  }
}

/** Copy of any numbers as Float64Array. */
export function toFloat64(values: Numbers): Float64Array {
  return values instanceof Float64Array ? values.slice() : Float64Array.from(values);
}
