import { AppError } from '@/lib/errors';
import { cholesky, choleskyInverse, createRng, type Matrix } from '@/lib/numerics';

/** D: det of the information; A: mean variance of the coefficients; I: mean variance of the model over all candidates; G: its largest. */
export type DesignCriterion = 'D' | 'A' | 'I' | 'G';

/** What a plan may look like. Indices are rows of the candidate matrix. */
export interface PlanConstraints {
  /** Sites that stay in the plan, and sites that must not be used. */
  readonly keep?: readonly number[];
  readonly forbidden?: readonly number[];
  /** Group of each candidate (its field), and the most sites a group may get. */
  readonly groups?: readonly (string | number)[];
  readonly maxPerGroup?: number;
  /** Positions in mm and the least distance between two sites. */
  readonly positions?: { readonly x: ArrayLike<number>; readonly y: ArrayLike<number> };
  readonly minDistance?: number;
}

export interface DesignOptions extends PlanConstraints {
  readonly criterion?: DesignCriterion;
  /** Random starts of the exchange. Default 20. */
  readonly starts?: number;
  readonly seed?: number;
  /** Prior precision added to the information matrix (Bayesian D): ridge · I. */
  readonly ridge?: number;
}

export interface DesignScores {
  readonly logDet: number;
  /** det(FᵀF/n)^{1/p}. */
  readonly dEfficiency: number;
  /** trace((FᵀF)⁻¹). */
  readonly traceInverse: number;
  /** Mean and largest f'(FᵀF)⁻¹f over all candidates. */
  readonly iCriterion: number;
  readonly gCriterion: number;
}

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

function information(f: Matrix, rows: readonly number[], ridge: number): Float64Array {
  const p = f.cols;
  const m = new Float64Array(p * p);
  for (const i of rows)
    for (let a = 0; a < p; a++) for (let b = 0; b < p; b++) m[a * p + b]! += f.data[i * p + a]! * f.data[i * p + b]!;
  for (let a = 0; a < p; a++) m[a * (p + 1)]! += ridge;
  return m;
}

function quadratic(inverse: Float64Array, f: Matrix, i: number, j: number): number {
  const p = f.cols;
  let s = 0;
  for (let a = 0; a < p; a++) {
    let t = 0;
    for (let b = 0; b < p; b++) t += inverse[a * p + b]! * f.data[j * p + b]!;
    s += f.data[i * p + a]! * t;
  }
  return s;
}

/**
 * All criteria of a set of sites.
 * @throws AppError `rank_deficient` when the sites do not determine the model: add sites.
 */
export function designScores(f: Matrix, sites: readonly number[], ridge = 0): DesignScores {
  const p = f.cols;
  const { inverse, logDet } = invert(information(f, sites, ridge), p);
  let trace = 0;
  for (let a = 0; a < p; a++) trace += inverse[a * (p + 1)]!;
  let mean = 0;
  let largest = 0;
  for (let i = 0; i < f.rows; i++) {
    const v = quadratic(inverse, f, i, i);
    mean += v / f.rows;
    largest = Math.max(largest, v);
  }
  return { logDet, dEfficiency: Math.exp(logDet / p) / sites.length, traceInverse: trace, iCriterion: mean, gCriterion: largest };
}

function invert(m: Float64Array, p: number): { inverse: Float64Array; logDet: number } {
  try {
    const c = cholesky(m, p);
    return { inverse: choleskyInverse(c), logDet: c.logDet };
  } catch (e) {
    if (e instanceof AppError && e.code === 'not_positive_definite')
      throw new AppError(
        'rank_deficient',
        'these sites do not determine the model; add sites or lower its order',
        {},
        { cause: e },
      );
    throw e;
  }
}

/** Tells whether a set with one site replaced (or added) keeps the constraints. */
class Rules {
  private readonly forbidden: Set<number>;
  readonly keep: readonly number[];
  constructor(
    private readonly c: PlanConstraints,
    n: number,
  ) {
    this.forbidden = new Set(c.forbidden ?? []);
    this.keep = c.keep ?? [];
    for (const i of [...this.keep, ...this.forbidden])
      if (!Number.isInteger(i) || i < 0 || i >= n)
        throw new AppError('invalid_input', `site ${i} is not one of the ${n} candidates`, { site: i });
    if (c.minDistance !== undefined && !c.positions)
      throw new AppError('invalid_input', 'a least distance needs positions', { field: 'positions' });
    if (c.maxPerGroup !== undefined && !c.groups)
      throw new AppError('invalid_input', 'a limit per group needs groups', { field: 'groups' });
  }

  allows(site: number, others: readonly number[], without = -1): boolean {
    if (this.forbidden.has(site)) return false;
    const { groups, maxPerGroup, positions, minDistance } = this.c;
    let same = 1;
    for (const o of others) {
      if (o === without) continue;
      if (o === site) return false;
      if (groups && maxPerGroup !== undefined && groups[o] === groups[site] && ++same > maxPerGroup) return false;
      if (
        positions &&
        minDistance !== undefined &&
        Math.hypot(positions.x[o]! - positions.x[site]!, positions.y[o]! - positions.y[site]!) < minDistance - 1e-9
      )
        return false;
    }
    return true;
  }
}

/**
 * Best plan of n sites for a linear model by Fedorov exchange: the pair of a chosen and a free site that improves the criterion most is
 * swapped until none does, from several random starts; the greedy plan is one of them.
 * @param f - model matrix of all candidates, one row a site (Zernike, overlay or any basis).
 * @throws AppError `invalid_input` when constraints leave too few sites; `rank_deficient` when no plan of n sites determines the model.
 * @complexity each sweep n·N·p for D, A and I.
 * @reference Fedorov, Theory of Optimal Experiments (1972); Cook & Nachtsheim, Technometrics 22 (1980) 315; Atkinson, Donev & Tobias (2007), ch. 10–12.
 */
export function optimalPlan(f: Matrix, n: number, options: DesignOptions = {}): OptimalPlan {
  const p = f.cols;
  const ridge = options.ridge ?? 0;
  if (!Number.isInteger(n) || n < 1 || n > f.rows || (n < p && ridge === 0))
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
    const r = exchange(f, start, criterion, rules, ridge);
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
  const scores = designScores(f, sites, ridge);
  const all = designScores(
    f,
    Array.from({ length: f.rows }, (_, i) => i),
    ridge,
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

// Value to be minimised: −logDet, trace(W M⁻¹) with W = I (A) or the mean candidate moment (I), or the largest prediction variance (G).
function criterionValue(f: Matrix, sites: readonly number[], criterion: DesignCriterion, ridge: number): number {
  const s = designScores(f, sites, ridge);
  return criterion === 'D' ? -s.logDet : criterion === 'A' ? s.traceInverse : criterion === 'I' ? s.iCriterion : s.gCriterion;
}

function exchange(
  f: Matrix,
  start: readonly number[],
  criterion: DesignCriterion,
  rules: Rules,
  ridge: number,
): { sites: number[]; value: number; exchanges: number } | null {
  const sites = [...start];
  const kept = new Set(rules.keep);
  let value: number;
  try {
    value = criterionValue(f, sites, criterion, ridge);
  } catch (e) {
    if (e instanceof AppError && e.code === 'rank_deficient') return null;
    throw e;
  }
  let exchanges = 0;
  for (let sweep = 0; sweep < 500; sweep++) {
    const swap =
      criterion === 'G'
        ? bestSwapSlow(f, sites, kept, rules, ridge, value)
        : bestSwap(f, sites, kept, criterion, rules, ridge, value);
    if (!swap) break;
    sites[swap.position] = swap.site;
    const next = criterionValue(f, sites, criterion, ridge); // refactored: no drift from updates
    exchanges++;
    if (!(next < value)) break;
    value = next;
  }
  return { sites, value, exchanges };
}

function bestSwap(
  f: Matrix,
  sites: readonly number[],
  kept: ReadonlySet<number>,
  criterion: 'D' | 'A' | 'I',
  rules: Rules,
  ridge: number,
  value: number,
): { position: number; site: number } | null {
  const { rows: N, cols: p } = f;
  const { inverse } = invert(information(f, sites, ridge), p);
  const g = new Float64Array(N * p); // rows M⁻¹f_i
  for (let i = 0; i < N; i++)
    for (let a = 0; a < p; a++) for (let b = 0; b < p; b++) g[i * p + a]! += inverse[a * p + b]! * f.data[i * p + b]!;
  const w =
    criterion === 'I'
      ? information(
          f,
          Array.from({ length: N }, (_, i) => i),
          0,
        ).map((v) => v / N)
      : null;
  const h = w ? new Float64Array(N * p) : g; // rows W M⁻¹f_i
  if (w)
    for (let i = 0; i < N; i++)
      for (let a = 0; a < p; a++) for (let b = 0; b < p; b++) h[i * p + a]! += w[a * p + b]! * g[i * p + b]!;
  const product = (x: Float64Array, i: number, y: Float64Array, j: number): number => {
    let s = 0;
    for (let a = 0; a < p; a++) s += x[i * p + a]! * y[j * p + a]!;
    return s;
  };
  const d = Float64Array.from({ length: N }, (_, i) => product(f.data, i, g, i));
  const t = criterion === 'D' ? null : Float64Array.from({ length: N }, (_, i) => product(g, i, h, i));
  let best: { position: number; site: number } | null = null;
  let gain = 1e-10 * (1 + Math.abs(value));
  sites.forEach((i, position) => {
    if (kept.has(i)) return;
    for (let j = 0; j < N; j++) {
      const dij = product(f.data, i, g, j);
      // det(M + f_j f_jᵀ − f_i f_iᵀ)/det M = (1 + d_j)(1 − d_i) + d_ij²
      const ratio = (1 + d[j]!) * (1 - d[i]!) + dij * dij;
      if (!(ratio > 1e-12)) continue;
      const improvement = t
        ? (t[j]! * (1 - d[i]!) + 2 * dij * product(g, i, h, j) - t[i]! * (1 + d[j]!)) / ratio
        : Math.log(ratio);
      if (improvement > gain && rules.allows(j, sites, i)) {
        gain = improvement;
        best = { position, site: j };
      }
    }
  });
  return best;
}

function bestSwapSlow(
  f: Matrix,
  sites: readonly number[],
  kept: ReadonlySet<number>,
  rules: Rules,
  ridge: number,
  value: number,
): { position: number; site: number } | null {
  let best: { position: number; site: number } | null = null;
  let lowest = value - 1e-10 * (1 + Math.abs(value));
  sites.forEach((i, position) => {
    if (kept.has(i)) return;
    for (let j = 0; j < f.rows; j++) {
      if (!rules.allows(j, sites, i)) continue;
      const trial = [...sites];
      trial[position] = j;
      try {
        const v = criterionValue(f, trial, 'G', ridge);
        if (v < lowest) {
          lowest = v;
          best = { position, site: j };
        }
      } catch (e) {
        if (!(e instanceof AppError) || e.code !== 'rank_deficient') throw e;
      }
    }
  });
  return best;
}

/**
 * Greedy forward selection with M₀ = ridge·I: each step adds the row of largest ln(1 + fᵀM⁻¹f); ties go to the lowest index.
 * @returns order of selection, gain of each step, and ln det FᵀF of the chosen rows without the ridge (−Infinity while singular).
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
