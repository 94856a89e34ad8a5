import { AppError } from '@/lib/errors';
import { fromRows, leastSquares } from '@/lib/numerics';

/** One truncation of an order sweep. */
export interface SweepRow {
  /** M. */
  readonly truncation: number;
  /** The observed values: amplitudes and efficiencies, in the order of the model. */
  readonly values: Float64Array;
  /** Largest change of any value since the row before; NaN in the first. */
  readonly change: number;
  /** Bound of the distance to M → ∞; NaN while there are too few rows. */
  readonly errorEstimate: number;
}

/** Why a truncation was chosen, to be stored beside whatever was computed with it. */
export interface TruncationCertificate {
  /** M of the last row: the choice. */
  readonly truncation: number;
  readonly tolerance: number;
  /** Bound of the error of any amplitude or efficiency at the last row. */
  readonly errorEstimate: number;
  /** Whether the estimate met the tolerance; if not, the sweep ended at its largest M or its budget of unknowns. */
  readonly isReached: boolean;
  /** What the estimates rest on: the law of the sweep, or the distance to the modal solver with its own error added. */
  readonly evidence: 'sweep' | 'modal';
  readonly sweep: readonly SweepRow[];
}

/**
 * Largest difference between two value vectors; NaN (evanescent in both) counts as equal, NaN in one as different.
 * @param a - (n,); b - (n,).
 * @returns dimensionless, as the values.
 */
export function largestChange(a: Float64Array, b: Float64Array): number {
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const d = Math.abs(a[i]! - b[i]!);
    if (d > worst) worst = d;
    else if (Number.isNaN(d) && Number.isNaN(a[i]!) !== Number.isNaN(b[i]!)) return Number.POSITIVE_INFINITY;
  }
  return worst;
}

/** A factor for sweeps that are not monotonic: no row of the reference gratings needs more than 1.5, copper lines outside that set need 1.65. */
const SAFETY = 2;

/**
 * Bound of the distance to M → ∞ from an algebraic law v∞ + c·M^(−p): every change fixes a c, and the largest of the last three counts, because the error of
 * metals in TM changes its sign and single changes can be small by chance. The floor is 1e-12.
 * @param truncations @param changes - the same length, `changes[k]` between k − 1 and k.
 * @param exponent - p; 2 for TE (theory 3), 1 for everything else.
 * @returns bound of |v(M) − v∞| at the last M, in the unit of the changes.
 * @reference Li & Haggans, J. Opt. Soc. Am. A 10 (1993) 1184 and Li, J. Opt. Soc. Am. A 13 (1996) 1870 (rates of convergence).
 */
export function tailEstimate(truncations: ArrayLike<number>, changes: ArrayLike<number>, exponent: number): number {
  const k = truncations.length - 1;
  if (k < 3) return Number.NaN;
  let c = 0;
  for (let j = k - 2; j <= k; j++)
    c = Math.max(c, changes[j]! / (truncations[j - 1]! ** -exponent - truncations[j]! ** -exponent));
  return Math.max(1e-12, SAFETY * c * truncations[k]! ** -exponent);
}

/** The limit M → ∞ of a sweep and the uncertainty of its law. */
export interface SweepLimit {
  /** v∞. */
  readonly values: Float64Array;
  readonly errorEstimate: number;
}

/**
 * Limit of a sweep over consecutive truncations from the law v(M) = v∞ + a·M^(−p) + (−1)^M b·M^(−p) with p = 2.5, least squares over the last four rows. Doubly
 * periodic structures alternate between even and odd M, so that neither the last value nor a law without the alternating term is their limit. A row's doubt is
 * the larger of two: the difference between the laws p = 2 and p = 3, and the change of the limit by that row. The estimate is three times the largest doubt of
 * the last three rows, because metals do not keep to the law and single doubts are small by chance: twice the last one alone missed by 2.1 times.
 * @param rows - at least five, truncations rising by one.
 * @returns v∞ with its estimate, in the unit of the values.
 * @throws AppError `invalid_input` for fewer rows.
 */
export function extrapolateSweep(rows: readonly { readonly truncation: number; readonly values: Float64Array }[]): SweepLimit {
  if (rows.length < 5)
    throw new AppError('invalid_input', `${rows.length} truncations; an extrapolation needs five`, { field: 'rows' });
  const doubt = (end: number): number => {
    const last = rows.slice(end - 4, end);
    const earlier = limitOf(rows.slice(end - 5, end - 1), 2.5);
    return Math.max(largestChange(limitOf(last, 2), limitOf(last, 3)), largestChange(limitOf(last, 2.5), earlier));
  };
  const ends = [rows.length - 2, rows.length - 1, rows.length].filter((end) => end >= 5);
  return { values: limitOf(rows.slice(-4), 2.5), errorEstimate: 3 * Math.max(...ends.map(doubt)) };
}

function limitOf(rows: readonly { readonly truncation: number; readonly values: Float64Array }[], p: number): Float64Array {
  // the limit is one linear functional of the rows, the same for every value
  const design = fromRows(rows.map((r) => [1, r.truncation ** -p, (r.truncation % 2 === 0 ? 1 : -1) * r.truncation ** -p]));
  const weights = rows.map(
    (_, k) =>
      leastSquares(
        design,
        Float64Array.from(rows, (_r, i) => (i === k ? 1 : 0)),
      ).coefficients[0],
  );
  return rows[0]!.values.map((_, i) => rows.reduce((s, r, k) => s + weights[k]! * r.values[i]!, 0));
}
