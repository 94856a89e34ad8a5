import { AppError } from '@/lib/errors';
import { correlationOf, incompleteGamma } from '@/lib/numerics';
import { type FisherResult, fisherInformation } from './fisher';
import type { FitProblem, FitResult, FitWarning } from './fit-types';
import { oneSidedError } from './one-sided';
import { priorRows } from './prior-rows';

const NEAR_SINGULAR = 1e6;
const POOR_FIT = 1e-6;
/** A posterior standard deviation above this share of the prior one: the data did not measure the parameter. */
const PRIOR_SHARE = 0.95;

/** Where a search ended. */
export interface FitPoint {
  /** (n,). */
  readonly parameters: Float64Array;
  /** (m,), unit of the data. */
  readonly modelled: Float64Array;
  /** (model − data)/σ. */
  readonly residuals: Float64Array;
  readonly atBound: readonly boolean[];
  readonly status: FitResult['status'];
  readonly iterations: number;
  readonly evaluations: number;
  readonly residual: number;
}

/**
 * Covariance, goodness of fit and warnings at a point that a search left: the one place that decides what a result is worth.
 * @param jacobian - (m, n) of the model at the point, unit data/unit parameter.
 * @returns the result with covariance in the units of the parameters.
 * @reference covariance (JᵀWJ)⁻¹: Press et al., Numerical Recipes, §15.4, §15.6; with weights the sandwich of White, Econometrica 48 (1980) 817.
 */
export function reportFit(problem: FitProblem, point: FitPoint, jacobian: Float64Array): FitResult {
  const { names } = problem;
  const n = names.length;
  const { residuals, status, atBound } = point;
  const prior = priorRows(problem, point.parameters);
  const sum = (a: Float64Array): number => a.reduce((s, v) => s + v * v, 0);
  const isPenalty = (k: number): boolean => problem.priors?.[k]?.isPenalty === true;
  const chi2Prior = sum(prior.residuals.filter((_, k) => !isPenalty(k)));
  const chi2 = sum(residuals) + chi2Prior;
  const free = atBound.flatMap((held, i) => (held ? [] : [i]));
  const ends = atBound.flatMap((held, i) => (held && isPhysicalEnd(problem, point.parameters, i) ? [i] : []));
  const bound = atBound.flatMap((held, i) => (held && !ends.includes(i) ? [names[i]!] : []));
  const warnings: FitWarning[] = [];
  if (bound.length > 0)
    warnings.push({
      kind: 'at_bound',
      parameters: bound,
      message: `${bound.join(', ')} at a bound; widen it or fix the parameter`,
    });
  if (status !== 'converged')
    warnings.push({
      kind: 'not_converged',
      parameters: [],
      message: `no minimum after ${point.iterations} iterations; start elsewhere`,
    });
  const information = determined(problem, jacobian, prior.jacobian, free, warnings);
  const effectiveParameters = free.length - (information?.spentByPenalties ?? 0);
  const counted = prior.residuals.filter((_, k) => !isPenalty(k)).length;
  const degreesOfFreedom = residuals.length + counted - effectiveParameters;
  const reducedChi2 = chi2 / Math.max(1, degreesOfFreedom);
  const relative = problem.covarianceScale === 'residual';
  const pValue = degreesOfFreedom > 0 && !relative ? incompleteGamma(degreesOfFreedom / 2, chi2 / 2).q : Number.NaN;
  const poorFit = problem.poorFitAbove === undefined ? pValue < POOR_FIT : !(reducedChi2 <= problem.poorFitAbove);
  if (poorFit)
    warnings.push({
      kind: 'poor_fit',
      parameters: [],
      message: `χ²/ν is ${reducedChi2.toPrecision(3)}: the model does not describe the data within σ`,
    });
  const scaled = degreesOfFreedom > 0 ? covarianceFactor(problem, reducedChi2) : 1;
  const covariance = spread(information?.covariance, free, n).map((v) => v * scaled);
  for (const i of ends)
    covariance[i * n + i] = scaled * oneSidedError(problem, point.parameters, residuals, jacobian, free, i) ** 2;
  // where the box stopped a parameter, the data have not said how well they know it
  const isKnown = (i: number): boolean => (atBound[i] ? ends.includes(i) : information !== null);
  const standardErrors = Float64Array.from({ length: n }, (_, i) =>
    isKnown(i) ? Math.sqrt(covariance[i * n + i]!) : Number.POSITIVE_INFINITY,
  );
  if (information) warnUndetermined(problem, standardErrors, [...free, ...ends], warnings);
  return {
    parameters: point.parameters,
    covariance,
    standardErrors,
    correlation: spread(information?.correlation, free, n),
    oneSided: ends.map((i) => names[i]!),
    reducedChi2,
    scaled,
    poorFit,
    chi2,
    chi2Prior,
    degreesOfFreedom,
    effectiveParameters,
    pValue,
    residuals,
    modelled: point.modelled,
    status,
    iterations: point.iterations,
    evaluations: point.evaluations,
    residual: point.residual,
    warnings,
    isIdentifiable: warnings.length === 0,
  };
}

/** A quantity that cannot be negative ended at 0: an answer, not a box that was too small. */
const isPhysicalEnd = (problem: FitProblem, p: ArrayLike<number>, i: number): boolean => problem.lower?.[i] === 0 && p[i] === 0;

/**
 * What multiplies every variance of a fit, and divides its χ² where that is taken for a likelihood.
 * @param reducedChi2 - χ²/ν.
 * @returns 1, χ²/ν or max(1, χ²/ν), dimensionless.
 * @reference residual scaling: Press et al., Numerical Recipes, §15.1.
 */
export function covarianceFactor(problem: Pick<FitProblem, 'covarianceScale'>, reducedChi2: number): number {
  switch (problem.covarianceScale ?? 'known') {
    case 'known':
      return 1;
    case 'residual':
      return reducedChi2;
    case 'widened':
      return Math.max(1, reducedChi2);
  }
}

/** A result with one more reason not to chart it. */
export function withWarning(r: FitResult, warning: FitWarning): FitResult {
  return { ...r, warnings: [...r.warnings, warning], isIdentifiable: false };
}

function determined(
  problem: FitProblem,
  jacobian: Float64Array,
  prior: Float64Array,
  free: readonly number[],
  warnings: FitWarning[],
): { covariance: Float64Array; correlation: Float64Array; spentByPenalties: number } | null {
  if (free.length === 0) return null;
  const { names, sigma, weights } = problem;
  const n = names.length;
  const m = sigma.length;
  const k = prior.length / n;
  const q = free.length;
  const reduced = new Float64Array((m + k) * q);
  for (let i = 0; i < m; i++) for (const [c, j] of free.entries()) reduced[i * q + c] = jacobian[i * n + j]!;
  for (let i = 0; i < k; i++) for (const [c, j] of free.entries()) reduced[(m + i) * q + c] = prior[i * n + j]!;
  const effective = new Float64Array(m + k).fill(1);
  for (let i = 0; i < m; i++) effective[i] = sigma[i]! / Math.sqrt(weights?.[i] ?? 1);
  const warn = (parameters: readonly number[]): void => {
    const list = parameters.map((c) => names[free[c]!]!);
    warnings.push({
      kind: 'near_singular',
      parameters: list,
      message:
        list.length > 1
          ? `the data cannot tell ${list.join(', ')} apart; fix one or add data`
          : `the data do not depend on ${list[0] ?? 'a parameter'}; fix it`,
    });
  };
  try {
    const f = fisherInformation(reduced, effective, q);
    if (f.condition > NEAR_SINGULAR) warn(f.weakest.filter((w) => Math.abs(w.share) > 0.1).map((w) => w.parameter));
    // gᵀH⁻¹g of every penalty row: its share of the trace of the influence matrix
    let spentByPenalties = 0;
    for (let i = 0; i < k; i++) {
      if (!problem.priors?.[i]?.isPenalty) continue;
      const row = reduced.subarray((m + i) * q, (m + i + 1) * q);
      for (let a = 0; a < q; a++) for (let b = 0; b < q; b++) spentByPenalties += row[a]! * f.covariance[a * q + b]! * row[b]!;
    }
    return { ...(weights ? sandwich(f, reduced, effective, weights, m) : f), spentByPenalties };
  } catch (e) {
    if (!(e instanceof AppError) || e.code !== 'rank_deficient') throw e;
    warn((e.details['parameters'] as number[] | undefined) ?? []);
    return null;
  }
}

// H⁻¹ (Jᵀ W S⁻¹ W J + PᵀP) H⁻¹: what the weighted estimate really scatters by (White, Econometrica 48 (1980) 817).
function sandwich(
  f: FisherResult,
  jacobian: Float64Array,
  effective: Float64Array,
  weights: ArrayLike<number>,
  m: number,
): { covariance: Float64Array; correlation: Float64Array } {
  const q = f.standardErrors.length;
  const covariance = new Float64Array(q * q);
  const row = new Float64Array(q);
  for (let i = 0; i < effective.length; i++) {
    const w = i < m ? Math.sqrt(weights[i]!) : 1;
    const scale = w / effective[i]!;
    if (!(scale > 0)) continue;
    for (let a = 0; a < q; a++) {
      let s = 0;
      for (let b = 0; b < q; b++) s += jacobian[i * q + b]! * f.covariance[a * q + b]!;
      row[a] = s * scale;
    }
    for (let a = 0; a < q; a++) for (let b = 0; b < q; b++) covariance[a * q + b]! += row[a]! * row[b]!;
  }
  return { covariance, correlation: correlationOf(covariance, q) };
}

function warnUndetermined(
  problem: FitProblem,
  standardErrors: Float64Array,
  free: readonly number[],
  warnings: FitWarning[],
): void {
  const { names, lower, upper } = problem;
  const limit = (j: number): number =>
    problem.requiredStandardError?.[j] ??
    ((upper?.[j] ?? Number.POSITIVE_INFINITY) - (lower?.[j] ?? Number.NEGATIVE_INFINITY)) / Math.sqrt(12);
  const wide = free.filter((j) => standardErrors[j]! > limit(j)).map((j) => names[j]!);
  if (wide.length > 0)
    warnings.push({
      kind: 'undetermined',
      parameters: wide,
      message: `the data leave ${wide.join(', ')} less certain than its bounds or its required uncertainty do; fix it or add data`,
    });
  const priorOnly = free
    .filter((j) => {
      if (problem.fed?.[j]) return false;
      const own = (problem.priors ?? []).filter((p) => !p.isPenalty && p.terms.length === 1 && p.terms[0]!.parameter === j);
      return own.some((p) => standardErrors[j]! > (PRIOR_SHARE * p.standardDeviation) / Math.abs(p.terms[0]!.factor));
    })
    .map((j) => names[j]!);
  if (priorOnly.length > 0)
    warnings.push({
      kind: 'prior_dominated',
      parameters: priorOnly,
      message: `${priorOnly.join(', ')} is known from its prior only; the data did not measure it`,
    });
}

function spread(a: Float64Array | undefined, free: readonly number[], n: number): Float64Array {
  const out = new Float64Array(n * n);
  if (a) for (const [u, i] of free.entries()) for (const [v, j] of free.entries()) out[i * n + j] = a[u * free.length + v]!;
  return out;
}
