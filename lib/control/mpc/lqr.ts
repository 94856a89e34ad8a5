import { AppError } from '@/lib/errors';
import { cholesky, choleskySolve } from '@/lib/numerics';

type Rows = readonly (readonly number[])[];

/** A state feedback and its cost. */
export interface Lqr {
  /** u = −K x. K, (nu, nx) as rows. u = −K x. */
  readonly gain: number[][];
  /** Cost-to-go xᵀPx: the terminal weight that makes a finite horizon exact. */
  readonly P: number[][];
  readonly iterations: number;
}

/**
 * Discrete linear-quadratic regulator for Σ xᵀQx + uᵀRu by iterating the Riccati recursion until P stands still.
 * @param A - (nx, nx) as rows; B - (nx, nu).
 * @param Q - (nx, nx), positive semi-definite; R - (nu, nu), positive definite.
 * @throws AppError `invalid_input` naming a matrix whose shape is wrong; `not_converged` when (A, B) cannot be stabilised.
 * @reference Anderson & Moore, Optimal Control (1990), §2.4.
 */
export function lqr(A: Rows, B: Rows, Q: Rows, R: Rows): Lqr {
  const n = A.length;
  const m = R.length;
  for (const [name, a, rows, cols] of [
    ['A', A, n, n],
    ['B', B, n, m],
    ['Q', Q, n, n],
    ['R', R, m, m],
  ] as const)
    if (a.length !== rows || a.some((r) => r.length !== cols))
      throw new AppError('invalid_input', `${name} must be ${rows} x ${cols}`, { field: name });
  const mul = (a: Rows, b: Rows): number[][] =>
    a.map((row) => b[0]!.map((_, j) => row.reduce((s, v, k) => s + v * b[k]![j]!, 0)));
  const tr = (a: Rows): number[][] => a[0]!.map((_, j) => a.map((row) => row[j]!));
  let P: number[][] = Q.map((r) => [...r]);
  for (let iterations = 1; iterations <= 100_000; iterations++) {
    const bp = mul(tr(B), P);
    const s = mul(bp, B).map((row, i) => row.map((v, j) => v + R[i]![j]!));
    const right = mul(bp, A);
    const factor = cholesky(Float64Array.from(s.flat()), m);
    const gain = right.map((row) => [...row]);
    for (let j = 0; j < n; j++) {
      const x = choleskySolve(
        factor,
        right.map((row) => row[j]!),
      );
      for (let i = 0; i < m; i++) gain[i]![j] = x[i]!;
    }
    const next = mul(mul(tr(A), P), A).map((row, i) =>
      row.map((v, j) => v + Q[i]![j]! - right.reduce((t, r, k) => t + r[i]! * gain[k]![j]!, 0)),
    );
    let change = 0;
    let size = 0;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        next[i]![j] = 0.5 * (next[i]![j]! + next[j]![i]!);
        change = Math.max(change, Math.abs(next[i]![j]! - P[i]![j]!));
        size = Math.max(size, Math.abs(next[i]![j]!));
      }
    }
    P = next;
    if (!Number.isFinite(size)) break;
    if (change <= 1e-14 * size) return { gain, P, iterations };
  }
  throw new AppError(
    'not_converged',
    'the Riccati recursion does not settle; some unstable state cannot be reached by the inputs',
  );
}
