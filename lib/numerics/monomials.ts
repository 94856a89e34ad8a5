import { type MonomialReduction, type Monomials, monomialRows, reduceMonomials } from '@/lib/kernels';
import { type Matrix, matrix, type Numbers } from './matrix';
import { type Svd, svd } from './svd';
import { withoutRounding } from './variation';

/** The design as a matrix (n, p). @throws AppError `dimension_mismatch` for coordinates of different length. */
export function monomialDesign(m: Monomials): Matrix {
  return matrix(m.coordinates[0]?.parts[0].length ?? 0, m.columns.length, monomialRows(m));
}

/** Least squares on a design of full rank: what several right-hand sides share, and theirs. */
export interface MonomialFit {
  /** Of the weighted design; the singular values give rank and condition. */
  readonly svd: Svd;
  /** (XᵀWX)⁻¹, row-major (p, p); not finite when the design has lost rank. */
  readonly unscaledCovariance: Float64Array;
  readonly solutions: readonly MonomialSolution[];
}

export type MonomialSolution = MonomialReduction['solutions'][number] & {
  /** y − X·b; NaN where y is. */
  readonly residuals: Float64Array;
  /** Σ w r² over the rows in use. */
  readonly rss: number;
};

/**
 * Weighted least squares min Σ w_i (y_i − x_i·b)² for several y over one design of monomials, with the singular values of the design and the residuals.
 * @param ys - right-hand sides (n,), finite on every row in use.
 * @param root - √w of each row, 0 for a row that is not used; null when all are 1.
 * @returns see {@link MonomialFit}: the caller decides on rank before it reads coefficients.
 * @throws AppError `dimension_mismatch`; `invalid_input` for fewer rows than columns.
 * @complexity 2p²n + 4pn flops and n·p products.
 */
export function fitMonomials(m: Monomials, ys: readonly Numbers[], root: Float64Array | null): MonomialFit {
  const p = m.columns.length;
  const { upper, unscaledCovariance, solutions } = reduceMonomials(m, ys, root);
  return {
    svd: svd(matrix(p, p, upper)),
    unscaledCovariance,
    solutions: solutions.map((s, k) => ({ ...s, ...residualsOf(ys[k]!, s.fitted, root) })),
  };
}

function residualsOf(y: Numbers, fitted: Float64Array, root: Float64Array | null): { residuals: Float64Array; rss: number } {
  const residuals = new Float64Array(y.length);
  let rss = 0;
  let largest = 0;
  let used = 0;
  for (let i = 0; i < residuals.length; i++) {
    const v = y[i]! - fitted[i]!;
    residuals[i] = v;
    const r = root ? root[i]! : 1;
    if (!(r > 0)) continue;
    used++;
    rss += (r * v) ** 2;
    largest = Math.max(largest, r * Math.abs(y[i]!));
  }
  return { residuals, rss: withoutRounding(rss, used, largest) };
}
