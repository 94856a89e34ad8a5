import { fitMonomials, type LeastSquaresFit, type MonomialFit, type MonomialSolution, numericalRank } from '@/lib/numerics';
import { areFinite, type OverlayMarks, overlayMonomials } from './design';
import type { OverlayModel, OverlayTerm } from './terms';

/** What an axis takes from its least-squares fit. */
export type AxisSolution = Pick<
  LeastSquaresFit,
  | 'coefficients'
  | 'covariance'
  | 'standardErrors'
  | 'rank'
  | 'conditionNumber'
  | 'dof'
  | 'residualSigma'
  | 'rss'
  | 'fitted'
  | 'nUsed'
>;

/** Last factorisation of a wafer: both axes have the same one when their terms have the same powers and their marks are the same. */
export interface SharedFit {
  last: {
    readonly powers: string;
    readonly fit: MonomialFit;
    readonly nUsed: number;
    readonly solutions: ReadonlyMap<ArrayLike<number>, MonomialSolution>;
  } | null;
}

const powersOf = (terms: readonly OverlayTerm[]): string => terms.map((t) => `${t.scope}${t.i},${t.j}`).join(' ');

/**
 * Fit of one axis in which every term can be identified: QR of the weighted design, both axes in one pass where they share it.
 * @param d - dx or dy of every mark, (n,), nm.
 * @param weights - one per mark, or none.
 * @param rankTolerance - singular values below this fraction of the largest count as zero.
 * @returns null when the marks cannot carry all terms or hold values that a fit refuses: `leastSquares` says which.
 */
export function directFit(
  marks: OverlayMarks,
  model: OverlayModel,
  terms: readonly OverlayTerm[],
  d: ArrayLike<number>,
  weights: Float64Array | undefined,
  rankTolerance: number,
  scale: 'estimated' | 'known',
  shared: SharedFit,
): (AxisSolution & { readonly residuals: Float64Array }) | null {
  const powers = powersOf(terms);
  let last = weights || shared.last?.powers !== powers ? null : shared.last;
  let own = last?.solutions.get(d);
  if (!own) {
    const used = rowRoots(d, weights);
    if (!used || used.count < terms.length) return null;
    const other = d === marks.dx ? marks.dy : marks.dx;
    const ys = !weights && other !== d && sameRows(d, other, used.root) ? [d, other] : [d];
    const fit = fitMonomials(overlayMonomials(model, terms, marks), ys, used.root);
    last = { powers, fit, nUsed: used.count, solutions: new Map(ys.map((y, k) => [y, fit.solutions[k]!])) };
    if (!weights) shared.last = last;
    own = fit.solutions[0]!;
  }
  const { fit, nUsed } = last!;
  const p = terms.length;
  const s = fit.svd.s;
  if (numericalRank(s, rankTolerance) < p) return null;
  const dof = nUsed - p;
  const variance = dof > 0 ? own.rss / dof : Number.NaN;
  const covariance = scale === 'known' ? fit.unscaledCovariance : fit.unscaledCovariance.map((v) => v * variance);
  return {
    coefficients: own.coefficients,
    covariance,
    standardErrors: Float64Array.from({ length: p }, (_, j) => Math.sqrt(covariance[j * p + j]!)),
    rank: p,
    conditionNumber: s[0]! / s[p - 1]!,
    dof,
    residualSigma: Math.sqrt(variance),
    rss: own.rss,
    fitted: own.fitted,
    residuals: own.residuals,
    nUsed,
  };
}

// √w of each mark, 0 where it is not measured; no array when all count the same. Null when something is infinite.
function rowRoots(
  d: ArrayLike<number>,
  weights: Float64Array | undefined,
): { readonly root: Float64Array | null; readonly count: number } | null {
  const n = d.length;
  if (!weights && areFinite(d)) return { root: null, count: n };
  const root = new Float64Array(n);
  let count = 0;
  for (let i = 0; i < n; i++) {
    const w = weights ? weights[i]! : 1;
    if (Number.isNaN(d[i]!) || w === 0) continue;
    if (!Number.isFinite(d[i]!) || !(w < Number.POSITIVE_INFINITY)) return null;
    root[i] = Math.sqrt(w);
    count++;
  }
  return { root, count };
}

function sameRows(d: ArrayLike<number>, other: ArrayLike<number>, root: Float64Array | null): boolean {
  if (!root) return areFinite(other);
  for (let i = 0; i < other.length; i++)
    if (Number.isNaN(other[i]!) !== Number.isNaN(d[i]!) || Math.abs(other[i]!) === Number.POSITIVE_INFINITY) return false;
  return true;
}
