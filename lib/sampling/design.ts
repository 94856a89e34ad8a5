import { AppError } from '@/lib/errors';
import { createRng, type Matrix } from '@/lib/numerics';
import { type PlanConstraints, Rules } from './constraints';
import { exchange } from './exchange';
import {
  type DesignCriterion,
  type DesignScores,
  designScores,
  information,
  invert,
  type PriorPrecision,
  quadratic,
} from './scores';

/** Criterion, constraints and effort of a search. */
export interface DesignOptions extends PlanConstraints {
  readonly criterion?: DesignCriterion;
  /** Random starts of the exchange. Default 20. */
  readonly starts?: number;
  readonly seed?: number;
  /** Prior precision added to the information matrix (Bayesian D): ridge · I. */
  readonly ridge?: number;
  /** Full prior precision of the coefficients, (p, p), in the basis of F: in place of `ridge`, e.g. the inverse covariance of past wafers. */
  readonly prior?: Matrix;
}

/** A plan with its scores. */
export interface OptimalPlan extends DesignScores {
  readonly sites: readonly number[];
  readonly criterion: DesignCriterion;
  /** Information per site against measuring every candidate: (det(M_plan/n)/det(M_all/N))^{1/p}. */
  readonly relativeEfficiency: number;
  readonly starts: number;
  readonly exchanges: number;
  /** Starts that ended at the best value: one of many hints that it is a hard case. */
  readonly hits: number;
}

/**
 * Best plan of n sites for a linear model by Fedorov exchange: the pair of a chosen and a free site that improves the criterion most is
 * swapped until none does, from several random starts; the greedy plan is one of them.
 * @param f - model matrix of all candidates, one row a site (Zernike, overlay or any basis).
 * @param n - sites of the plan.
 * @returns indices of the candidates, and the scores.
 * @throws AppError `invalid_input` when constraints leave too few sites; `rank_deficient` when no plan of n sites determines the model.
 * @complexity each sweep n·N·p for D, A and I.
 * @reference Fedorov, Theory of Optimal Experiments (1972); Cook & Nachtsheim, Technometrics 22 (1980) 315; Atkinson, Donev & Tobias (2007), ch. 10–12.
 */
export function optimalPlan(f: Matrix, n: number, options: DesignOptions = {}): OptimalPlan {
  const p = f.cols;
  const prior: PriorPrecision = options.prior?.data ?? options.ridge ?? 0;
  if (options.prior && (options.prior.rows !== p || options.prior.cols !== p))
    throw new AppError('invalid_input', `prior is ${options.prior.rows} x ${options.prior.cols}, the model has ${p} terms`, {
      field: 'prior',
    });
  if (!Number.isInteger(n) || n < 1 || n > f.rows || (n < p && prior === 0))
    throw new AppError('invalid_input', `a plan of ${n} sites from ${f.rows} cannot carry ${p} terms`, { n, terms: p });
  const rules = new Rules(options, f.rows);
  const criterion = options.criterion ?? 'D';
  const rng = createRng(options.seed ?? 1, 'optimal-plan');
  let best: { sites: number[]; value: number } | null = null;
  let exchanges = 0;
  let hits = 0;
  const starts = options.starts ?? 20;
  for (let s = 0; s < starts; s++) {
    const start = s === 0 ? greedyStart(f, n, rules) : randomStart(f.rows, n, rules, () => rng.uniform());
    if (!start) continue;
    const r = exchange(f, start, criterion, rules, prior);
    if (!r) continue;
    exchanges += r.exchanges;
    const gain = best ? best.value - r.value : Number.POSITIVE_INFINITY;
    if (best && Math.abs(gain) <= 1e-9 * (1 + Math.abs(best.value))) hits++;
    else if (gain > 0) {
      best = r;
      hits = 1;
    }
  }
  if (!best)
    throw new AppError(
      'rank_deficient',
      `no start found ${n} allowed sites that determine ${p} terms; relax the constraints or add sites`,
      { n, terms: p },
    );
  const sites = best.sites.sort((a, b) => a - b);
  const scores = designScores(f, sites, prior);
  const all = designScores(
    f,
    Array.from({ length: f.rows }, (_, i) => i),
    prior,
  );
  return { sites, criterion, ...scores, relativeEfficiency: scores.dEfficiency / all.dEfficiency, starts, exchanges, hits };
}

function randomStart(N: number, n: number, rules: Rules, uniform: () => number): number[] | null {
  for (let attempt = 0; attempt < 50; attempt++) {
    const set = [...rules.keep];
    const order = Array.from({ length: N }, (_, i) => ({ i, u: uniform() })).sort((a, b) => a.u - b.u);
    for (const { i } of order) {
      if (set.length >= n) break;
      if (rules.allows(i, set)) set.push(i);
    }
    if (set.length === n) return set;
  }
  return null;
}

function greedyStart(f: Matrix, n: number, rules: Rules): number[] | null {
  const set = [...rules.keep];
  const p = f.cols;
  let m = information(f, set, 1e-6);
  while (set.length < n) {
    const { inverse } = invert(m, p);
    let best = -1;
    let gain = -1;
    for (let i = 0; i < f.rows; i++) {
      if (!rules.allows(i, set)) continue;
      const v = quadratic(inverse, f, i, i);
      if (v > gain) {
        gain = v;
        best = i;
      }
    }
    if (best < 0) return null;
    set.push(best);
    m = information(f, set, 1e-6);
  }
  return set;
}

/**
 * Greedy forward selection with M₀ = ridge·I: each step adds the row of largest ln(1 + fᵀM⁻¹f); ties go to the lowest index.
 * @param f - model matrix of all candidates, (N, p).
 * @returns order of selection, gain of each step, and ln det FᵀF of the chosen rows without the ridge (−Infinity while singular).
 * @throws AppError `invalid_input` for a ridge that is not positive.
 * @reference Wynn, Ann. Math. Stat. 41 (1970) 1655 (sequential D-optimal design).
 */
export function greedyPlan(
  f: Matrix,
  n: number,
  ridge: number,
): { readonly order: number[]; readonly gains: number[]; readonly logDet: number } {
  const p = f.cols;
  if (!(ridge > 0))
    throw new AppError('invalid_input', `greedy selection starts from an empty plan and needs ridge > 0, got ${ridge}`, {
      field: 'ridge',
    });
  const order: number[] = [];
  const gains: number[] = [];
  while (order.length < n) {
    const { inverse } = invert(information(f, order, ridge), p);
    let best = -1;
    let gain = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < f.rows; i++) {
      if (order.includes(i)) continue;
      const v = Math.log1p(quadratic(inverse, f, i, i));
      if (v > gain + 1e-12) {
        gain = v;
        best = i;
      }
    }
    order.push(best);
    gains.push(gain);
  }
  let logDet = Number.NEGATIVE_INFINITY;
  try {
    logDet = designScores(f, order).logDet;
  } catch (e) {
    if (!(e instanceof AppError) || e.code !== 'rank_deficient') throw e;
  }
  return { order, gains, logDet };
}
