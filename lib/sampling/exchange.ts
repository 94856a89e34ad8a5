import { AppError } from '@/lib/errors';
import type { Matrix } from '@/lib/numerics';
import type { Rules } from './constraints';
import { type DesignCriterion, designScores, information, invert, type PriorPrecision } from './scores';

// Value to be minimised: −logDet, trace(W M⁻¹) with W = I (A) or the mean candidate moment (I), or the largest prediction variance (G).
function criterionValue(f: Matrix, sites: readonly number[], criterion: DesignCriterion, prior: PriorPrecision): number {
  const s = designScores(f, sites, prior);
  return criterion === 'D' ? -s.logDet : criterion === 'A' ? s.traceInverse : criterion === 'I' ? s.iCriterion : s.gCriterion;
}

/**
 * Swap sites until no swap improves the criterion; null when the start does not determine the model.
 * @param f - model matrix of all candidates, (N, p).
 * @param start - indices of the first plan.
 * @reference Fedorov, Theory of Optimal Experiments (1972).
 */
export function exchange(
  f: Matrix,
  start: readonly number[],
  criterion: DesignCriterion,
  rules: Rules,
  prior: PriorPrecision,
): { sites: number[]; value: number; exchanges: number } | null {
  const sites = [...start];
  const kept = new Set(rules.keep);
  let value: number;
  try {
    value = criterionValue(f, sites, criterion, prior);
  } catch (e) {
    if (e instanceof AppError && e.code === 'rank_deficient') return null;
    throw e;
  }
  let exchanges = 0;
  for (let sweep = 0; sweep < 500; sweep++) {
    const swap =
      criterion === 'G'
        ? bestSwapSlow(f, sites, kept, rules, prior, value)
        : bestSwap(f, sites, kept, criterion, rules, prior, value);
    if (!swap) break;
    sites[swap.position] = swap.site;
    const next = criterionValue(f, sites, criterion, prior); // refactored: no drift from updates
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
  prior: PriorPrecision,
  value: number,
): { position: number; site: number } | null {
  const { rows: N, cols: p } = f;
  const { inverse } = invert(information(f, sites, prior), p);
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
  prior: PriorPrecision,
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
        const v = criterionValue(f, trial, 'G', prior);
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
