import { AppError } from '@/lib/errors';
import {
  applyQt,
  type Matrix,
  matrix,
  multiplyVector,
  qrFactor,
  requireFinite,
  solveR,
  transposeMultiplyVector,
} from '@/lib/numerics';
import { type DifferenceOrder, differenceOperator } from './difference-operator';
import type { LinearProblem } from './tikhonov';

/** Minimum of a problem with an L1 penalty. */
export interface SparseSolution {
  /** (n,). */
  readonly x: Float64Array;
  readonly weight: number;
  /** ‖Ax − b‖². */
  readonly misfit: number;
  /** ‖Lx‖₁. */
  readonly penalty: number;
  /** ½‖Ax − b‖² + μ‖Lx‖₁. */
  readonly objective: number;
  /** Entries of Lx that are not 0, plus the dimension of L's null space: an unbiased count of the parameters that were spent. */
  readonly effectiveParameters: number;
  readonly status: 'converged' | 'max_iterations';
  readonly iterations: number;
  /** Duality gap over the objective at x = 0: the objective is at most this share above its minimum. */
  readonly residual: number;
}

/** Options of the L1 solvers. */
export interface SparseOptions {
  readonly maxIterations?: number;
  /** On the relative duality gap (lasso) or the relative primal and dual residuals (total variation). Default 1e-8. */
  readonly tolerance?: number;
  /** Start, e.g. the solution of the next larger weight. */
  readonly start?: ArrayLike<number>;
}

/** Smallest weight whose lasso solution is 0: ‖Aᵀb‖∞. @reference Friedman, Hastie & Tibshirani, J. Stat. Softw. 33 (2010) 1, §2.5. */
export const largestLassoWeight = (p: LinearProblem): number => Math.max(...transposeMultiplyVector(p.a, p.b).map(Math.abs));

/**
 * Lasso min ½‖Ax − b‖² + μ‖x‖₁ by cyclic coordinate descent, certified by the duality gap.
 * @param problem - A, (m, n), and b, (m,), over σ.
 * @param weight - μ ≥ 0.
 * @throws AppError `invalid_input` for lengths that do not fit, NaN or a negative weight.
 * @reference Friedman, Hastie & Tibshirani, J. Stat. Softw. 33 (2010) 1; gap with θ = s(b − Ax): Kim et al., IEEE J. Sel. Top. Signal Process. 1 (2007)
 * 606.
 */
export function lasso(problem: LinearProblem, weight: number, options: SparseOptions = {}): SparseSolution {
  check(problem, weight);
  const { a } = problem;
  const { rows: m, cols: n } = a;
  const columns = new Float64Array(m * n);
  const square = new Float64Array(n);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      const v = a.data[i * n + j]!;
      columns[j * m + i] = v;
      square[j]! += v * v;
    }
  const x = options.start ? Float64Array.from(options.start) : new Float64Array(n);
  const r = multiplyVector(a, x).map((v, i) => problem.b[i]! - v);
  const b2 = Array.from(problem.b).reduce((s, v) => s + v * v, 0);
  const limit = options.maxIterations ?? 10_000;
  const tolerance = options.tolerance ?? 1e-8;
  let iterations = 0;
  let gap = Number.POSITIVE_INFINITY;
  while (iterations < limit && gap > tolerance) {
    iterations++;
    for (let j = 0; j < n; j++) {
      if (square[j] === 0) continue;
      let g = 0;
      for (let i = 0; i < m; i++) g += columns[j * m + i]! * r[i]!;
      const next = soft(x[j]! + g / square[j]!, weight / square[j]!);
      const move = next - x[j]!;
      if (move === 0) continue;
      x[j] = next;
      for (let i = 0; i < m; i++) r[i]! -= move * columns[j * m + i]!;
    }
    const top = Math.max(...transposeMultiplyVector(a, r).map(Math.abs), 1e-300);
    const s = weight === 0 ? 1 : Math.min(1, weight / top);
    let rr = 0;
    let rb = 0;
    let one = 0;
    for (let i = 0; i < m; i++) {
      rr += r[i]! * r[i]!;
      rb += r[i]! * problem.b[i]!;
    }
    for (const v of x) one += Math.abs(v);
    // without a penalty the dual is the least-squares gradient itself
    gap =
      weight === 0
        ? top / Math.max(largestLassoWeight(problem), 1e-300)
        : (0.5 * rr + weight * one - (s * rb - 0.5 * s * s * rr)) / Math.max(0.5 * b2, 1e-300);
  }
  const misfit = r.reduce((s, v) => s + v * v, 0);
  const penalty = x.reduce((s, v) => s + Math.abs(v), 0);
  return {
    x,
    weight,
    misfit,
    penalty,
    objective: 0.5 * misfit + weight * penalty,
    effectiveParameters: x.reduce((s, v) => s + (v !== 0 ? 1 : 0), 0),
    status: gap <= tolerance ? 'converged' : 'max_iterations',
    iterations,
    residual: gap,
  };
}

/**
 * Total variation min ½‖Ax − b‖² + μ‖Lx‖₁, L the first (piecewise constant) or second (piecewise straight) difference, by the alternating direction method of
 * multipliers with balanced ρ; `residual` is the larger of the relative primal and dual residuals.
 * @param problem - A, (m, n), and b, (m,), over σ.
 * @param weight - μ ≥ 0.
 * @throws AppError `invalid_input` as {@link lasso}; `rank_deficient` when A and L share a null space.
 * @reference Boyd et al., Found. Trends Mach. Learn. 3 (2011) 1, §§3.3–3.4.1, 6.4.1; degrees of freedom: Tibshirani & Taylor, Ann. Stat. 40 (2012) 1198.
 */
export function totalVariation(
  problem: LinearProblem,
  weight: number,
  order: Exclude<DifferenceOrder, 0> = 1,
  options: SparseOptions = {},
): SparseSolution {
  check(problem, weight);
  const { a, b } = problem;
  const n = a.cols;
  const l = differenceOperator(n, order);
  const p = l.rows;
  let rho = Math.max(weight, 1e-12);
  let solve = augmented(a, l, rho);
  let x: Float64Array = options.start ? Float64Array.from(options.start) : new Float64Array(n);
  const z = multiplyVector(l, x);
  const u = new Float64Array(p);
  const limit = options.maxIterations ?? 20_000;
  const tolerance = options.tolerance ?? 1e-8;
  let iterations = 0;
  let residual = Number.POSITIVE_INFINITY;
  while (iterations < limit && residual > tolerance) {
    iterations++;
    x = solve(
      b,
      z.map((v, i) => v - u[i]!),
    );
    const lx = multiplyVector(l, x);
    const dz = new Float64Array(p);
    let primal = 0;
    let sizeP = 1e-12;
    for (let i = 0; i < p; i++) {
      const next = soft(lx[i]! + u[i]!, weight / rho);
      dz[i] = next - z[i]!;
      z[i] = next;
      u[i]! += lx[i]! - next;
      primal += (lx[i]! - next) ** 2;
      sizeP = Math.max(sizeP, Math.abs(lx[i]!), Math.abs(next));
    }
    const back = transposeMultiplyVector(l, dz);
    const dual = transposeMultiplyVector(l, u);
    const np = Math.sqrt(primal / p) / sizeP;
    const sizeD = Math.max(...dual.map(Math.abs), 1e-12 / rho);
    const nd = Math.sqrt(back.reduce((s, v) => s + v * v, 0) / n) / sizeD;
    residual = Math.max(np, nd);
    // keep both residuals alike
    const change = np > 10 * nd ? 2 : nd > 10 * np ? 0.5 : 1;
    if (change !== 1 && iterations % 10 === 0 && iterations < 2000) {
      rho *= change;
      for (let i = 0; i < p; i++) u[i]! /= change;
      solve = augmented(a, l, rho);
    }
  }
  const misfit = multiplyVector(a, x).reduce((s, v, i) => s + (v - b[i]!) ** 2, 0);
  const penalty = multiplyVector(l, x).reduce((s, v) => s + Math.abs(v), 0);
  return {
    x,
    weight,
    misfit,
    penalty,
    objective: 0.5 * misfit + weight * penalty,
    effectiveParameters: order + z.reduce((s, v) => s + (v !== 0 ? 1 : 0), 0),
    status: residual <= tolerance ? 'converged' : 'max_iterations',
    iterations,
    residual,
  };
}

const soft = (v: number, t: number): number => (v > t ? v - t : v < -t ? v + t : 0);

// x = argmin ‖Ax − b‖² + ρ‖Lx − c‖², the factor kept
function augmented(a: Matrix, l: Matrix, rho: number): (b: ArrayLike<number>, c: Float64Array) => Float64Array {
  const root = Math.sqrt(rho);
  const all = matrix(a.rows + l.rows, a.cols);
  all.data.set(a.data);
  for (let i = 0; i < l.data.length; i++) all.data[a.data.length + i] = root * l.data[i]!;
  const f = qrFactor(all);
  const rhs = new Float64Array(all.rows);
  return (b, c) => {
    for (let i = 0; i < a.rows; i++) rhs[i] = b[i]!;
    for (let i = 0; i < c.length; i++) rhs[a.rows + i] = root * c[i]!;
    applyQt(f, rhs);
    return solveR(f, rhs);
  };
}

function check(p: LinearProblem, weight: number): void {
  if (p.b.length !== p.a.rows)
    throw new AppError('invalid_input', `A has ${p.a.rows} rows, b ${p.b.length} values`, { field: 'b' });
  requireFinite('a', p.a.data);
  requireFinite('b', p.b);
  if (!(weight >= 0)) throw new AppError('invalid_input', `weight is ${weight}; give 0 or more`, { field: 'weight' });
}
