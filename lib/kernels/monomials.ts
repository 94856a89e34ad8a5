import { AppError } from '@/lib/errors';
import { type Kernels, withKernels } from './load';

/** A coordinate of n points: the sum of its parts, (n,) each and finite, in the unit that makes it of order one. */
export interface Coordinate {
  readonly parts: readonly [ArrayLike<number>] | readonly [ArrayLike<number>, ArrayLike<number>];
  readonly unit: number;
}

/** Columns x_a^i·x_b^j over n points. */
export interface Monomials {
  readonly coordinates: readonly Coordinate[];
  /** Powers of a column: coordinate a to the i times coordinate b to the j; whole numbers from 0. */
  readonly columns: readonly Monomial[];
}

export interface Monomial {
  readonly a: number;
  readonly i: number;
  readonly b: number;
  readonly j: number;
}

/** Vectors that make up a design, in scratch: the coordinates, ones, then products of two earlier entries. */
interface Recipe {
  readonly given: readonly Coordinate[];
  readonly made: readonly (readonly [number, number])[];
  /** Factors of each column. */
  readonly columns: readonly (readonly [number, number])[];
}

// Each power is computed once, from the one below.
function recipe({ coordinates, columns }: Monomials): Recipe {
  const made: [number, number][] = [];
  const places = new Map<string, number>();
  const one = coordinates.length;
  const power = (a: number, i: number): number => {
    if (i === 0) return one;
    if (i === 1) return a;
    const key = `${a} ${i}`;
    let at = places.get(key);
    if (at === undefined) {
      const lower = power(a, i - 1);
      at = one + 1 + made.length;
      made.push([lower, a]);
      places.set(key, at);
    }
    return at;
  };
  const factors = columns.map((c): [number, number] => [power(c.a, c.i), power(c.b, c.j)]);
  return { given: coordinates, made, columns: factors };
}

const vectorsOf = (r: Recipe): number => r.given.length + 1 + r.made.length;

// Design by columns at `out`, its factors at `pool`; both are byte addresses.
function writeColumns(
  r: Recipe,
  n: number,
  kernels: Kernels,
  scratch: Float64Array,
  at: number,
  pool: number,
  out: number,
): void {
  const step = 8 * n;
  let start = (pool - at) / 8;
  for (const c of r.given) {
    writeCoordinate(c, scratch.subarray(start, start + n));
    start += n;
  }
  scratch.fill(1, start, start + n);
  let next = pool + (r.given.length + 1) * step;
  for (const [x, y] of r.made) {
    kernels.multiplyColumns(n, pool + x * step, pool + y * step, next);
    next += step;
  }
  for (const [k, [x, y]] of r.columns.entries()) kernels.multiplyColumns(n, pool + x * step, pool + y * step, out + k * step);
}

function writeCoordinate({ parts, unit }: Coordinate, out: Float64Array): void {
  const [a, b] = parts;
  if (!b) for (let i = 0; i < out.length; i++) out[i] = a[i]! / unit;
  else for (let i = 0; i < out.length; i++) out[i] = (a[i]! + b[i]!) / unit;
}

function pointsOf(m: Monomials): number {
  const n = m.coordinates[0]?.parts[0]?.length ?? 0;
  for (const [k, c] of m.coordinates.entries())
    for (const part of c.parts)
      if (part.length !== n)
        throw new AppError('dimension_mismatch', `coordinate ${k} has ${part.length} points, coordinate 0 has ${n}`);
  return n;
}

/** The design by rows, (n, p). @throws AppError `dimension_mismatch` for coordinates of different length. */
export function monomialRows(m: Monomials): Float64Array {
  const n = pointsOf(m);
  const p = m.columns.length;
  const r = recipe(m);
  const vectors = vectorsOf(r);
  return withKernels((vectors + 2 * p) * n, (kernels, scratch, at) => {
    const out = at + 8 * vectors * n;
    writeColumns(r, n, kernels, scratch, at, at, out);
    kernels.transpose(p, n, out, out + 8 * p * n);
    return scratch.slice((vectors + p) * n, (vectors + 2 * p) * n);
  });
}

/** The result of the reduction of a design. */
export interface MonomialReduction {
  /** R of the weighted design, row-major (p, p). */
  readonly upper: Float64Array;
  /** (XᵀWX)⁻¹, row-major (p, p); not finite when the design has lost rank. */
  readonly unscaledCovariance: Float64Array;
  /** Of each right-hand side: b, and X·b at every point, including those without weight. */
  readonly solutions: readonly { readonly coefficients: Float64Array; readonly fitted: Float64Array }[];
}

/**
 * Weighted least squares min Σ w_i (y_i − x_i·b)² for several y over one design of monomials, by Householder reflections of row blocks: the design is
 * built, factored and evaluated in the memory of the kernels. R is returned, Q is not.
 * @param ys - right-hand sides (n,), finite on every row in use.
 * @param root - √w of each row, 0 for a row that is not used; null when all are 1.
 * @throws AppError `dimension_mismatch`; `invalid_input` for fewer rows than columns.
 * @complexity 2p²n + 4pn flops and n·p products.
 * @reference Golub & Van Loan, Matrix Computations, 4th ed. (2013), §5.3.2, §6.5.3.
 */
export function reduceMonomials(m: Monomials, ys: readonly ArrayLike<number>[], root: Float64Array | null): MonomialReduction {
  const n = pointsOf(m);
  const p = m.columns.length;
  const e = ys.length;
  if (ys.some((y) => y.length !== n) || (root && root.length !== n))
    throw new AppError('dimension_mismatch', `the design has ${n} points; give as many values and weights`);
  if (n < p)
    throw new AppError('invalid_input', `${n} observations cannot determine ${p} coefficients; measure more or fit fewer terms`);
  const r = recipe(m);
  const vectors = vectorsOf(r);
  // factors of the design | design | to be reduced: design and right-hand sides | R and Qᵀb | b and R⁻¹ by rows
  const design = vectors * n;
  const work = design + p * n;
  const triangle = work + (p + e) * n;
  const solved = triangle + (p + e) * p;
  const width = e + p;
  const product = solved + p * width;
  return withKernels(product + p * p, (kernels, scratch, at) => {
    writeColumns(r, n, kernels, scratch, at, at, at + 8 * design);
    if (root) {
      scratch.set(root); // the factors are no longer needed
      for (let k = 0; k < p; k++) kernels.multiplyColumns(n, at, at + 8 * (design + k * n), at + 8 * (work + k * n));
    } else scratch.copyWithin(work, design, work);
    for (const [k, y] of ys.entries()) {
      const b = work + (p + k) * n;
      scratch.set(y, b);
      if (root) for (let i = 0; i < n; i++) scratch[b + i] = root[i]! > 0 ? root[i]! * scratch[b + i]! : 0;
    }
    kernels.reduceColumns(n, p, e, at + 8 * work, at + 8 * triangle);
    const upper = new Float64Array(p * p);
    for (let j = 0; j < p; j++) for (let i = 0; i <= j; i++) upper[i * p + j] = scratch[triangle + j * p + i]!;
    // R·[b R⁻¹] = [Qᵀy I]
    scratch.fill(0, solved, product + p * p);
    for (let i = 0; i < p; i++) {
      for (let k = 0; k < e; k++) scratch[solved + i * width + k] = scratch[triangle + (p + k) * p + i]!;
      scratch[solved + i * width + e + i] = 1;
    }
    kernels.solveUpper(p, width, at + 8 * triangle, 1, p, at + 8 * solved, width);
    const inverse = at + 8 * (solved + e);
    kernels.gemm(p, p, p, 1, inverse, width, 1, inverse, 1, width, at + 8 * product, p, 0);
    const solutions = ys.map((_, k) => {
      const coefficients = Float64Array.from({ length: p }, (_, i) => scratch[solved + i * width + k]!);
      scratch.set(coefficients, triangle);
      kernels.combineColumns(n, p, at + 8 * design, at + 8 * triangle, at + 8 * work);
      return { coefficients, fitted: scratch.slice(work, work + n) };
    });
    return { upper, unscaledCovariance: scratch.slice(product, product + p * p), solutions };
  });
}
