import { AppError } from '@/lib/errors';
import { incompleteGamma, levenbergMarquardt, requireFinite } from '@/lib/numerics';
import { type FisherResult, fisherInformation } from './fisher';
import { type DifferenceOptions, differenceJacobian, type ForwardModel, wrap180 } from './jacobian';

export interface FitProblem {
  readonly names: readonly string[];
  readonly model: ForwardModel;
  readonly data: ArrayLike<number>;
  /** Standard deviations of the data, positive. */
  readonly sigma: ArrayLike<number>;
  readonly start: ArrayLike<number>;
  readonly lower?: ArrayLike<number>;
  readonly upper?: ArrayLike<number>;
  /** Marks data that are angles modulo 360. */
  readonly periodic360?: ArrayLike<boolean>;
  readonly maxIterations?: number;
  readonly differences?: Pick<DifferenceOptions, 'relativeStep' | 'typical'>;
  /** (m, n) row-major derivatives of the model; without it 5-point differences. */
  readonly jacobian?: (parameters: Float64Array) => Float64Array;
}

export interface FitWarning {
  readonly kind: 'at_bound' | 'near_singular' | 'poor_fit' | 'not_converged';
  readonly parameters: readonly string[];
  readonly message: string;
}

export interface FitResult {
  readonly parameters: Float64Array;
  /** (JᵀWJ)⁻¹ at the minimum, not scaled by χ²/ν; rows of parameters at a bound are 0. */
  readonly covariance: Float64Array;
  readonly standardErrors: Float64Array;
  readonly correlation: Float64Array;
  readonly chi2: number;
  readonly degreesOfFreedom: number;
  /** Probability of a larger χ² if model and σ are right. */
  readonly pValue: number;
  /** (model − data)/σ. */
  readonly residuals: Float64Array;
  readonly modelled: Float64Array;
  readonly status: 'converged' | 'max_iterations';
  readonly iterations: number;
  readonly evaluations: number;
  /** Largest cosine between residual and a column of J: 0 at a minimum. */
  readonly residual: number;
  readonly warnings: readonly FitWarning[];
  /** Converged, determined, no parameter at a bound, and χ² not excluded at 1e-6: only then the values may be charted. */
  readonly isIdentifiable: boolean;
}

const NEAR_SINGULAR = 1e6;
const POOR_FIT = 1e-6;

/**
 * Weighted nonlinear least squares χ² = Σ((f(p) − y)/σ)² with bounds by Levenberg–Marquardt.
 * @throws AppError `invalid_input` naming the field for unequal lengths, NaN, σ ≤ 0 or a start outside its bounds; `rank_deficient` from the
 *   covariance is returned as a warning, not thrown.
 * @reference Marquardt, J. SIAM 11 (1963) 431; χ² test: Press et al., Numerical Recipes, §15.1.
 */
export function fitModel(problem: FitProblem): FitResult {
  const { data, sigma, start } = problem;
  const m = data.length;
  const n = start.length;
  check(problem, m, n);
  let evaluations = 0;
  const model = (p: Float64Array): Float64Array => {
    evaluations++;
    const f = problem.model(p);
    if (f.length !== m) throw new AppError('dimension_mismatch', `the model returned ${f.length} values for ${m} data`);
    return f;
  };
  const difference = (f: Float64Array, i: number): number =>
    problem.periodic360?.[i] ? wrap180(f[i]! - data[i]!) : f[i]! - data[i]!;
  const bounds = {
    ...(problem.lower ? { lower: problem.lower } : {}),
    ...(problem.upper ? { upper: problem.upper } : {}),
    ...(problem.periodic360 ? { periodic360: problem.periodic360 } : {}),
  };
  const derivatives = (p: Float64Array): Float64Array =>
    problem.jacobian ? problem.jacobian(p) : differenceJacobian(model, p, model(p), { ...bounds, ...problem.differences });
  const r = levenbergMarquardt(
    (p, out) => {
      const f = model(p);
      for (let i = 0; i < m; i++) out[i] = difference(f, i) / sigma[i]!;
    },
    start,
    m,
    {
      ...bounds,
      maxIterations: problem.maxIterations ?? 200,
      jacobian: (p, out) => {
        out.set(derivatives(p));
        for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out[i * n + j]! /= sigma[i]!;
      },
    },
  );
  const warnings: FitWarning[] = [];
  const free = r.atBound.flatMap((held, i) => (held ? [] : [i]));
  const bound = r.atBound.flatMap((held, i) => (held ? [problem.names[i]!] : []));
  if (bound.length > 0)
    warnings.push({
      kind: 'at_bound',
      parameters: bound,
      message: `${bound.join(', ')} at a bound; widen it or fix the parameter`,
    });
  if (r.status !== 'converged')
    warnings.push({
      kind: 'not_converged',
      parameters: [],
      message: `no minimum after ${r.iterations} iterations; start elsewhere`,
    });
  const information = determined(derivatives(r.parameters), sigma, n, free, problem.names, warnings);
  const degreesOfFreedom = m - free.length;
  const pValue = degreesOfFreedom > 0 ? incompleteGamma(degreesOfFreedom / 2, r.cost / 2).q : Number.NaN;
  if (pValue < POOR_FIT)
    warnings.push({
      kind: 'poor_fit',
      parameters: [],
      message: `χ²/ν is ${(r.cost / degreesOfFreedom).toPrecision(3)}: the model does not describe the data within σ`,
    });
  const covariance = spread(information?.covariance, free, n);
  const standardErrors = Float64Array.from({ length: n }, (_, i) =>
    information || r.atBound[i] ? Math.sqrt(covariance[i * n + i]!) : Number.POSITIVE_INFINITY,
  );
  return {
    parameters: r.parameters,
    covariance,
    standardErrors,
    correlation: spread(information?.correlation, free, n),
    chi2: r.cost,
    degreesOfFreedom,
    pValue,
    residuals: r.residuals,
    modelled: problem.model(r.parameters),
    status: r.status,
    iterations: r.iterations,
    evaluations,
    residual: r.residual,
    warnings,
    isIdentifiable: warnings.length === 0,
  };
}

/** The best of several starts: {@link fitModel} from each, lowest χ² wins; starts that fail are counted. */
export function fitFromStarts(
  problem: FitProblem,
  starts: readonly ArrayLike<number>[],
): { readonly best: FitResult; readonly chi2: Float64Array } {
  const results = starts.map((start) => fitModel({ ...problem, start }));
  const best = results.reduce<FitResult | null>((b, r) => (b === null || r.chi2 < b.chi2 ? r : b), null);
  if (!best) throw new AppError('invalid_input', 'no starts; give at least one', { field: 'starts' });
  return { best, chi2: Float64Array.from(results, (r) => r.chi2) };
}

function determined(
  jacobian: Float64Array,
  sigma: ArrayLike<number>,
  n: number,
  free: readonly number[],
  names: readonly string[],
  warnings: FitWarning[],
): FisherResult | null {
  if (free.length === 0) return null;
  const m = sigma.length;
  const reduced = new Float64Array(m * free.length);
  for (let i = 0; i < m; i++) for (const [k, j] of free.entries()) reduced[i * free.length + k] = jacobian[i * n + j]!;
  const warn = (parameters: readonly number[]): void => {
    const list = parameters.map((k) => names[free[k]!]!);
    warnings.push({
      kind: 'near_singular',
      parameters: list,
      message: `the data cannot tell ${list.join(', ')} apart; fix one or add data`,
    });
  };
  try {
    const f = fisherInformation(reduced, sigma, free.length);
    if (f.condition > NEAR_SINGULAR) warn(f.weakest.filter((w) => Math.abs(w.share) > 0.1).map((w) => w.parameter));
    return f;
  } catch (e) {
    if (!(e instanceof AppError) || e.code !== 'rank_deficient') throw e;
    warn((e.details['parameters'] as number[] | undefined) ?? []);
    return null;
  }
}

function spread(a: Float64Array | undefined, free: readonly number[], n: number): Float64Array {
  const out = new Float64Array(n * n);
  if (a) for (const [u, i] of free.entries()) for (const [v, j] of free.entries()) out[i * n + j] = a[u * free.length + v]!;
  return out;
}

function check(p: FitProblem, m: number, n: number): void {
  if (p.sigma.length !== m || p.names.length !== n)
    throw new AppError(
      'invalid_input',
      `${m} data need ${m} sigmas (got ${p.sigma.length}), ${n} starts ${n} names (got ${p.names.length})`,
    );
  requireFinite('data', p.data);
  requireFinite('start', p.start);
  for (let i = 0; i < m; i++)
    if (!(p.sigma[i]! > 0))
      throw new AppError('invalid_input', `sigma[${i}] is ${p.sigma[i]}; give a positive standard deviation`, { index: i });
  for (let j = 0; j < n; j++) {
    if (p.start[j]! < (p.lower?.[j] ?? Number.NEGATIVE_INFINITY) || p.start[j]! > (p.upper?.[j] ?? Number.POSITIVE_INFINITY))
      throw new AppError('invalid_input', `start of ${p.names[j]} is ${p.start[j]}, outside its bounds; start inside`, {
        parameter: p.names[j],
      });
  }
}
