import type { FitProblem } from './fit-types';
import { gaussNewton } from './gauss-newton';
import { wrap180 } from './jacobian';
import { priorRows } from './prior-rows';

const HALVINGS = 40;

/**
 * Standard uncertainty, upwards, of a parameter that ended at its lower bound: the distance at which χ² has risen by 1, the other free parameters following to
 * first order. It needs no derivative there, which may vanish (a roughness enters by its square). The whole range where χ² does not rise so far.
 * @param point - parameters at the minimum, (n,).
 * @param residuals - (model − data)/σ at the point.
 * @param jacobian - (m, n) of the model there.
 * @param free - the parameters that follow.
 * @returns in the unit of the parameter.
 * @reference the ends of a likelihood interval at Δχ² = 1: Press et al., Numerical Recipes, §15.6.
 */
export function oneSidedError(
  problem: FitProblem,
  point: Float64Array,
  residuals: ArrayLike<number>,
  jacobian: Float64Array,
  free: readonly number[],
  parameter: number,
): number {
  const project = gaussNewton(problem, jacobian, free);
  const left = (r: ArrayLike<number>, p: Float64Array): number => {
    const prior = priorRows(problem, p).residuals;
    let s = 0;
    for (let i = 0; i < r.length; i++) s += (problem.weights?.[i] ?? 1) * r[i]! * r[i]!;
    for (const v of prior) s += v * v;
    const { length } = project(r, prior);
    return Number.isFinite(length) ? s - length * length : s;
  };
  const base = left(residuals, point);
  const rise = (distance: number): number => {
    const p = point.slice();
    p[parameter]! += distance;
    const f = problem.model(p);
    const r = Float64Array.from(f, (v, i) => {
      const d = v - problem.data[i]!;
      return (problem.periodic360?.[i] ? wrap180(d) : d) / problem.sigma[i]!;
    });
    return left(r, p) - base;
  };
  const range = (problem.upper?.[parameter] ?? Number.POSITIVE_INFINITY) - point[parameter]!;
  let [low, high] = [0, Number.isFinite(range) ? range : 1];
  while (!Number.isFinite(range) && high < 1e12 && rise(high) < 1) high *= 4;
  if (!(rise(high) >= 1)) return high;
  for (let k = 0; k < HALVINGS; k++) {
    const middle = 0.5 * (low + high);
    if (rise(middle) >= 1) high = middle;
    else low = middle;
  }
  return high;
}
