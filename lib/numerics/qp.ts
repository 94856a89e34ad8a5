import { AppError } from '@/lib/errors';
import { cholesky } from './cholesky';
import { ActiveSet, DEPENDENT } from './qp-active-set';

/** Factor of the Hessian, reused by every problem with the same H. */
export interface QpHessian {
  readonly n: number;
  /** H, row-major (n, n). */
  readonly h: Float64Array;
  /** L⁻ᵀ of H = L Lᵀ, row-major (n, n). */
  readonly j: Float64Array;
}

/** Linear term and constraints of a quadratic program. */
export interface QpProblem {
  /** (n,). */
  readonly g: ArrayLike<number>;
  /** Rows c_i with c_iᵀx >= d_i, row-major (m, n). */
  readonly c: Float64Array;
  /** (m,). */
  readonly d: ArrayLike<number>;
  /** The first `equalities` rows hold with equality. Default 0. */
  readonly equalities?: number;
  /** Rows to look at first: the active set of a similar problem. */
  readonly warmStart?: readonly number[];
}

/** Optimum of a quadratic program. */
export interface QpSolution {
  /** (n,). */
  readonly x: Float64Array;
  readonly status: 'converged' | 'infeasible' | 'max_iterations';
  readonly iterations: number;
  readonly objective: number;
  /** Active rows and their multipliers (>= 0 for inequalities). */
  readonly active: readonly number[];
  readonly multipliers: Float64Array;
  /** Largest violation of the optimality conditions: stationarity (relative), feasibility, complementarity. Check it before use. */
  readonly kktResidual: number;
}

/** Prepare a Hessian. @param h - H, row-major (n, n), symmetric. @throws AppError `not_positive_definite`: add weight to the moves. */
export function qpHessian(h: Float64Array, n: number): QpHessian {
  const { l } = cholesky(h, n);
  const j = new Float64Array(n * n);
  for (let c = 0; c < n; c++) {
    j[c * n + c] = 1 / l[c * n + c]!;
    for (let i = c + 1; i < n; i++) {
      let s = 0;
      for (let k = c; k < i; k++) s += l[i * n + k]! * j[c * n + k]!; // row c of J is column c of L⁻¹
      j[c * n + i] = -s / l[i * n + i]!;
    }
  }
  return { n, h, j };
}

// A row counts as violated below −1e-10 of its scale: three digits above rounding, seven below engineering relevance.
const FEASIBLE = 1e-10;

/**
 * Strictly convex quadratic program min ½xᵀHx + gᵀx, c_iᵀx >= d_i, by the dual active-set method: it starts at the unconstrained minimum and
 * adds one violated row at a time, so few active rows mean few steps and no feasible start is needed.
 * @returns x, (n,); look at `status` and `kktResidual`.
 * @throws AppError `dimension_mismatch`. Infeasible problems are reported in `status`, not thrown.
 * @complexity O(n² + mn) a step.
 * @reference Goldfarb & Idnani, Mathematical Programming 27 (1983) 1.
 */
export function solveQp(hessian: QpHessian, problem: QpProblem): QpSolution {
  const { n } = hessian;
  const { c, d } = problem;
  const m = d.length;
  if (problem.g.length !== n || c.length !== m * n)
    throw new AppError('dimension_mismatch', `H is ${n} x ${n}, g has ${problem.g.length}, C ${c.length}, d ${m} values`);
  const j = hessian.j.slice();
  const x = new Float64Array(n);
  const work = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    let s = 0;
    for (let i = 0; i < n; i++) s += j[i * n + k]! * problem.g[i]!;
    work[k] = -s;
  }
  for (let i = 0; i < n; i++) for (let k = 0; k < n; k++) x[i]! += j[i * n + k]! * work[k]!;
  const rows = sparseRows(c, d, n);
  const scale = new Float64Array(m);
  for (let i = 0; i < m; i++) {
    let s = 0;
    for (let k = rows.start[i]!; k < rows.start[i + 1]!; k++) s += rows.value[k]! ** 2;
    scale[i] = Math.sqrt(s) || 1;
  }
  const set = new ActiveSet(n, j);
  const equalities = problem.equalities ?? 0;
  const preferred = problem.warmStart ?? [];
  const limit = 50 * (n + m) + 100;
  let iterations = 0;
  let status: QpSolution['status'] = 'converged';
  for (;;) {
    const p = mostViolated(rows, x, scale, set, equalities, preferred);
    if (p < 0) break;
    if (++iterations > limit) {
      status = 'max_iterations';
      break;
    }
    if (!addRow(set, rows, x, p, equalities, () => ++iterations <= limit)) {
      status = iterations > limit ? 'max_iterations' : 'infeasible';
      break;
    }
  }
  const multipliers = Float64Array.from(set.u.subarray(0, set.size), (u, k) => u * set.sign[k]!);
  const active = Array.from(set.rows.subarray(0, set.size));
  return {
    x,
    status,
    iterations,
    objective: objective(hessian, problem.g, x),
    active,
    multipliers,
    kktResidual: kkt(hessian, problem, rows, x, active, multipliers, scale, equalities),
  };
}

/** The non-zero entries of C row by row: bounds and rate limits have one or two of them. */
interface SparseRows {
  readonly start: Int32Array;
  readonly column: Int32Array;
  readonly value: Float64Array;
  readonly d: ArrayLike<number>;
}

function sparseRows(c: Float64Array, d: ArrayLike<number>, n: number): SparseRows {
  const m = d.length;
  const start = new Int32Array(m + 1);
  const column = new Int32Array(c.length);
  const value = new Float64Array(c.length);
  let at = 0;
  for (let i = 0; i < m; i++) {
    for (let k = 0; k < n; k++) {
      const v = c[i * n + k]!;
      if (v === 0) continue;
      column[at] = k;
      value[at++] = v;
    }
    start[i + 1] = at;
  }
  return { start, column, value, d };
}

function slack(r: SparseRows, x: Float64Array, i: number): number {
  let s = -r.d[i]!;
  for (let k = r.start[i]!; k < r.start[i + 1]!; k++) s += r.value[k]! * x[r.column[k]!]!;
  return s;
}

function mostViolated(
  rows: SparseRows,
  x: Float64Array,
  scale: Float64Array,
  set: ActiveSet,
  equalities: number,
  preferred: readonly number[],
): number {
  const { d } = rows;
  const violation = (i: number): number => {
    const s = slack(rows, x, i) / scale[i]!;
    const size = 1 + Math.abs(d[i]!) / scale[i]!;
    return (i < equalities ? -Math.abs(s) : s) / size;
  };
  for (let i = 0; i < equalities; i++) if (!set.has(i) && violation(i) < -FEASIBLE) return i;
  for (const i of preferred) if (i < d.length && !set.has(i) && violation(i) < -FEASIBLE) return i;
  let best = -1;
  let worst = -FEASIBLE;
  for (let i = equalities; i < d.length; i++) {
    if (set.has(i)) continue;
    const v = violation(i);
    if (v < worst) {
      worst = v;
      best = i;
    }
  }
  return best;
}

// Goldfarb & Idnani, step 2: move until row p holds, dropping rows whose multiplier would turn negative on the way.
function addRow(
  set: ActiveSet,
  rows: SparseRows,
  x: Float64Array,
  p: number,
  equalities: number,
  proceed: () => boolean,
): boolean {
  const { n, j, d, r, u } = set;
  const z = new Float64Array(n);
  const step = new Float64Array(n);
  const sign = p < equalities && slack(rows, x, p) > 0 ? -1 : 1;
  let multiplier = 0;
  do {
    const q = set.size;
    for (let k = 0; k < n; k++) {
      let s = 0;
      for (let e = rows.start[p]!; e < rows.start[p + 1]!; e++) s += j[rows.column[e]! * n + k]! * rows.value[e]!;
      d[k] = sign * s;
    }
    let outside = 0;
    let inside = 0;
    for (let k = 0; k < n; k++) {
      inside += d[k]! ** 2;
      if (k >= q) outside += d[k]! ** 2;
    }
    for (let i = 0; i < n; i++) {
      let s = 0;
      for (let k = q; k < n; k++) s += j[i * n + k]! * d[k]!;
      z[i] = s;
    }
    for (let i = q - 1; i >= 0; i--) {
      let s = d[i]!;
      for (let k = i + 1; k < q; k++) s -= r[i * n + k]! * step[k]!;
      step[i] = s / r[i * n + i]!;
    }
    let t1 = Number.POSITIVE_INFINITY;
    let drop = -1;
    for (let k = 0; k < q; k++) {
      if (set.rows[k]! < equalities || !(step[k]! > 0)) continue;
      const t = u[k]! / step[k]!;
      if (t < t1) {
        t1 = t;
        drop = k;
      }
    }
    const short = sign * slack(rows, x, p);
    const t2 = outside > DEPENDENT ** 2 * inside && outside > 0 ? -short / outside : Number.POSITIVE_INFINITY;
    const t = Math.min(t1, t2);
    if (t === Number.POSITIVE_INFINITY) return false;
    if (t2 !== Number.POSITIVE_INFINITY) for (let i = 0; i < n; i++) x[i]! += t * z[i]!;
    for (let k = 0; k < q; k++) u[k]! -= t * step[k]!;
    multiplier += t;
    if (t === t2) return set.add(p, sign, multiplier);
    set.remove(drop);
  } while (proceed());
  return false;
}

function objective(h: QpHessian, g: ArrayLike<number>, x: Float64Array): number {
  let s = 0;
  for (let i = 0; i < h.n; i++) {
    let t = 0;
    for (let k = 0; k < h.n; k++) t += h.h[i * h.n + k]! * x[k]!;
    s += x[i]! * (0.5 * t + g[i]!);
  }
  return s;
}

function kkt(
  h: QpHessian,
  p: QpProblem,
  rows: SparseRows,
  x: Float64Array,
  active: readonly number[],
  u: Float64Array,
  scale: Float64Array,
  equalities: number,
): number {
  const { n } = h;
  let worst = 0;
  let size = 1e-300;
  const gradient = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let t = p.g[i]!;
    for (let k = 0; k < n; k++) t += h.h[i * n + k]! * x[k]!;
    gradient[i] = t;
    size = Math.max(size, Math.abs(t), Math.abs(p.g[i]!));
    active.forEach((row, a) => {
      gradient[i]! -= u[a]! * p.c[row * n + i]!;
    });
  }
  for (let i = 0; i < n; i++) worst = Math.max(worst, Math.abs(gradient[i]!) / size);
  for (let i = 0; i < p.d.length; i++) {
    const s = slack(rows, x, i) / scale[i]!;
    worst = Math.max(worst, i < equalities ? Math.abs(s) : -s);
  }
  active.forEach((row, a) => {
    if (row >= equalities) worst = Math.max(worst, -u[a]! / size, Math.abs(slack(rows, x, row)) / scale[row]!);
  });
  return worst;
}
