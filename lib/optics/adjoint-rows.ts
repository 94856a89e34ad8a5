import { type ComplexArray, complexArray, complexSolve } from '@/lib/numerics';
import { lift } from './layer-sensitivity';
import type { LayerStep } from './modal-recursion';

/** Outputs of a stack as adjoint rows: β, (count, n), at the level that the downward pass has reached, and the sources of the layers from the top. */
export interface AdjointRows {
  /** Number of outputs, m. */
  readonly count: number;
  /** β, (count, n) row-major, outputs per unit of U. */
  beta: ComplexArray;
  /** Empty for reflected outputs. */
  readonly sources: readonly ComplexArray[];
}

/**
 * Rows of chosen entries of the reflected field, c(Y₀ + Y)⁻¹ at the top, or of the field below the stack, where c is first carried up by `lift`.
 * @param steps - from the top.
 * @param sum - Y₀ + Y at the top, (n, n); not changed.
 * @param n - number of harmonics.
 * @param entries - positions in U.
 * @param side - whether the entries are of the reflected field or of the field below the stack.
 * @returns rows β = c(Y₀ + Y)⁻¹, (entries, n), with the sources of the layers.
 * @throws AppError `rank_deficient` where Y₀ + Y is singular.
 */
export function adjointRows(
  steps: readonly LayerStep[],
  sum: ComplexArray,
  n: number,
  entries: readonly number[],
  side: 'reflected' | 'transmitted',
): AdjointRows {
  const count = entries.length;
  const sources: ComplexArray[] = [];
  let c = complexArray(count * n);
  for (const [k, entry] of entries.entries()) c.re[k * n + entry] = 1;
  if (side === 'transmitted') {
    for (const step of steps.toReversed()) {
      const up = lift(step, c, count);
      sources.unshift(up.source);
      c = up.above;
    }
  }
  const columns = transposed(c, count, n);
  complexSolve(transposed(sum, n, n), n, columns, count);
  return { count, beta: transposed(columns, n, count), sources };
}

function transposed(a: ComplexArray, rows: number, columns: number): ComplexArray {
  const out = complexArray(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      out.re[j * rows + i] = a.re[i * columns + j]!;
      out.im[j * rows + i] = a.im[i * columns + j]!;
    }
  }
  return out;
}
