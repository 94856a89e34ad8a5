import { withKernels } from './load';

/** Householder factorisation A·P = Q·R. */
export interface Householder {
  /** Reflectors by columns, (n, m): column k of R up to entry k of row k, then v_k. */
  readonly reflectors: Float64Array;
  /** Scalar of each reflector H_k = I − tau_k v_k v_kᵀ with v_k[k] = 1. */
  readonly tau: Float64Array;
  /** Column j of A·P is column `permutation[j]` of A. Identity without pivoting. */
  readonly permutation: Int32Array;
  /** Qᵀb of the right-hand sides, (m,) each. */
  readonly carried: readonly Float64Array[];
}

/**
 * Householder QR of A (m, n), m ≥ n, with or without column pivoting; the right-hand sides are transformed in the same pass.
 * @complexity 2n²(m − n/3) flops; the columns are streamed.
 * @reference Golub & Van Loan, Matrix Computations, 4th ed. (2013), Alg. 5.2.1 and 5.4.1.
 */
export function householder(a: Float64Array, m: number, n: number, pivot: boolean, carry: readonly Float64Array[]): Householder {
  const size = m * n;
  const behind = 2 * size + carry.length * m;
  return withKernels(behind + 4 * n, (kernels, scratch, at) => {
    const [tau, norms, order] = [behind, behind + n, behind + 3 * n];
    scratch.set(a);
    for (const [k, b] of carry.entries()) scratch.set(b, 2 * size + k * m);
    kernels.factorQr(m, n, carry.length, at, at + 8 * tau, at + 8 * size, pivot ? 1 : 0, at + 8 * norms, at + 8 * order);
    return {
      reflectors: scratch.slice(size, 2 * size),
      tau: scratch.slice(tau, norms),
      permutation: pivot
        ? new Int32Array(scratch.buffer, at + 8 * order, n).slice()
        : Int32Array.from({ length: n }, (_, j) => j),
      carried: carry.map((_, k) => scratch.slice(2 * size + k * m, 2 * size + (k + 1) * m)),
    };
  });
}
