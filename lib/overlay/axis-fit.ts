import { AppError } from '@/lib/errors';
import {
  type DesignFactor,
  factorDesign,
  type LeastSquaresFit,
  leastSquares,
  type Matrix,
  matrix,
  type RobustFit,
  robustLeastSquares,
  solveDesign,
} from '@/lib/numerics';
import { type OverlayMarks, overlayDesign } from './design';
import type { OverlayAxis, OverlayModel, OverlayTerm } from './terms';

export interface OverlayFitOptions {
  /** `none` (default), iteratively reweighted, or repeated removal of marks beyond `rejectSigma` robust sigmas. */
  readonly robust?: 'none' | 'huber' | 'bisquare' | 'reject';
  readonly rejectSigma?: number;
  /** Terms the plan cannot see: refuse, drop the highest of them and report it (default), or share by minimum norm. */
  readonly onDeficient?: 'throw' | 'drop' | 'minimum_norm';
  /** Singular values (normalised coordinates) below this fraction of the largest count as zero. Default 1e-6. */
  readonly rankTolerance?: number;
  readonly covariance?: 'estimated' | 'known';
}

export interface FittedTerm extends OverlayTerm {
  /** In `unit` (nm/mm^p); null when the plan cannot identify the term. */
  readonly value: number | null;
  readonly standardError: number | null;
  /** Coefficient in normalised coordinates, nm at the edge of the unit coordinate. */
  readonly normalised: number | null;
  /** Largest |correlation| with another term of the axis, and which. */
  readonly correlation: { readonly with: string; readonly value: number } | null;
}

export interface AxisFit {
  readonly terms: readonly FittedTerm[];
  /** Covariance of the identified terms, in their order, physical units, row-major. */
  readonly covariance: Float64Array;
  readonly identified: readonly string[];
  readonly rank: number;
  readonly conditionNumber: number;
  readonly dof: number;
  readonly residualSigma: number;
  readonly rss: number;
  readonly nUsed: number;
  /** Marks given zero or near-zero weight by the robust option, or rejected. */
  readonly rejected: readonly number[];
  readonly robust: {
    readonly scale: number;
    readonly weights: Float64Array;
    readonly iterations: number;
    readonly status: 'converged' | 'max_iterations';
  } | null;
}

function uncertaintyWeights(u: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: u.length }, (_, i) => {
    if (!(u[i]! > 0))
      throw new AppError('invalid_input', `u[${i}] is ${u[i]}; give a positive standard uncertainty in nm for every mark`, {
        index: i,
      });
    return 1 / u[i]! ** 2;
  });
}

/** One axis: terms that the plan cannot see are dropped, shared or refused as the options say. Errors as `fitOverlay`. */
export function fitAxis(
  marks: OverlayMarks,
  model: OverlayModel,
  axis: OverlayAxis,
  d: ArrayLike<number>,
  u: ArrayLike<number> | undefined,
  o: OverlayFitOptions,
  shared: SharedFactor,
) {
  const terms = model.terms.filter((t) => t.axis === axis);
  const { design, scale } = sharedDesign(model, terms, marks, shared);
  const weights = u ? uncertaintyWeights(u) : undefined;
  let keep = terms.map((_, j) => j);
  for (;;) {
    const a = selectColumns(design, keep);
    try {
      const solved = solve(
        a,
        d,
        weights,
        keep.map((j) => terms[j]!.id),
        o,
        shared,
        [marks.dx, marks.dy],
        weights ? null : powersOf(keep.map((j) => terms[j]!)),
      );
      return assemble(terms, scale, keep, solved, d);
    } catch (e) {
      if (!(e instanceof AppError) || e.code !== 'rank_deficient' || (o.onDeficient ?? 'drop') !== 'drop') throw e;
      // drop the term of highest degree that takes part in the dependency; field terms before grid terms at equal degree
      const columns = e.details['columns'] as readonly number[];
      const drop = columns.map((c) => keep[c]!).reduce((p, q) => (rankOfTerm(terms[q]!) >= rankOfTerm(terms[p]!) ? q : p));
      keep = keep.filter((j) => j !== drop);
    }
  }
}

const powersOf = (terms: readonly OverlayTerm[]): string => terms.map((t) => `${t.scope}${t.i},${t.j}`).join(' ');

// Both axes of a wafer have one design when their terms have the same powers.
function sharedDesign(model: OverlayModel, terms: readonly OverlayTerm[], marks: OverlayMarks, shared: SharedFactor) {
  const key = powersOf(terms);
  if (shared.design?.key !== key) shared.design = { key, ...overlayDesign(model, terms, marks) };
  return shared.design;
}

const rankOfTerm = (t: OverlayTerm): number => 2 * (t.i + t.j) + (t.scope === 'field' ? 1 : 0);

function selectColumns(a: Matrix, keep: readonly number[]): Matrix {
  if (keep.length === a.cols) return a;
  const out = matrix(a.rows, keep.length);
  for (let i = 0; i < a.rows; i++)
    for (let c = 0; c < keep.length; c++) out.data[i * keep.length + c] = a.data[i * a.cols + keep[c]!]!;
  return out;
}

/** Last design of a wafer and, unweighted, its factor: both axes have the same ones when their terms have the same powers. */
export interface SharedFactor {
  design: { readonly key: string; readonly design: Matrix; readonly scale: Float64Array } | null;
  key: string;
  factor: DesignFactor | null;
}

interface Solved {
  readonly fit: LeastSquaresFit;
  readonly robust: AxisFit['robust'];
  readonly rejected: number[];
}

function solve(
  a: Matrix,
  d: ArrayLike<number>,
  weights: Float64Array | undefined,
  names: string[],
  o: OverlayFitOptions,
  shared: SharedFactor,
  columns: readonly ArrayLike<number>[],
  key: string | null,
): Solved {
  const base = {
    ...(weights ? { weights } : {}),
    names,
    rankTolerance: o.rankTolerance ?? 1e-6,
    onDeficient: o.onDeficient === 'minimum_norm' ? ('minimum_norm' as const) : ('throw' as const),
    covariance: o.covariance ?? ('estimated' as const),
  };
  const robust = o.robust ?? 'none';
  if (robust === 'none') {
    if (key === null) return { fit: leastSquares(a, d, base), robust: null, rejected: [] };
    if (!shared.factor || shared.key !== key || !sameRows(shared.factor, d)) {
      shared.factor = factorDesign(a, d, base, columns);
      shared.key = key;
    }
    return { fit: solveDesign(shared.factor, d, base.covariance), robust: null, rejected: [] };
  }
  if (robust === 'reject') return reject(a, d, base, o.rejectSigma ?? 4);
  const fit: RobustFit = robustLeastSquares(a, d, { ...base, estimator: robust });
  const rejected = Array.from(fit.robustWeights.keys()).filter((i) => fit.robustWeights[i]! < 1e-9);
  return {
    fit,
    robust: { scale: fit.scale, weights: fit.robustWeights, iterations: fit.iterations, status: fit.status },
    rejected,
  };
}

function sameRows(f: DesignFactor, d: ArrayLike<number>): boolean {
  let n = 0;
  for (let i = 0; i < d.length; i++) if (!Number.isNaN(d[i]!)) n++;
  // a column that was carried along is measured on every row of the factor
  return n === f.rows.length && (f.projected.has(d) || f.rows.every((i) => !Number.isNaN(d[i]!)));
}

// Removes marks beyond k sigmas of the current fit, all at once, until none is left to remove; at most a quarter of the marks.
function reject(a: Matrix, d: ArrayLike<number>, base: Parameters<typeof leastSquares>[2] & object, k: number): Solved {
  const start = robustLeastSquares(a, d, { ...base, estimator: 'bisquare' });
  const out = new Set<number>();
  const limit = Math.floor(start.nUsed / 4);
  let sigma = start.scale;
  let fit: LeastSquaresFit = start;
  for (let round = 1; ; round++) {
    const before = out.size;
    const r = Float64Array.from(
      { length: d.length },
      (_, i) => (d[i]! - fit.fitted[i]!) * (base.weights ? Math.sqrt(base.weights[i]!) : 1),
    );
    const worst = Array.from(r.keys()).filter((i) => !out.has(i) && Math.abs(r[i]!) > k * sigma);
    for (const i of worst.sort((p, q) => Math.abs(r[q]!) - Math.abs(r[p]!))) if (out.size < limit) out.add(i);
    const kept = Float64Array.from({ length: d.length }, (_, i) => (out.has(i) ? Number.NaN : d[i]!));
    fit = leastSquares(a, kept, base);
    sigma = fit.residualSigma;
    if (out.size === before || round === 50) {
      return {
        fit,
        robust: {
          scale: sigma,
          weights: Float64Array.from(r, (_, i) => (out.has(i) ? 0 : 1)),
          iterations: round,
          status: round < 50 ? 'converged' : 'max_iterations',
        },
        rejected: [...out].sort((p, q) => p - q),
      };
    }
  }
}

function assemble(
  terms: readonly OverlayTerm[],
  scale: Float64Array,
  keep: readonly number[],
  solved: Solved,
  d: ArrayLike<number>,
) {
  const { fit } = solved;
  const p = keep.length;
  const covariance = new Float64Array(p * p);
  for (let a = 0; a < p; a++)
    for (let b = 0; b < p; b++) covariance[a * p + b] = fit.covariance[a * p + b]! / (scale[keep[a]!]! * scale[keep[b]!]!);
  const position = new Map(keep.map((j, k) => [j, k]));
  const fitted = terms.map((t, j): FittedTerm => {
    const k = position.get(j);
    if (k === undefined) return { ...t, value: null, standardError: null, normalised: null, correlation: null };
    return {
      ...t,
      value: fit.coefficients[k]! / scale[j]!,
      standardError: fit.standardErrors[k]! / scale[j]!,
      normalised: fit.coefficients[k]!,
      correlation: strongest(fit.covariance, p, k, keep, terms),
    };
  });
  const residual = new Float64Array(d.length);
  for (let i = 0; i < residual.length; i++) residual[i] = d[i]! - fit.fitted[i]!;
  const axisFit: AxisFit = {
    terms: fitted,
    covariance,
    identified: keep.map((j) => terms[j]!.id),
    rank: fit.rank,
    conditionNumber: fit.conditionNumber,
    dof: fit.dof,
    residualSigma: fit.residualSigma,
    rss: fit.rss,
    nUsed: fit.nUsed,
    rejected: solved.rejected,
    robust: solved.robust,
  };
  return { fit: axisFit, modelled: fit.fitted, residual };
}

function strongest(
  c: Float64Array,
  p: number,
  k: number,
  keep: readonly number[],
  terms: readonly OverlayTerm[],
): FittedTerm['correlation'] {
  let best = -1;
  let value = 0;
  for (let j = 0; j < p; j++) {
    if (j === k) continue;
    const r = c[k * p + j]! / Math.sqrt(c[k * p + k]! * c[j * p + j]!);
    if (Number.isFinite(r) && (best < 0 || Math.abs(r) > Math.abs(value))) {
      best = j;
      value = r;
    }
  }
  return best < 0 ? null : { with: terms[keep[best]!]!.id, value };
}
