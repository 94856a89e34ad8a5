import { AppError } from '@/lib/errors';
import { leastSquares, type Matrix, type RobustFit, robustLeastSquares } from '@/lib/numerics';
import { type OverlayMarks, overlayDesign, termScales } from './design';
import { type AxisSolution, directFit, type SharedFit } from './direct-fit';
import type { OverlayAxis, OverlayModel, OverlayTerm } from './terms';

/** Robustness and policy of an overlay fit. */
export interface OverlayFitOptions {
  /** `none` (default), iteratively reweighted, or repeated removal of marks beyond `rejectSigma` robust sigmas. */
  readonly robust?: 'none' | 'huber' | 'bisquare' | 'reject';
  /** For `reject`, in robust sigmas. */
  readonly rejectSigma?: number;
  /** Terms the plan cannot see: refuse, drop the highest of them and report it (default), or share by minimum norm. */
  readonly onDeficient?: 'throw' | 'drop' | 'minimum_norm';
  /** Singular values (normalised coordinates) below this fraction of the largest count as zero. Default 1e-6. */
  readonly rankTolerance?: number;
  /** From the stated uncertainties (`known`) or scaled by the residuals (`estimated`, default). */
  readonly covariance?: 'estimated' | 'known';
}

/** A term with its fitted coefficient. */
export interface FittedTerm extends OverlayTerm {
  /** In `unit` (nm/mm^p); null when the plan cannot identify the term. */
  readonly value: number | null;
  /** In `unit`; null too where the marks leave nothing to estimate it from. */
  readonly standardError: number | null;
  /** Coefficient in normalised coordinates, nm at the edge of the unit coordinate. */
  readonly normalised: number | null;
  /** Largest |correlation| with another term of the axis, and which. */
  readonly correlation: { readonly with: string; readonly value: number } | null;
}

/** The fit of one axis. */
export interface AxisFit {
  readonly terms: readonly FittedTerm[];
  /** Covariance of the identified terms, in their order, physical units, row-major. */
  readonly covariance: Float64Array;
  readonly identified: readonly string[];
  readonly rank: number;
  readonly conditionNumber: number;
  readonly dof: number;
  /** nm; NaN, as the estimated covariance, where there are as many terms as marks. */
  readonly residualSigma: number;
  /** nm². */
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

/** 1/u² of each mark; a mark that was not measured on this axis has weight 0, whatever its u. */
function uncertaintyWeights(u: ArrayLike<number>, d: ArrayLike<number>, field: 'uDx' | 'uDy'): Float64Array {
  return Float64Array.from({ length: u.length }, (_, i) => {
    if (Number.isNaN(d[i]!)) return 0;
    if (!(u[i]! > 0))
      throw new AppError(
        'invalid_input',
        `${field}[${i}] is ${u[i]}; give a positive standard uncertainty in nm for every measured mark`,
        { field, index: i },
      );
    return 1 / u[i]! ** 2;
  });
}

/**
 * One axis: terms that the plan cannot see are dropped, shared or refused as the options say. Errors as `fitOverlay`.
 * @param d - dx or dy of every mark, (n,), nm.
 * @param u - standard uncertainties, (n,), nm.
 * @returns coefficients in nm/mm^p.
 */
export function fitAxis(
  marks: OverlayMarks,
  model: OverlayModel,
  axis: OverlayAxis,
  d: ArrayLike<number>,
  u: ArrayLike<number> | undefined,
  o: OverlayFitOptions,
  shared: SharedFit,
) {
  const terms = model.terms.filter((t) => t.axis === axis);
  const weights = u ? uncertaintyWeights(u, d, axis === 'dx' ? 'uDx' : 'uDy') : undefined;
  let keep = terms.map((_, j) => j);
  for (;;) {
    const kept = keep.map((j) => terms[j]!);
    try {
      return assemble(terms, termScales(model, terms), keep, solve(marks, model, kept, d, weights, o, shared));
    } catch (e) {
      if (!(e instanceof AppError) || e.code !== 'rank_deficient' || (o.onDeficient ?? 'drop') !== 'drop') throw e;
      // drop the term of highest degree that takes part in the dependency; field terms before grid terms at equal degree
      const columns = e.details['columns'] as readonly number[];
      const drop = columns.map((c) => keep[c]!).reduce((p, q) => (rankOfTerm(terms[q]!) >= rankOfTerm(terms[p]!) ? q : p));
      keep = keep.filter((j) => j !== drop);
    }
  }
}

const rankOfTerm = (t: OverlayTerm): number => 2 * (t.i + t.j) + (t.scope === 'field' ? 1 : 0);

interface Solved {
  readonly fit: AxisSolution;
  /** Measured − modelled of every mark, nm. */
  readonly residual: Float64Array;
  readonly robust: AxisFit['robust'];
  readonly rejected: number[];
}

function solve(
  marks: OverlayMarks,
  model: OverlayModel,
  terms: readonly OverlayTerm[],
  d: ArrayLike<number>,
  weights: Float64Array | undefined,
  o: OverlayFitOptions,
  shared: SharedFit,
): Solved {
  const base = {
    ...(weights ? { weights } : {}),
    names: terms.map((t) => t.id),
    rankTolerance: o.rankTolerance ?? 1e-6,
    onDeficient: o.onDeficient === 'minimum_norm' ? ('minimum_norm' as const) : ('throw' as const),
    covariance: o.covariance ?? ('estimated' as const),
  };
  const robust = o.robust ?? 'none';
  if (robust === 'none') {
    const fit = directFit(marks, model, terms, d, weights, base.rankTolerance, base.covariance, shared);
    if (fit) return { fit, residual: fit.residuals, robust: null, rejected: [] };
  }
  const { design } = overlayDesign(model, terms, marks);
  if (robust === 'reject') return withResidual(d, reject(design, d, base, o.rejectSigma ?? 4));
  if (robust === 'none') return withResidual(d, { fit: leastSquares(design, d, base), robust: null, rejected: [] });
  const fit: RobustFit = robustLeastSquares(design, d, { ...base, estimator: robust });
  const rejected = Array.from(fit.robustWeights.keys()).filter((i) => fit.robustWeights[i]! < 1e-9);
  return withResidual(d, {
    fit,
    robust: { scale: fit.scale, weights: fit.robustWeights, iterations: fit.iterations, status: fit.status },
    rejected,
  });
}

function withResidual(d: ArrayLike<number>, solved: Omit<Solved, 'residual'>): Solved {
  return { ...solved, residual: solved.fit.fitted.map((v, i) => d[i]! - v) };
}

// Removes marks beyond k sigmas of the current fit, all at once, until none is left to remove; at most a quarter of the marks.
function reject(
  a: Matrix,
  d: ArrayLike<number>,
  base: Parameters<typeof leastSquares>[2] & object,
  k: number,
): Omit<Solved, 'residual'> {
  const start = robustLeastSquares(a, d, { ...base, estimator: 'bisquare' });
  const out = new Set<number>();
  const limit = Math.floor(start.nUsed / 4);
  let sigma = start.scale;
  let fit: AxisSolution = start;
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

function assemble(terms: readonly OverlayTerm[], scale: Float64Array, keep: readonly number[], solved: Solved) {
  const { fit, residual } = solved;
  const p = keep.length;
  const covariance = new Float64Array(p * p);
  for (let a = 0; a < p; a++)
    for (let b = 0; b < p; b++) covariance[a * p + b] = fit.covariance[a * p + b]! / (scale[keep[a]!]! * scale[keep[b]!]!);
  const position = new Int32Array(terms.length).fill(-1);
  for (let k = 0; k < p; k++) position[keep[k]!] = k;
  const fitted = terms.map((t, j): FittedTerm => {
    const k = position[j]!;
    const seen = k >= 0;
    return {
      id: t.id,
      axis: t.axis,
      scope: t.scope,
      i: t.i,
      j: t.j,
      unit: t.unit,
      label: t.label,
      value: seen ? fit.coefficients[k]! / scale[j]! : null,
      standardError: seen ? determined(fit.standardErrors[k]! / scale[j]!) : null,
      normalised: seen ? fit.coefficients[k]! : null,
      correlation: seen ? strongest(fit, k, keep, terms) : null,
    };
  });
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

const determined = (v: number): number | null => (Number.isFinite(v) ? v : null);

function strongest(
  { covariance: c, standardErrors: u }: AxisSolution,
  k: number,
  keep: readonly number[],
  terms: readonly OverlayTerm[],
): FittedTerm['correlation'] {
  const p = u.length;
  let best = -1;
  let value = 0;
  for (let j = 0; j < p; j++) {
    if (j === k) continue;
    const r = c[k * p + j]! / (u[k]! * u[j]!);
    if (Number.isFinite(r) && (best < 0 || Math.abs(r) > Math.abs(value))) {
      best = j;
      value = r;
    }
  }
  return best < 0 ? null : { with: terms[keep[best]!]!.id, value };
}
