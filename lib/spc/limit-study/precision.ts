import { createRng, normalSf } from '@/lib/numerics';
import type { IndividualsMethod } from '../sigma';

/**
 * Degrees of freedom of a sigma estimate a point, for many independent normal points: half its relative variance is one over them. Moving ranges: Var = 0.826 σ²/n; mean square successive difference: 3σ²/(4n);
 * median moving range: its density at the median; s: σ²/(2n).
 * @reference Cryer & Ryan, J. Quality Technology 22 (1990) 187 (moving ranges, successive differences); the median by simulation (docs/maths/spc.md, "Limit study").
 */
const DOF_PER_POINT: Readonly<Record<IndividualsMethod, number>> = { mr: 0.605, 'mr-median': 0.3, mssd: 0.667, sd: 1 };

/** What the limits of so many points promise. */
export interface LimitPrecision {
  /** In-control run length of the 3-sigma rule that nine in ten such baselines exceed, and that one in ten exceeds; points. */
  readonly arlLow: number;
  readonly arlHigh: number;
  /** Fewest points with which nine in ten baselines give half of the promised run length of 370 or more. */
  readonly needed: number;
}

const DRAWS = 2_000;
/** In-control run length of a point beyond 3 sigma. */
const PROMISED = 1 / (2 * normalSf(3));
const MOST = 20_000;

/** Standard normal draws for the mean, and for the cube root of χ² (Wilson & Hilferty): the same for every n, so that run lengths rise smoothly with it. */
function draws(): { readonly mean: Float64Array; readonly sigma: Float64Array } {
  const rng = createRng(1, 'limit-precision');
  return {
    mean: Float64Array.from({ length: DRAWS }, () => rng.normal()),
    sigma: Float64Array.from({ length: DRAWS }, () => rng.normal()),
  };
}

/** Run lengths of 3-sigma limits estimated from n points, ascending: 1/(Φ(−3c − d) + Φ(−3c + d)), c = σ̂/σ, d = (x̄ − μ)/σ. */
function runLengths(n: number, dof: number, d: ReturnType<typeof draws>): Float64Array {
  const v = 2 / (9 * dof);
  return d.mean
    .map((z, i) => {
      const c = Math.sqrt(Math.max(1e-6, 1 - v + d.sigma[i]! * Math.sqrt(v)) ** 3);
      const shift = z / Math.sqrt(n);
      return 1 / (normalSf(3 * c + shift) + normalSf(3 * c - shift));
    })
    .sort();
}

/**
 * How far the false alarms of limits from n points may be from what the rule promises, by drawing baselines.
 * @param n - points that the limits come from, 2 or more.
 * @param method - how their sigma was estimated.
 * @param valuesPerPoint - of subgroups, whose sigma has n(m − 1) degrees of freedom; 1: single values.
 * @reference Quesenberry, J. Quality Technology 25 (1993) 237; Albers & Kallenberg, Metrika 59 (2004) 207.
 */
export function limitPrecision(n: number, method: IndividualsMethod, valuesPerPoint = 1): LimitPrecision {
  const d = draws();
  const dofOf = (k: number): number =>
    Math.max(1, valuesPerPoint > 1 ? k * (valuesPerPoint - 1) : DOF_PER_POINT[method] * (k - 1));
  const at = (k: number, p: number): number => runLengths(k, dofOf(k), d)[Math.floor(p * (DRAWS - 1))]!;
  let lo = 2;
  let hi = MOST;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (at(mid, 0.1) >= PROMISED / 2) hi = mid;
    else lo = mid + 1;
  }
  return { arlLow: at(n, 0.1), arlHigh: at(n, 0.9), needed: lo };
}
