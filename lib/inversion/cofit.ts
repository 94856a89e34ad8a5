import { AppError } from '@/lib/errors';
import { differenceJacobian, type ForwardModel } from './jacobian';
import { fitParameterised, type ParameterisedResult } from './parameterisation';
import type { ParameterisedProblem, ParameterSpec } from './parameterisation-types';

/** One data set of a joint fit: an angle, an azimuth, a site, a technique. */
export interface Dataset {
  readonly name: string;
  /** Takes this set's parameters in the order of `parameters`. */
  readonly model: ForwardModel;
  /** (m, parameters) row-major; without it differences over this set's own parameters only. */
  readonly jacobian?: (parameters: Float64Array) => Float64Array;
  /** (m,), unit of the model. */
  readonly data: ArrayLike<number>;
  /** Standard deviations, (m,), unit of the data, positive. */
  readonly sigma: ArrayLike<number>;
  /** Marks data that are angles modulo 360, (m,). */
  readonly periodic360?: ArrayLike<boolean>;
  /** Names among the parameters of the joint fit. Sets that name the same one share it; an own one has a name of its own. */
  readonly parameters: readonly string[];
  /** Emphasis, ≥ 0, default 1; the covariance stays that of the true σ. */
  readonly weight?: number;
}

/** A joint fit with the share of every data set. */
export interface CofitResult extends ParameterisedResult {
  /** Share of every set: its χ² in true σ, its number of data, its residuals in σ. */
  readonly datasets: readonly {
    readonly name: string;
    readonly chi2: number;
    readonly count: number;
    readonly residuals: Float64Array;
  }[];
}

/**
 * The joint problem of several data sets: residuals stacked, derivatives by blocks, so that a set costs only its own parameters.
 * @returns the stacked problem; data in the order of the sets.
 * @throws AppError `invalid_input` naming the set: unknown parameter, unequal lengths or a negative weight.
 * @throws AppError `dimension_mismatch` when a set's model returns another number of values than it has data.
 */
export function joinDatasets(datasets: readonly Dataset[], parameters: readonly ParameterSpec[]): ParameterisedProblem {
  if (datasets.length === 0) throw new AppError('invalid_input', 'no data sets; give at least one', { field: 'datasets' });
  const size = parameters.length;
  const parts = datasets.map((d) => {
    const columns = d.parameters.map((name) => parameters.findIndex((p) => p.name === name));
    const unknown = columns.indexOf(-1);
    const weight = d.weight ?? 1;
    if (unknown >= 0 || d.sigma.length !== d.data.length || !(weight >= 0))
      throw new AppError(
        'invalid_input',
        unknown >= 0
          ? `data set ${d.name} takes ${d.parameters[unknown]}, which is not among the parameters`
          : `data set ${d.name} needs as many sigmas as data (${d.sigma.length}, ${d.data.length}) and a weight of 0 or more`,
        { dataset: d.name },
      );
    const pick = (p: Float64Array): Float64Array => Float64Array.from(columns, (c) => p[c]!);
    return { d, columns, weight, pick, m: d.data.length };
  });
  const stack = (f: (d: Dataset, weight: number) => ArrayLike<number>): Float64Array =>
    Float64Array.from(parts.flatMap(({ d, weight }) => Array.from(f(d, weight))));
  const total = parts.reduce((s, p) => s + p.m, 0);
  const periodic = parts.flatMap(({ d, m }) => Array.from({ length: m }, (_, i) => d.periodic360?.[i] === true));
  const run = (part: (typeof parts)[number], q: Float64Array): Float64Array => {
    const f = part.d.model(q);
    if (f.length !== part.m)
      throw new AppError(
        'dimension_mismatch',
        `data set ${part.d.name}: the model returned ${f.length} values for ${part.m} data`,
      );
    return f;
  };
  return {
    parameters,
    data: stack((d) => d.data),
    sigma: stack((d) => d.sigma),
    periodic360: periodic,
    ...(parts.some((p) => p.weight !== 1) ? { weights: stack((d, w) => new Array<number>(d.data.length).fill(w)) } : {}),
    model: (p) => {
      const out = new Float64Array(total);
      let at = 0;
      for (const part of parts) {
        out.set(run(part, part.pick(p)), at);
        at += part.m;
      }
      return out;
    },
    jacobian: (p) => {
      const out = new Float64Array(total * size);
      let at = 0;
      for (const part of parts) {
        const q = part.pick(p);
        const j =
          part.d.jacobian?.(q) ??
          differenceJacobian(part.d.model, q, run(part, q), part.d.periodic360 ? { periodic360: part.d.periodic360 } : {});
        const width = part.columns.length;
        for (let i = 0; i < part.m; i++)
          for (const [k, c] of part.columns.entries()) out[(at + i) * size + c]! += j[i * width + k]!;
        at += part.m;
      }
      return out;
    },
  };
}

/**
 * Fit several data sets at once with shared and own parameters.
 * @param datasets - at least one; units as of each model.
 * @returns parameters in their units, with the share of every set.
 * @throws AppError as {@link joinDatasets} and `fitParameterised`.
 * @reference Press et al., Numerical Recipes, §15.4 (one χ²); weights: White, Econometrica 48 (1980) 817 (covariance).
 */
export function cofit(
  datasets: readonly Dataset[],
  parameters: readonly ParameterSpec[],
  options: Pick<ParameterisedProblem, 'maxIterations' | 'tolerance' | 'covarianceScale'> = {},
): CofitResult {
  const result = fitParameterised({ ...joinDatasets(datasets, parameters), ...options });
  let at = 0;
  return {
    ...result,
    datasets: datasets.map((d) => {
      const residuals = result.fit.residuals.slice(at, at + d.data.length);
      at += d.data.length;
      return { name: d.name, chi2: residuals.reduce((s, v) => s + v * v, 0), count: residuals.length, residuals };
    }),
  };
}
