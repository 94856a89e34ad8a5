import { AppError } from '@/lib/errors';
import { dot } from './matrix';

/** Minimum of a function. */
export interface MinimiseResult {
  /** (n,). */
  readonly x: Float64Array;
  readonly f: number;
  readonly status: 'converged' | 'max_iterations';
  readonly iterations: number;
  readonly evaluations: number;
  /** Largest component of the projected gradient (L-BFGS) or spread of the simplex values (simplex search). */
  readonly residual: number;
}

/** Options of {@link minimiseBounded}. */
export interface BoundedOptions {
  /** (n,); `upper` likewise. */
  readonly lower?: ArrayLike<number>;
  readonly upper?: ArrayLike<number>;
  readonly maxIterations?: number;
  /** Stop when no component of the projected gradient exceeds this. Default 1e-8 of 1 + |f|. */
  readonly gradientTolerance?: number;
  /** Pairs kept. Default 10. */
  readonly memory?: number;
}

// A decrease below this share of f cannot be distinguished from the rounding of a factorised likelihood or a sum of squares.
const ROUNDING = 1e-13;

/**
 * Bounded L-BFGS: quasi-Newton direction in the free variables, projected backtracking line search. Variables at a bound whose gradient
 * points outwards are held.
 * @param evaluate - writes the gradient into its second argument and returns f; may return Infinity outside its domain.
 * @param start - (n,).
 * @returns the best point with its evidence; look at `status`.
 * @throws AppError `invalid_input` when f is not finite at the start.
 * @reference Nocedal & Wright, Numerical Optimization, 2nd ed. (2006), Alg. 7.4; projection as in Bertsekas, SIAM J. Control Optim. 20 (1982) 221.
 */
export function minimiseBounded(
  evaluate: (x: Float64Array, gradient: Float64Array) => number,
  start: ArrayLike<number>,
  options: BoundedOptions = {},
): MinimiseResult {
  const n = start.length;
  const lo = (i: number): number => options.lower?.[i] ?? Number.NEGATIVE_INFINITY;
  const hi = (i: number): number => options.upper?.[i] ?? Number.POSITIVE_INFINITY;
  const clamp = (x: Float64Array): Float64Array => x.map((v, i) => Math.min(Math.max(v, lo(i)), hi(i)));
  let x = clamp(Float64Array.from(start));
  let g = new Float64Array(n);
  let f = evaluate(x, g);
  if (!Number.isFinite(f))
    throw new AppError('invalid_input', `the function is ${f} at the start; choose another start`, { start: Array.from(x) });
  let evaluations = 1;
  const limit = options.maxIterations ?? 500;
  const history: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  const memory = options.memory ?? 10;
  const projected = (): number => {
    let worst = 0;
    for (let i = 0; i < n; i++) worst = Math.max(worst, Math.abs(Math.min(Math.max(x[i]! - g[i]!, lo(i)), hi(i)) - x[i]!));
    return worst;
  };
  let iterations = 0;
  let residual = projected();
  for (; iterations < limit; iterations++) {
    residual = projected();
    if (residual <= (options.gradientTolerance ?? 1e-8 * (1 + Math.abs(f))))
      return { x, f, status: 'converged', iterations, evaluations, residual };
    const free = Array.from({ length: n }, (_, i) => !((x[i]! <= lo(i) && g[i]! > 0) || (x[i]! >= hi(i) && g[i]! < 0)));
    let p = direction(g, free, history);
    if (!(dot(p, g) < 0)) {
      history.length = 0;
      p = g.map((v, i) => (free[i] ? -v : 0));
    }
    const size = Math.sqrt(dot(p, p));
    let t = history.length === 0 ? Math.min(1, 1 / size) : 1;
    let next = x;
    let fNext = Number.POSITIVE_INFINITY;
    const gNext = new Float64Array(n);
    let accepted = false;
    for (let k = 0; k < 50; k++, t *= 0.5) {
      next = clamp(x.map((v, i) => v + t * p[i]!));
      let slope = 0;
      for (let i = 0; i < n; i++) slope += g[i]! * (next[i]! - x[i]!);
      fNext = evaluate(next, gNext);
      evaluations++;
      if (fNext <= f + 1e-4 * slope && slope < 0) {
        accepted = true;
        break;
      }
      if (Math.abs(slope) <= ROUNDING * (1 + Math.abs(f))) break;
    }
    if (!accepted) {
      if (history.length === 0) break; // steepest descent cannot improve any more: rounding level
      history.length = 0;
      continue;
    }
    const s = next.map((v, i) => v - x[i]!);
    const y = gNext.map((v, i) => v - g[i]!);
    const sy = dot(s, y);
    if (sy > 1e-12 * Math.sqrt(dot(s, s) * dot(y, y))) {
      history.push({ s, y, rho: 1 / sy });
      if (history.length > memory) history.shift();
    }
    const gain = f - fNext;
    x = next;
    f = fNext;
    g = gNext;
    if (gain <= 1e-15 * Math.abs(f) && projected() <= 1e-5 * (1 + Math.abs(f))) break;
  }
  residual = projected();
  return { x, f, status: iterations < limit ? 'converged' : 'max_iterations', iterations, evaluations, residual };
}

// Two-loop recursion on the free variables; held ones keep direction 0.
function direction(
  g: Float64Array,
  free: readonly boolean[],
  history: readonly { s: Float64Array; y: Float64Array; rho: number }[],
): Float64Array {
  const q = g.map((v, i) => (free[i] ? v : 0));
  const alpha = new Float64Array(history.length);
  for (let k = history.length - 1; k >= 0; k--) {
    const { s, y, rho } = history[k]!;
    alpha[k] = rho * dot(s, q);
    for (let i = 0; i < q.length; i++) q[i]! -= alpha[k]! * y[i]!;
  }
  const last = history.at(-1);
  const scale = last ? 1 / (last.rho * dot(last.y, last.y)) : 1;
  for (let i = 0; i < q.length; i++) q[i]! *= scale;
  for (let k = 0; k < history.length; k++) {
    const { s, y, rho } = history[k]!;
    const beta = rho * dot(y, q);
    for (let i = 0; i < q.length; i++) q[i]! += (alpha[k]! - beta) * s[i]!;
  }
  return q.map((v, i) => (free[i] ? -v : 0));
}

/** Options of {@link minimiseSimplex}. */
export interface SimplexOptions {
  /** Edge of the first simplex along each variable, (n,). */
  readonly step?: ArrayLike<number>;
  readonly maxEvaluations?: number;
  /** Stop when the simplex values differ by less than this. Default 1e-13 of 1 + |f|. */
  readonly tolerance?: number;
}

/**
 * Nelder–Mead simplex search with restarts at its own result until a restart no longer helps: for few variables without gradients.
 * @param start - (n,).
 * @returns the best point; look at `status`.
 * @reference Nelder & Mead, Computer J. 7 (1965) 308; adaptive coefficients not used; restarts: Press et al., Numerical Recipes, §10.5.
 */
export function minimiseSimplex(
  evaluate: (x: Float64Array) => number,
  start: ArrayLike<number>,
  options: SimplexOptions = {},
): MinimiseResult {
  const limit = options.maxEvaluations ?? 4000;
  let best: Float64Array = Float64Array.from(start);
  let f = evaluate(best);
  let evaluations = 1;
  let iterations = 0;
  let residual = Number.POSITIVE_INFINITY;
  for (let restart = 0; restart < 6 && evaluations < limit; restart++) {
    const r = simplexRun(evaluate, best, f, options, limit - evaluations, 0.5 ** restart);
    evaluations += r.evaluations;
    iterations += r.iterations;
    residual = r.residual;
    const gain = f - r.f;
    best = r.x;
    f = r.f;
    if (restart > 0 && !(gain > 1e-12 * (1 + Math.abs(f))))
      return { x: best, f, status: 'converged', iterations, evaluations, residual };
  }
  return { x: best, f, status: evaluations < limit ? 'converged' : 'max_iterations', iterations, evaluations, residual };
}

function simplexRun(
  evaluate: (x: Float64Array) => number,
  start: Float64Array,
  f0: number,
  o: SimplexOptions,
  limit: number,
  shrink: number,
) {
  const n = start.length;
  const points = [{ x: start, f: f0 }];
  let evaluations = 0;
  const at = (x: Float64Array) => {
    evaluations++;
    const f = evaluate(x);
    return { x, f: Number.isNaN(f) ? Number.POSITIVE_INFINITY : f };
  };
  for (let i = 0; i < n; i++) {
    const x = start.slice();
    x[i]! += shrink * (o.step?.[i] ?? (x[i] !== 0 ? 0.1 * Math.abs(x[i]!) : 0.1));
    points.push(at(x));
  }
  let iterations = 0;
  let residual = Number.POSITIVE_INFINITY;
  while (evaluations < limit) {
    points.sort((a, b) => a.f - b.f);
    const [low, high] = [points[0]!, points[n]!];
    residual = high.f - low.f;
    let width = 0;
    for (let i = 0; i < n; i++) width = Math.max(width, Math.abs(high.x[i]! - low.x[i]!) / (1 + Math.abs(low.x[i]!)));
    if (residual <= (o.tolerance ?? 1e-13 * (1 + Math.abs(low.f))) && width < 1e-7) break;
    iterations++;
    const centre = new Float64Array(n);
    for (let k = 0; k < n; k++) for (let i = 0; i < n; i++) centre[i]! += points[k]!.x[i]! / n;
    const along = (t: number) => at(centre.map((c, i) => c + t * (high.x[i]! - c)));
    const reflected = along(-1);
    if (reflected.f < low.f) {
      const expanded = along(-2);
      points[n] = expanded.f < reflected.f ? expanded : reflected;
    } else if (reflected.f < points[n - 1]!.f) points[n] = reflected;
    else {
      const contracted = reflected.f < high.f ? along(-0.5) : along(0.5);
      if (contracted.f < Math.min(reflected.f, high.f)) points[n] = contracted;
      else for (let k = 1; k <= n; k++) points[k] = at(points[k]!.x.map((v, i) => 0.5 * (v + low.x[i]!)));
    }
  }
  points.sort((a, b) => a.f - b.f);
  return { x: points[0]!.x, f: points[0]!.f, evaluations, iterations, residual };
}

/**
 * Minimum of a unimodal function of one variable on [a, b] by golden section.
 * @param tolerance - width of the interval that ends the search.
 * @returns x in the unit of the interval.
 * @reference Kiefer, Proc. Am. Math. Soc. 4 (1953) 502.
 */
export function minimiseGolden(
  f: (x: number) => number,
  a: number,
  b: number,
  tolerance = 1e-10,
): { readonly x: number; readonly f: number } {
  const g = (Math.sqrt(5) - 1) / 2;
  let x1 = b - g * (b - a);
  let x2 = a + g * (b - a);
  let f1 = f(x1);
  let f2 = f(x2);
  while (Math.abs(b - a) > tolerance * (1 + Math.abs(a))) {
    if (f1 < f2) {
      b = x2;
      x2 = x1;
      f2 = f1;
      x1 = b - g * (b - a);
      f1 = f(x1);
    } else {
      a = x1;
      x1 = x2;
      f1 = f2;
      x2 = a + g * (b - a);
      f2 = f(x2);
    }
  }
  return f1 < f2 ? { x: x1, f: f1 } : { x: x2, f: f2 };
}

/**
 * Root of a continuous function between a and b by bisection with secant steps.
 * @param tolerance - width of the bracket that ends the search.
 * @throws AppError `invalid_input` when f(a) and f(b) have the same sign.
 * @reference Illinois variant of regula falsi: Dowell & Jarratt, BIT 11 (1971) 168.
 */
export function findRoot(f: (x: number) => number, a: number, b: number, tolerance = 1e-13): number {
  let fa = f(a);
  let fb = f(b);
  if (fa === 0) return a;
  if (fb === 0) return b;
  if (fa > 0 === fb > 0)
    throw new AppError('invalid_input', `no change of sign between ${a} and ${b}; widen the interval`, { fa, fb });
  for (let k = 0; k < 300; k++) {
    const x = (a * fb - b * fa) / (fb - fa);
    const fx = f(x);
    if (fx === 0 || Math.abs(b - a) <= tolerance * Math.max(Math.abs(a), Math.abs(b))) return x;
    if (fx > 0 === fb > 0) fa *= 0.5;
    else {
      a = b;
      fa = fb;
    }
    b = x;
    fb = fx;
    if (Math.abs(fx) < 1e-300) return x;
    if (Math.abs(b - a) <= tolerance * Math.max(Math.abs(a), Math.abs(b))) return b;
  }
  return b;
}
