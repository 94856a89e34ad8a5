import { AppError } from '@/lib/errors';
import { median, moments } from '@/lib/numerics';
import { movingRanges } from '../sigma';

/** A stretch of points of one level and one spread. */
export interface Stretch {
  /** Index of its first point, and of the first one after it. */
  readonly from: number;
  readonly to: number;
  readonly mean: number;
  /** Maximum-likelihood standard deviation (divisor n). */
  readonly sd: number;
}

/** Fewest points of a stretch: fewer do not say what their spread is. */
export const LEAST_STRETCH = 8;

/**
 * Penalty of a change in −2 log L: 5.2 + 1.55 ln n. Fitted to the penalties above which one in twenty normal series of 20 to 1,000 points without any change is cut (docs/maths/spc.md, "Phases"; the test
 * draws them anew).
 */
export const changePenalty = (n: number): number => 5.2 + 1.55 * Math.log(n);

/** A single value further out than so many sigmas begins no phase: it counts as if it lay there. */
const WILD = 3.5;
/** Median moving range of two normal values, in sigmas. */
const MEDIAN_MR = 0.9538725524;

/**
 * Where the level or the spread of a series changes: the cut into stretches of least Σ n_k ln σ̂²_k + penalty · (number of changes), found exactly by dynamic programming that leaves out what can no longer
 * be best. The values are normal within a stretch and independent; neighbours that follow each other are cut too often.
 * @param values - in order of time; all measured.
 * @param penalty - of one change, in −2 log L.
 * @returns at least one stretch; they cover the series.
 * @throws AppError `invalid_input` for a value that is not finite.
 * @complexity O(n) for a series with many changes, O(n²) without.
 * @reference Killick, Fearnhead & Eckley, J. Am. Stat. Assoc. 107 (2012) 1590; change of mean and variance: Hawkins & Zamba, Technometrics 47 (2005) 164.
 */
export function changePoints(values: ArrayLike<number>, penalty = changePenalty(values.length)): Stretch[] {
  const n = values.length;
  const bad = Array.from(values).findIndex((v) => !Number.isFinite(v));
  if (bad >= 0)
    throw new AppError('invalid_input', `values.${bad}: is not finite; leave out what was not measured`, { field: 'values' });
  const x = tamed(values);
  const s1 = new Float64Array(n + 1);
  const s2 = new Float64Array(n + 1);
  for (let i = 0; i < n; i++) {
    s1[i + 1] = s1[i]! + x[i]!;
    s2[i + 1] = s2[i]! + x[i]! ** 2;
  }
  const least = 1e-12 * (s2[n]! / Math.max(1, n)) + Number.MIN_VALUE;
  const variance = (from: number, to: number): number => {
    const m = to - from;
    const mean = (s1[to]! - s1[from]!) / m;
    return Math.max(least, (s2[to]! - s2[from]!) / m - mean * mean);
  };
  const cost = (from: number, to: number): number => (to - from) * (1 + Math.log(variance(from, to)));
  const cuts = bestCuts(n, cost, penalty);
  return cuts.slice(1).map((to, k) => {
    const from = cuts[k]!;
    const { n: count, mean, variance: s2 } = moments(Array.from(values).slice(from, to));
    return { from, to, mean, sd: count < 2 ? 0 : Math.sqrt((s2 * (count - 1)) / count) };
  });
}

/** Values about their median, in sigmas of their moving ranges; one that stands out of its neighbours on both sides is drawn in to the border of what is wild. */
function tamed(values: ArrayLike<number>): Float64Array {
  const mr = movingRanges(values);
  const sigma = mr.length === 0 ? 0 : median(mr) / MEDIAN_MR;
  const centre = values.length === 0 ? 0 : median(values);
  const z = Float64Array.from(values, (v) => (sigma > 0 ? (v - centre) / sigma : v - centre));
  if (!(sigma > 0)) return z;
  return z.map((v, i) => {
    const near = [z[i - 1], z[i + 1]].filter((w) => w !== undefined);
    if (near.length === 0 || near.some((w) => Math.abs(v - w) <= WILD)) return v;
    const beside = near.reduce((sum, w) => sum + w / near.length, 0);
    return beside + Math.sign(v - beside) * WILD;
  });
}

/** Ends of the stretches of least total cost, after the leading 0. */
function bestCuts(n: number, cost: (from: number, to: number) => number, penalty: number): number[] {
  if (n < 2 * LEAST_STRETCH) return n === 0 ? [0] : [0, n];
  const best = new Float64Array(n + 1).fill(Number.POSITIVE_INFINITY);
  const before = new Int32Array(n + 1);
  const leaves = new Int32Array(n + 1).fill(n + 2);
  best[0] = -penalty;
  let open = [0];
  for (let to = LEAST_STRETCH; to <= n; to++) {
    let least = Number.POSITIVE_INFINITY;
    let at = 0;
    const totals = open.map((from) => best[from]! + cost(from, to) + penalty);
    for (let k = 0; k < open.length; k++)
      if (totals[k]! < least) {
        least = totals[k]!;
        at = open[k]!;
      }
    best[to] = least;
    before[to] = at;
    // A beginning that is worse than the best by more than a change costs loses against a cut here, wherever a whole stretch follows this cut.
    for (let k = 0; k < open.length; k++)
      if (totals[k]! - penalty > least) leaves[open[k]!] = Math.min(leaves[open[k]!]!, to + LEAST_STRETCH);
    open = open.filter((from) => leaves[from]! > to + 1);
    const next = to - LEAST_STRETCH + 1;
    if (next >= LEAST_STRETCH) open.push(next);
  }
  const cuts = [n];
  for (let to = n; to > 0; to = before[to]!) cuts.push(before[to]!);
  return cuts.reverse();
}
