import { AppError } from '@/lib/errors';
import { semidefiniteFault } from '@/lib/numerics';

type Rows = readonly (readonly number[])[];

/**
 * Linear MPC: x_{k+1} = A x_k + B u_k, y_k = C x_k. Cost Σ_{k=1..N} (y_k − r_k)ᵀQ(y_k − r_k) + Σ_{k<M} (u_k − uRef)ᵀR(u_k − uRef)
 * + Σ_{k<M} Δu_kᵀ S Δu_k, plus (x_N − xRef)ᵀP(x_N − xRef) when P is given; u_k = u_{M−1} for k >= M. Matrices as rows.
 * @reference Maciejowski, Predictive Control with Constraints (2002), ch. 2; Qin & Badgwell, Control Eng. Practice 11 (2003) 733 (industrial practice).
 */
export interface MpcModel {
  /** (nx, nx). */
  readonly A: Rows;
  /** (nx, nu). */
  readonly B: Rows;
  /** (ny, nx). */
  readonly C: Rows;
  /** Prediction horizon N and control horizon M <= N, in runs. */
  readonly N: number;
  readonly M: number;
  /** Weight of the outputs, (ny, ny). */
  readonly Q: Rows;
  /** Weight of the inputs, (nu, nu). */
  readonly R: Rows;
  /** Weight of the moves, (nu, nu). */
  readonly S: Rows;
  /** Terminal weight of the states, (nx, nx). */
  readonly P?: Rows;
  /** Limits of the inputs, (nu,), input units. */
  readonly uMin?: readonly number[];
  /** (nu,). */
  readonly uMax?: readonly number[];
  /** Limits of the moves from step to step, (nu,), input units. */
  readonly duMin?: readonly number[];
  /** (nu,). */
  readonly duMax?: readonly number[];
  /** Limits of the outputs, (ny,), output units. */
  readonly yMin?: readonly number[];
  /** (ny,). */
  readonly yMax?: readonly number[];
  /** When output limits cannot be met they give way by a slack that costs this much per unit of output squared. Default 1e4 x the largest weight in Q. */
  readonly slackWeight?: number;
}

/** A limit that is active at the solution: input, move or output; step k; component; side. Output steps count from 1. */
export type ActiveLimit = readonly ['u' | 'du' | 'y', number, number, 'min' | 'max'];

/** Plan of inputs with the evidence that it is the optimum. */
export interface MpcSolution {
  /** Inputs u_0 … u_{M−1} and predicted outputs y_1 … y_N. */
  readonly u: number[][];
  readonly y: number[][];
  /** Value of the cost above; without the price of slack. */
  readonly cost: number;
  readonly status: 'converged' | 'softened' | 'infeasible' | 'max_iterations';
  /** Inputs, moves, then outputs, each by step and component. */
  readonly active: readonly ActiveLimit[];
  /** Output limits that had to give way, and by how much; empty unless `softened`. */
  readonly slacks: readonly { readonly limit: ActiveLimit; readonly by: number }[];
  readonly iterations: number;
  readonly kktResidual: number;
}

/** A price is symmetric and not negative in any direction. @throws AppError `invalid_input` naming the matrix. */
function checkWeight(name: string, w: Rows): void {
  const bad = (what: string) => new AppError('invalid_input', `${name}${what}`, { field: name });
  const fault = semidefiniteFault(Float64Array.from(w.flat()), w.length);
  if (fault === null) return;
  if ('eigenvalue' in fault)
    throw bad(
      ` has the eigenvalue ${fault.eigenvalue}: in that direction it would reward a deviation; give a weight without negative eigenvalues`,
    );
  const { row: i, column: j } = fault;
  throw bad(`[${i}][${j}] = ${w[i]![j]} and ${name}[${j}][${i}] = ${w[j]![i]} differ; a weight is symmetric`);
}

/** Bounds have one entry a component and do not cross; an infinite one is none. */
function checkBounds(m: MpcModel, nu: number, ny: number): void {
  for (const [kind, n] of [
    ['u', nu],
    ['du', nu],
    ['y', ny],
  ] as const) {
    const [low, high] = [`${kind}Min`, `${kind}Max`] as const;
    for (const name of [low, high] as const) {
      const v = m[name];
      if (v && (v.length !== n || v.some(Number.isNaN)))
        throw new AppError('invalid_input', `${name} needs ${n} values, got ${v.join(', ')}`, { field: name });
    }
    m[low]?.forEach((v, i) => {
      const top = m[high]?.[i] ?? Number.POSITIVE_INFINITY;
      if (v > top)
        throw new AppError('invalid_input', `${low}[${i}] = ${v} lies above ${high}[${i}] = ${top}; exchange them`, {
          field: low,
        });
    });
  }
}

/** Sizes of a model, shapes and bounds checked. @throws AppError `invalid_input` naming the matrix whose shape is wrong, or the bounds that cross. */
export function mpcSizes(m: MpcModel): { nx: number; nu: number; ny: number } {
  const nx = m.A.length;
  const nu = m.B[0]?.length ?? 0;
  const ny = m.C.length;
  const shape = (name: string, a: Rows, rows: number, cols: number): void => {
    if (a.length !== rows || a.some((r) => r.length !== cols))
      throw new AppError('invalid_input', `${name} must be ${rows} x ${cols}`, { field: name });
  };
  shape('A', m.A, nx, nx);
  shape('B', m.B, nx, nu);
  shape('C', m.C, ny, nx);
  shape('Q', m.Q, ny, ny);
  shape('R', m.R, nu, nu);
  shape('S', m.S, nu, nu);
  if (m.P) shape('P', m.P, nx, nx);
  for (const name of ['Q', 'R', 'S', 'P'] as const) if (m[name]) checkWeight(name, m[name]);
  checkBounds(m, nu, ny);
  if (!Number.isInteger(m.N) || !Number.isInteger(m.M) || m.M < 1 || m.N < m.M)
    throw new AppError('invalid_input', `horizons must be integers with 1 <= M <= N, got N = ${m.N}, M = ${m.M}`, { field: 'N' });
  return { nx, nu, ny };
}
