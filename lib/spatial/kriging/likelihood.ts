import { AppError } from '@/lib/errors';
import {
  cholesky,
  forwardSolveInPlace,
  forwardSolveManyInPlace,
  matrix,
  minimiseSimplex,
  qrFactor,
  requireVariation,
  thinQ,
} from '@/lib/numerics';
import { type CovarianceKind, type CovarianceModel, covarianceMatrixOf } from './covariance';
import { type Drift, driftFrame, driftLogScale, driftMatrix, driftTerms } from './drift';

/** Maximum likelihood, or restricted maximum likelihood. */
export type LikelihoodKind = 'ml' | 'reml';

interface Pieces {
  readonly n: number;
  readonly p: number;
  readonly logDet: number;
  /** r V⁻¹ r with r = z − Fβ. */
  readonly quadratic: number;
  readonly logDetDrift: number;
}

function pieces(x: ArrayLike<number>, y: ArrayLike<number>, z: ArrayLike<number>, model: CovarianceModel, drift: Drift): Pieces {
  const n = x.length;
  const p = driftTerms(drift);
  const c = cholesky(covarianceMatrixOf(model, x, y), n);
  const r = Float64Array.from(z);
  forwardSolveInPlace(c.l, r);
  let logDetDrift = 0;
  if (p > 0) {
    const frame = driftFrame(drift, x, y);
    const a = driftMatrix(frame, x, y);
    forwardSolveManyInPlace(c.l, n, a.data, p);
    const qr = qrFactor(matrix(n, p, a.data));
    const q = thinQ(qr).data;
    for (let j = 0; j < p; j++) {
      logDetDrift += 2 * Math.log(Math.abs(qr.factors[j * p + j]!));
      let s = 0;
      for (let i = 0; i < n; i++) s += q[i * p + j]! * r[i]!;
      for (let i = 0; i < n; i++) r[i]! -= s * q[i * p + j]!;
    }
    logDetDrift += driftLogScale(frame);
  }
  return { n, p, logDet: c.logDet, quadratic: r.reduce((s, v) => s + v * v, 0), logDetDrift };
}

/**
 * Log likelihood of a Gaussian field: ML −½(n ln 2π + ln|V| + rᵀV⁻¹r), REML −½((n − p) ln 2π + ln|V| + ln|FᵀV⁻¹F| + rᵀV⁻¹r), r = z − Fβ_GLS.
 * @param x - (n,), mm; `y` likewise.
 * @param z - (n,), finite.
 * @returns natural logarithm.
 * @throws AppError `not_positive_definite` when sites repeat without nugget.
 * @reference Harville, J. Am. Stat. Assoc. 72 (1977) 320; without the constant ½ ln|FᵀF| that some programs add to REML.
 */
export function covarianceLogLikelihood(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  z: ArrayLike<number>,
  model: CovarianceModel,
  drift: Drift,
  kind: LikelihoodKind,
): number {
  const q = pieces(x, y, z, model, drift);
  const free = kind === 'ml' ? q.n : q.n - q.p;
  return -0.5 * (free * Math.log(2 * Math.PI) + q.logDet + q.quadratic + (kind === 'reml' ? q.logDetDrift : 0));
}

/**
 * The likelihood of a model of unit variance where σ² is free: its highest value over σ², and the σ² there (r V⁻¹ r over the free values).
 * @param unit - sigma2 is 1, and the nugget a share of it.
 * @throws AppError `not_positive_definite` when sites repeat without nugget.
 * @reference Diggle & Ribeiro, Model-based Geostatistics (2007), §5.4.
 */
export function profiledLogLikelihood(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  z: ArrayLike<number>,
  unit: CovarianceModel,
  drift: Drift,
  kind: LikelihoodKind,
): { readonly value: number; readonly sigma2: number } {
  const q = pieces(x, y, z, unit, drift);
  const free = kind === 'ml' ? q.n : q.n - q.p;
  const sigma2 = q.quadratic / free;
  const value = -0.5 * (free * (Math.log(2 * Math.PI) + Math.log(sigma2) + 1) + q.logDet + (kind === 'reml' ? q.logDetDrift : 0));
  return { value, sigma2 };
}

/** A covariance by maximum likelihood. */
export interface LikelihoodFit {
  readonly model: CovarianceModel;
  readonly logLikelihood: number;
  readonly status: 'converged' | 'max_iterations' | 'at_bound';
  /** Which parameter ran to the end of its range; the likelihood then has no interior maximum. */
  readonly bound: 'phi' | 'nugget' | null;
  readonly evaluations: number;
}

// Start of the search: ranges as shares of the extent of the sites, nuggets as shares of the sill.
const RANGE_SHARES = [0.01, 0.02, 0.04, 0.08, 0.13, 0.2, 0.3, 0.5, 0.8, 1.3, 2.5];
const NUGGET_RATIOS = [1e-4, 0.01, 0.1, 0.6];
const MAX_STARTS = 4;

/**
 * Maximum-likelihood covariance. σ² is profiled out in closed form, ln φ and ln(nugget/σ²) are searched by simplex from every local maximum of a coarse ladder
 * of ranges (spherical likelihoods have several).
 * @param nu - fixed smoothness of a Matérn model.
 * @param zAll - values; NaN sites are left out.
 * @param xAll - (n,), mm; `yAll` likewise.
 * @throws AppError `invalid_input` with fewer than five measured sites more than drift terms; `out_of_domain` when the values do not vary.
 * @reference Mardia & Marshall, Biometrika 71 (1984) 135; profiling: Diggle & Ribeiro, Model-based Geostatistics (2007), §5.4.
 */
export function fitCovariance(
  xAll: ArrayLike<number>,
  yAll: ArrayLike<number>,
  zAll: ArrayLike<number>,
  kind: CovarianceKind,
  options: { readonly drift?: Drift; readonly likelihood?: LikelihoodKind; readonly nu?: number } = {},
): LikelihoodFit {
  if (xAll.length !== zAll.length || yAll.length !== zAll.length)
    throw new AppError('invalid_input', `x, y, value have ${xAll.length}, ${yAll.length}, ${zAll.length} entries`, {
      field: 'value',
    });
  const keep = Array.from({ length: zAll.length }, (_, i) => i).filter((i) => !Number.isNaN(zAll[i]!));
  const [x, y, z] = [xAll, yAll, zAll].map((v) => Float64Array.from(keep, (i) => v[i]!)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const drift = options.drift ?? 'constant';
  const like = options.likelihood ?? 'reml';
  const n = x.length;
  const p = driftTerms(drift);
  if (n < p + 5)
    throw new AppError(
      'invalid_input',
      `${n} sites are too few for a covariance with a ${drift} drift; measure ${p + 5} or more`,
      { n },
    );
  requireVariation('value', z);
  const nu = kind === 'matern' ? { nu: options.nu ?? 1.5 } : {};
  const span = Math.max(extentOf(x), extentOf(y));
  const [logLo, logHi] = [Math.log(span * 1e-3), Math.log(span * 1e3)];
  const [tauLo, tauHi] = [Math.log(1e-8), Math.log(1e4)];
  const profile = (t: ArrayLike<number>): { value: number; sigma2: number } =>
    profiledLogLikelihood(x, y, z, { kind, sigma2: 1, phi: Math.exp(t[0]!), nugget: Math.exp(t[1]!), ...nu }, drift, like);
  const objective = (t: Float64Array): number => {
    if (t[0]! < logLo || t[0]! > logHi || t[1]! < tauLo || t[1]! > tauHi) return Number.POSITIVE_INFINITY;
    try {
      return -profile(t).value;
    } catch (e) {
      if (e instanceof AppError && e.code === 'not_positive_definite') return Number.POSITIVE_INFINITY;
      throw e;
    }
  };
  let best: ReturnType<typeof minimiseSimplex> | null = null;
  let evaluations = 0;
  // best nugget ratio at each range of a ladder; every local maximum along it starts a search, because compact models have several
  const ladder = RANGE_SHARES.map((share) => {
    const starts = NUGGET_RATIOS.map((ratio) => {
      const t: [number, number] = [Math.log(span * share), Math.log(ratio)];
      evaluations++;
      return { t, f: objective(Float64Array.from(t)) };
    });
    return starts.reduce((a, b) => (b.f < a.f ? b : a));
  });
  const peaks = ladder.filter((a, k) => a.f <= (ladder[k - 1]?.f ?? Infinity) && a.f <= (ladder[k + 1]?.f ?? Infinity));
  const rest = ladder.filter((a) => !peaks.includes(a)).sort((a, b) => a.f - b.f);
  const starts = [...peaks.sort((a, b) => a.f - b.f), ...rest].slice(0, Math.min(MAX_STARTS, Math.max(2, peaks.length)));
  for (const { t } of starts) {
    const r = minimiseSimplex(objective, t, { step: [0.3, 0.8], tolerance: 1e-11, maxEvaluations: 500 });
    evaluations += r.evaluations;
    if (!best || r.f < best.f) best = r;
  }
  const { sigma2 } = profile(best!.x);
  const phi = Math.exp(best!.x[0]!);
  const ratio = Math.exp(best!.x[1]!);
  const bound =
    best!.x[0]! > logHi - 0.5 || best!.x[0]! < logLo + 0.5
      ? ('phi' as const)
      : best!.x[1]! < tauLo + 1 || best!.x[1]! > tauHi - 0.5
        ? ('nugget' as const)
        : null;
  return {
    model: { kind, sigma2, phi, nugget: ratio * sigma2, ...nu },
    logLikelihood: -best!.f,
    status: bound ? 'at_bound' : best!.status,
    bound,
    evaluations,
  };
}

/** Extent of positions, mm; 1 where they do not differ. */
export function extentOf(v: ArrayLike<number>): number {
  let lo = Number.POSITIVE_INFINITY;
  let hi = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < v.length; i++) {
    lo = Math.min(lo, v[i]!);
    hi = Math.max(hi, v[i]!);
  }
  return hi - lo || 1;
}
