import { AppError } from '@/lib/errors';
import { matrix } from './matrix';
import { applyQt, inverseR, qrFactor, solveR } from './qr';

/** Options of {@link levenbergMarquardt}. */
export interface LevenbergOptions {
  /** (n,); `upper` likewise. */
  readonly lower?: ArrayLike<number>;
  readonly upper?: ArrayLike<number>;
  readonly maxIterations?: number;
  /** Writes J (m, n) row-major, J_ij = ∂r_i/∂p_j; without it central differences are taken. */
  readonly jacobian?: (p: Float64Array, out: Float64Array) => void;
  /** Relative change of the cost, and of the parameters, below which it has converged. Default 1e-12. */
  readonly tolerance?: number;
}

/** Minimum of a nonlinear least-squares problem. */
export interface LevenbergResult {
  /** (n,). */
  readonly parameters: Float64Array;
  /** Σ r². */
  readonly cost: number;
  /**
   * (JᵀJ)⁻¹ over the parameters not at a bound; rows of the others are 0. Multiply by cost/dof when the residuals are not in sigmas.
   * Computed when it is read; that throws `rank_deficient` where the data cannot tell parameters apart.
   */
  readonly covariance: Float64Array;
  readonly atBound: readonly boolean[];
  /** (m,). */
  readonly residuals: Float64Array;
  readonly status: 'converged' | 'max_iterations';
  readonly iterations: number;
  readonly evaluations: number;
  /** Largest cosine between the residual and a column of J: 0 at a minimum. */
  readonly residual: number;
}

/**
 * Nonlinear least squares min Σ r_i(p)² with bounds by Levenberg–Marquardt: the damped step comes from QR of [J; √μ D], D the column norms, so
 * that JᵀJ is never formed; steps are cut at the bounds. A parameter whose column of J vanishes is held for that step; at a bound it counts as at the
 * bound.
 * @param residuals - writes r (m,) for parameters p.
 * @param start - (n,).
 * @param m - number of residuals.
 * @returns parameters, (n,); look at `status`.
 * @throws AppError `invalid_input` when m < n or r is not finite at the start.
 * @reference Marquardt, J. SIAM 11 (1963) 431; Moré, Lecture Notes in Math. 630 (1978) 105; gain ratio rule of Nielsen (1999).
 */
export function levenbergMarquardt(
  residuals: (p: Float64Array, out: Float64Array) => void,
  start: ArrayLike<number>,
  m: number,
  options: LevenbergOptions = {},
): LevenbergResult {
  const n = start.length;
  if (m < n)
    throw new AppError('invalid_input', `${m} residuals cannot determine ${n} parameters; add data or fix parameters`, { m, n });
  const lo = (i: number): number => options.lower?.[i] ?? Number.NEGATIVE_INFINITY;
  const hi = (i: number): number => options.upper?.[i] ?? Number.POSITIVE_INFINITY;
  let p = Float64Array.from(start, (v, i) => Math.min(Math.max(v, lo(i)), hi(i)));
  let r = new Float64Array(m);
  let evaluations = 0;
  const cost = (at: Float64Array, out: Float64Array): number => {
    residuals(at, out);
    evaluations++;
    let s = 0;
    for (let i = 0; i < m; i++) s += out[i]! * out[i]!;
    return s;
  };
  let f = cost(p, r);
  if (!Number.isFinite(f))
    throw new AppError('invalid_input', 'the residuals are not finite at the start; choose another start', {
      start: Array.from(p),
    });
  const j = new Float64Array(m * n);
  const jacobian = (): void => {
    if (options.jacobian) options.jacobian(p, j);
    else evaluations += differences(residuals, p, m, lo, hi, j);
  };
  jacobian();
  let mu = 1e-3;
  let growth = 2;
  const limit = options.maxIterations ?? 200;
  const tolerance = options.tolerance ?? 1e-12;
  let iterations = 0;
  let status: LevenbergResult['status'] = 'max_iterations';
  while (iterations < limit) {
    iterations++;
    const free = freeParameters(p, j, r, m, lo, hi);
    if (free.length === 0 || cosine(j, r, m, n, free) < 1e-13) {
      status = 'converged';
      break;
    }
    const step = dampedStep(j, r, m, n, free, mu);
    const next = p.map((v, i) => Math.min(Math.max(v + step[i]!, lo(i)), hi(i)));
    const trial = new Float64Array(m);
    const fNext = cost(next, trial);
    let predicted = f;
    for (let i = 0; i < m; i++) {
      let s = r[i]!;
      for (let k = 0; k < n; k++) s += j[i * n + k]! * (next[k]! - p[k]!);
      predicted -= s * s;
    }
    let moved = 0;
    for (let k = 0; k < n; k++) moved = Math.max(moved, Math.abs(next[k]! - p[k]!) / (Math.abs(p[k]!) + 1e-12));
    if (fNext < f && predicted > 0) {
      const ratio = (f - fNext) / predicted;
      const small = f - fNext <= tolerance * f && predicted <= tolerance * f;
      p = next;
      r = trial;
      f = fNext;
      mu = Math.max(1e-15, mu * Math.max(1 / 3, 1 - (2 * ratio - 1) ** 3));
      growth = 2;
      jacobian();
      if (small || moved <= tolerance) {
        status = 'converged';
        break;
      }
    } else {
      if (moved <= tolerance || mu > 1e20) {
        status = 'converged';
        break;
      }
      mu *= growth;
      growth *= 2;
    }
  }
  const free = freeParameters(p, j, r, m, lo, hi);
  return {
    parameters: p,
    cost: f,
    get covariance() {
      return covarianceOf(j, m, n, free);
    },
    atBound: Array.from({ length: n }, (_, i) => !free.includes(i)),
    residuals: r,
    status,
    iterations,
    evaluations,
    residual: cosine(j, r, m, n, free),
  };
}

function differences(
  residuals: (p: Float64Array, out: Float64Array) => void,
  p: Float64Array,
  m: number,
  lo: (i: number) => number,
  hi: (i: number) => number,
  j: Float64Array,
): number {
  const n = p.length;
  const a = new Float64Array(m);
  const b = new Float64Array(m);
  for (let k = 0; k < n; k++) {
    const h = 6e-6 * Math.max(Math.abs(p[k]!), 1e-3);
    const q = p.slice();
    q[k] = Math.min(p[k]! + h, hi(k));
    const up = q[k]!;
    residuals(q, a);
    q[k] = Math.max(p[k]! - h, lo(k));
    residuals(q, b);
    const width = up - q[k]!;
    for (let i = 0; i < m; i++) j[i * n + k] = width > 0 ? (a[i]! - b[i]!) / width : 0;
  }
  return 2 * n;
}

// Parameters that are inside their bounds or want to move inwards; at a bound a vanishing derivative wants nothing.
function freeParameters(
  p: Float64Array,
  j: Float64Array,
  r: Float64Array,
  m: number,
  lo: (i: number) => number,
  hi: (i: number) => number,
): number[] {
  const n = p.length;
  const out: number[] = [];
  for (let k = 0; k < n; k++) {
    let g = 0;
    let isDead = true;
    for (let i = 0; i < m; i++) {
      g += j[i * n + k]! * r[i]!;
      isDead &&= j[i * n + k] === 0;
    }
    if (!((p[k]! <= lo(k) && (g > 0 || isDead)) || (p[k]! >= hi(k) && (g < 0 || isDead)))) out.push(k);
  }
  return out;
}

function cosine(j: Float64Array, r: Float64Array, m: number, n: number, free: readonly number[]): number {
  let rr = 0;
  for (let i = 0; i < m; i++) rr += r[i]! * r[i]!;
  let worst = 0;
  for (const k of free) {
    let g = 0;
    let c = 0;
    for (let i = 0; i < m; i++) {
      g += j[i * n + k]! * r[i]!;
      c += j[i * n + k]! ** 2;
    }
    if (c > 0 && rr > 0) worst = Math.max(worst, Math.abs(g) / Math.sqrt(c * rr));
  }
  return worst;
}

function dampedStep(j: Float64Array, r: Float64Array, m: number, n: number, free: readonly number[], mu: number): Float64Array {
  const q = free.length;
  const a = matrix(m + q, q);
  const b = new Float64Array(m + q);
  const norm = new Float64Array(q);
  for (let i = 0; i < m; i++) {
    b[i] = -r[i]!;
    for (let k = 0; k < q; k++) {
      const v = j[i * n + free[k]!]!;
      a.data[i * q + k] = v;
      norm[k]! += v * v;
    }
  }
  for (let k = 0; k < q; k++) a.data[(m + k) * q + k] = Math.sqrt(mu * norm[k]!) || 1;
  const f = qrFactor(a);
  applyQt(f, b);
  const x = solveR(f, b);
  const out = new Float64Array(n);
  free.forEach((k, i) => {
    out[k] = x[i]!;
  });
  return out;
}

function covarianceOf(j: Float64Array, m: number, n: number, free: readonly number[]): Float64Array {
  const q = free.length;
  const out = new Float64Array(n * n);
  if (q === 0) return out;
  const a = matrix(m, q);
  for (let i = 0; i < m; i++) for (let k = 0; k < q; k++) a.data[i * q + k] = j[i * n + free[k]!]!;
  const r = inverseR(qrFactor(a)).data;
  for (let u = 0; u < q; u++) {
    for (let v = 0; v < q; v++) {
      let s = 0;
      for (let k = 0; k < q; k++) s += r[u * q + k]! * r[v * q + k]!;
      out[free[u]! * n + free[v]!] = s;
    }
  }
  return out;
}
