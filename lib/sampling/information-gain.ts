import { AppError } from '@/lib/errors';
import { cholesky, choleskySolve } from '@/lib/numerics';

/** Prior covariance of the field over N candidates, row-major, and the variance of one measurement. */
export interface FieldPrior {
  readonly n: number;
  /** (n, n), unit of the field squared. */
  readonly covariance: Float64Array;
  /** Unit of the field squared, positive. */
  readonly noise: number;
}

/** @throws AppError `invalid_input` on a wrong size or a noise variance of 0. */
function check(p: FieldPrior, count: number): void {
  if (p.covariance.length !== p.n * p.n)
    throw new AppError('dimension_mismatch', `covariance has ${p.covariance.length} values, need ${p.n * p.n}`);
  if (!(p.noise > 0))
    throw new AppError('invalid_input', `the measurement variance must be positive, got ${p.noise}`, { field: 'noise' });
  if (!Number.isInteger(count) || count < 1 || count > p.n)
    throw new AppError('invalid_input', `cannot choose ${count} of ${p.n} sites`, { field: 'count' });
}

function block(p: FieldPrior, rows: readonly number[]): Float64Array {
  const m = rows.length;
  const out = new Float64Array(m * m);
  for (let a = 0; a < m; a++)
    for (let b = 0; b < m; b++) out[a * m + b] = p.covariance[rows[a]! * p.n + rows[b]!]! + (a === b ? p.noise : 0);
  return out;
}

/**
 * Variance of the field at y given noisy measurements at `given`.
 * @param y - index of the candidate; `given` those measured.
 * @returns unit of the field squared.
 * @reference Rasmussen & Williams, Gaussian Processes for Machine Learning (2006), eq. 2.26.
 */
export function conditionalVariance(p: FieldPrior, y: number, given: readonly number[]): number {
  const v = p.covariance[y * p.n + y]!;
  if (given.length === 0) return v;
  const k = Float64Array.from(given, (i) => p.covariance[i * p.n + y]!);
  const x = choleskySolve(cholesky(block(p, given), given.length), k);
  return v - k.reduce((s, t, i) => s + t * x[i]!, 0);
}

/**
 * Information gained about the field by measuring S: ½ ln det(I + K_SS/noise), in nats.
 * @param sites - indices of the candidates.
 * @reference Krause, Singh & Guestrin, JMLR 9 (2008) 235; Srinivas et al., IEEE Trans. Inf. Theory 58 (2012) 3250.
 */
export function informationGain(p: FieldPrior, sites: readonly number[]): number {
  return 0.5 * (cholesky(block(p, sites), sites.length).logDet - sites.length * Math.log(p.noise));
}

/**
 * Mutual information between measurements at S and at all other sites, in nats.
 * @param sites - indices of the candidates.
 * @reference Krause, Singh & Guestrin, JMLR 9 (2008) 235.
 */
export function mutualInformation(p: FieldPrior, sites: readonly number[]): number {
  const all = Array.from({ length: p.n }, (_, i) => i);
  const rest = all.filter((i) => !sites.includes(i));
  const logDet = (rows: readonly number[]): number => (rows.length === 0 ? 0 : cholesky(block(p, rows), rows.length).logDet);
  return 0.5 * (logDet(sites) + logDet(rest) - logDet(all));
}

/**
 * Sum over all candidates of the variance of the field after measuring S.
 * @returns unit of the field squared.
 * @reference as {@link conditionalVariance}.
 */
export function posteriorTrace(p: FieldPrior, sites: readonly number[]): number {
  const m = sites.length;
  const c = cholesky(block(p, sites), m);
  let s = 0;
  for (let y = 0; y < p.n; y++) {
    const k = Float64Array.from(sites, (i) => p.covariance[i * p.n + y]!);
    const x = choleskySolve(c, k);
    s += p.covariance[y * (p.n + 1)]! - k.reduce((t, v, i) => t + v * x[i]!, 0);
  }
  return s;
}

/** Sites in the order of their selection. */
export interface GreedySelection {
  readonly order: number[];
  /** Gain of each step: conditional variance (entropy) or variance ratio (mutual information). */
  readonly steps: number[];
  readonly informationGain: number;
  /** 1 − 1/e: a greedy selection reaches at least this share of the best possible gain, the gain being submodular. */
  readonly bound: number;
}

/**
 * Greedy selection of measurement sites. `entropy` takes the site of largest conditional variance; `mutual_information` the largest ratio of
 * conditional variance given the chosen to that given all others, which avoids sites at the rim whose information falls outside the wafer.
 * @param count - sites to select.
 * @throws AppError `invalid_input`.
 * @reference Krause, Singh & Guestrin (2008); bound: Nemhauser, Wolsey & Fisher, Math. Prog. 14 (1978) 265.
 */
export function greedyField(p: FieldPrior, count: number, rule: 'entropy' | 'mutual_information' = 'entropy'): GreedySelection {
  check(p, count);
  const order: number[] = [];
  const steps: number[] = [];
  while (order.length < count) {
    let best = -1;
    let value = Number.NEGATIVE_INFINITY;
    for (let y = 0; y < p.n; y++) {
      if (order.includes(y)) continue;
      let v = conditionalVariance(p, y, order);
      if (rule === 'mutual_information') {
        const rest = Array.from({ length: p.n }, (_, i) => i).filter((i) => i !== y && !order.includes(i));
        v = (v + p.noise) / (conditionalVariance(p, y, rest) + p.noise);
      }
      if (v > value + 1e-12) {
        value = v;
        best = y;
      }
    }
    order.push(best);
    steps.push(value);
  }
  return { order, steps, informationGain: informationGain(p, order), bound: 1 - 1 / Math.E };
}

/** Exchange on top of a selection: swaps single sites while the score improves. @throws AppError `invalid_input` for sites that are no candidates. */
export function improveField(
  p: FieldPrior,
  start: readonly number[],
  score: (p: FieldPrior, sites: readonly number[]) => number,
): { readonly sites: number[]; readonly value: number } {
  check(p, start.length);
  let sites = [...start];
  let value = score(p, sites);
  for (let improved = true; improved; ) {
    improved = false;
    for (let k = 0; k < sites.length && !improved; k++) {
      for (let y = 0; y < p.n && !improved; y++) {
        if (sites.includes(y)) continue;
        const trial = sites.map((s, i) => (i === k ? y : s));
        const v = score(p, trial);
        if (v > value + 1e-12 * (1 + Math.abs(value))) {
          sites = trial;
          value = v;
          improved = true;
        }
      }
    }
  }
  return { sites: sites.sort((a, b) => a - b), value };
}
