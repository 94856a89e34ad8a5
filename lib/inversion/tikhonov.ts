import { AppError } from '@/lib/errors';
import {
  applyQt,
  inverseR,
  type Matrix,
  matrix,
  multiply,
  multiplyVector,
  type Qr,
  qrFactor,
  requireFinite,
  solveR,
  transpose,
  transposeMultiplyVector,
  upperR,
} from '@/lib/numerics';
import { type DifferenceOrder, differenceOperator } from './difference-operator';

/** A linear problem b = A·x + noise, A and b divided by σ. */
export interface LinearProblem {
  /** (m, n), weighted: rows over σ. */
  readonly a: Matrix;
  /** (m,), weighted. */
  readonly b: ArrayLike<number>;
}

/** Minimum of a problem with a Tikhonov penalty. */
export interface TikhonovSolution {
  /** (n,). */
  readonly x: Float64Array;
  /** μ. */
  readonly weight: number;
  /** ‖Ax − b‖². */
  readonly misfit: number;
  /** ‖Lx‖². */
  readonly penalty: number;
  /** Trace of the influence matrix: parameters that the data effectively determine. */
  readonly effectiveParameters: number;
  /** m·‖Ax − b‖²/(m − effective parameters)². */
  readonly gcv: number;
  /** Curvature of the curve (ln ‖Ax − b‖, ln ‖Lx‖); largest at its corner. NaN where a norm is 0. */
  readonly curvature: number;
  /** Covariance of x for noise of σ = 1: x's scatter, without the bias that the penalty brings. */
  readonly covariance: Float64Array;
  /** ‖Aᵀ(Ax − b) + μLᵀLx‖∞ over ‖Aᵀb‖∞: 0 at the minimum. */
  readonly residual: number;
}

/**
 * Solver of min ‖Ax − b‖² + μ‖Lx‖² for many weights μ: A is reduced to its triangle once, every weight costs a QR of [R; √μ L].
 * @param problem - A, (m, n), and b, (m,), over σ.
 * @returns a function of μ ≥ 0.
 * @throws AppError `invalid_input` for lengths that do not fit, m < 1 or NaN; `rank_deficient` from the returned function when A and L share a null
 * space.
 * @reference Hansen, Rank-Deficient and Discrete Ill-Posed Problems (1998), §§4.1, 5.1; curvature with ρ′ = −μη′: Hansen, The L-curve and its use (2001), §3;
 * GCV: Golub, Heath & Wahba, Technometrics 21 (1979) 215.
 */
export function tikhonov(problem: LinearProblem, order: DifferenceOrder = 0): (weight: number) => TikhonovSolution {
  const { a } = problem;
  const { rows: m, cols: n } = a;
  if (problem.b.length !== m)
    throw new AppError('invalid_input', `A has ${m} rows, b ${problem.b.length} values`, { field: 'b' });
  requireFinite('a', a.data);
  requireFinite('b', problem.b);
  const l = differenceOperator(n, order);
  const b = Float64Array.from(problem.b);
  // reduce a tall problem; what Qᵀb loses is a constant of the misfit
  let top: Matrix = a;
  let rhs = b;
  let lost = 0;
  if (m > n) {
    const f = qrFactor(a);
    const c = b.slice();
    applyQt(f, c);
    top = upperR(f);
    rhs = c.slice(0, n);
    for (let i = n; i < m; i++) lost += c[i]! * c[i]!;
  }
  const scale = Math.max(...transposeMultiplyVector(a, b).map(Math.abs), 1e-300);
  return (weight) => {
    if (!(weight >= 0)) throw new AppError('invalid_input', `weight is ${weight}; give 0 or more`, { field: 'weight' });
    const f = qrFactor(stack(top, l, Math.sqrt(weight)));
    refuseSingular(f);
    const c = new Float64Array(top.rows + l.rows);
    c.set(rhs);
    applyQt(f, c);
    const x = solveR(f, c);
    const r = multiplyVector(top, x).map((v, i) => v - rhs[i]!);
    const lx = multiplyVector(l, x);
    const misfit = r.reduce((s, v) => s + v * v, lost);
    const penalty = lx.reduce((s, v) => s + v * v, 0);
    const inverse = inverseR(f);
    const spread = multiply(top, inverse);
    const effectiveParameters = spread.data.reduce((s, v) => s + v * v, 0);
    const half = multiply(inverse, transpose(spread));
    const covariance = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        for (let k = 0; k < top.rows; k++) covariance[i * n + j]! += half.data[i * top.rows + k]! * half.data[j * top.rows + k]!;
    const ltlx = transposeMultiplyVector(l, lx);
    const gradient = transposeMultiplyVector(
      a,
      multiplyVector(a, x).map((v, i) => v - b[i]!),
    ).map((v, j) => v + weight * ltlx[j]!);
    return {
      x,
      weight,
      misfit,
      penalty,
      effectiveParameters,
      gcv: (m * misfit) / Math.max(m - effectiveParameters, 1e-12) ** 2,
      curvature: curvatureOf(weight, misfit, penalty, ltlx, inverse),
      covariance,
      residual: Math.max(...gradient.map(Math.abs)) / scale,
    };
  };
}

function refuseSingular(f: Qr): void {
  const n = f.cols;
  let largest = 0;
  for (let j = 0; j < n; j++) largest = Math.max(largest, Math.abs(f.factors[j * (n + 1)]!));
  for (let j = 0; j < n; j++)
    if (!(Math.abs(f.factors[j * (n + 1)]!) > 1e-14 * largest))
      throw new AppError('rank_deficient', `unknown ${j} is fixed neither by the data nor by the penalty; raise the weight`, {
        column: j,
      });
}

// η′ = −2 (LᵀLx)ᵀ(AᵀA + μLᵀL)⁻¹(LᵀLx); the second derivative cancels because ρ′ = −μη′.
function curvatureOf(mu: number, rho: number, eta: number, ltlx: Float64Array, inverse: Matrix): number {
  if (!(rho > 0 && eta > 0 && mu > 0)) return Number.NaN;
  const y = transposeMultiplyVector(inverse, ltlx);
  const slope = -2 * y.reduce((s, v) => s + v * v, 0);
  const bend = 1 + (mu * slope) / eta + (mu * mu * slope) / rho;
  return (2 * bend) / (-slope * rho * eta * ((mu / rho) ** 2 + 1 / eta ** 2) ** 1.5);
}

function stack(a: Matrix, l: Matrix, factor: number): Matrix {
  const out = matrix(a.rows + l.rows, a.cols);
  out.data.set(a.data);
  for (let i = 0; i < l.data.length; i++) out.data[a.data.length + i] = factor * l.data[i]!;
  return out;
}
