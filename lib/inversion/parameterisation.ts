import { AppError } from '@/lib/errors';
import { boxOf, fitModel } from './fit';
import type { FitProblem, FitResult, LinearPrior } from './fit-types';
import { gaussNewton } from './gauss-newton';
import { heldDerivatives } from './held-parameters';
import { differenceJacobian, type ForwardModel } from './jacobian';
import type { Parameterisation, ParameterisedProblem, ParameterSpec } from './parameterisation-types';

/**
 * The map from fitted parameters to all parameters of the model.
 * @param specs - one a parameter of the model, in its order.
 * @throws AppError `invalid_input` naming the parameter: given twice, tied to an unknown or tied one, no positive uncertainty, or nothing left to fit.
 */
export function parameterise(specs: readonly ParameterSpec[]): Parameterisation {
  const names = specs.map((s) => s.name);
  const bad = (name: string, why: string): never => {
    throw new AppError('invalid_input', `parameter ${name} ${why}`, { parameter: name });
  };
  names.forEach((name, i) => {
    if (names.indexOf(name) !== i) bad(name, 'is given twice; keep one');
  });
  const fitted = specs.filter((s) => s.kind === 'free' || (s.kind === 'fed' && s.use !== 'propagate'));
  if (fitted.length === 0) throw new AppError('invalid_input', 'nothing is free; free a parameter', { field: 'parameters' });
  const free = fitted.map((s) => s.name);
  const q = free.length;
  const offset = new Float64Array(names.length);
  const transform = new Float64Array(names.length * q);
  const held = specs.filter((s) => s.kind === 'fed' && s.use === 'propagate');
  const effects = held.map(() => new Float64Array(names.length));
  const add = (row: number, s: ParameterSpec, factor: number): void => {
    const column = free.indexOf(s.name);
    if (column >= 0) transform[row * q + column]! += factor;
    else if (s.kind === 'fixed' || s.kind === 'fed') offset[row]! += factor * s.value;
    const h = held.indexOf(s as (typeof held)[number]);
    if (h >= 0) effects[h]![row]! += factor;
  };
  specs.forEach((s, row) => {
    if (s.kind === 'fed' && !(s.standardUncertainty > 0))
      bad(s.name, 'is fed forward without a positive standard uncertainty; fix it');
    if (s.kind !== 'tied') {
      add(row, s, 1);
      return;
    }
    offset[row] = s.constant;
    for (const t of s.terms) {
      const other = specs.find((o) => o.name === t.name);
      if (!other || other.kind === 'tied') bad(s.name, `is tied to ${t.name}, which is ${other ? 'tied itself' : 'unknown'}`);
      else add(row, other, t.factor);
    }
  });
  const priors = fitted.flatMap((s, parameter): LinearPrior[] => {
    const terms = [{ parameter, factor: 1 }];
    if (s.kind === 'fed') return [{ terms, mean: s.value, standardDeviation: s.standardUncertainty }];
    return s.kind === 'free' && s.prior ? [{ terms, ...s.prior }] : [];
  });
  return {
    names,
    free,
    offset,
    transform,
    start: Float64Array.from(fitted, (s) => (s.kind === 'free' ? s.start : (s as { value: number }).value)),
    lower: Float64Array.from(fitted, (s) => limitOf(s, 'lower')),
    upper: Float64Array.from(fitted, (s) => limitOf(s, 'upper')),
    priors,
    fed: fitted.map((s) => s.kind === 'fed'),
    requiredStandardError: Float64Array.from(fitted, (s) =>
      s.kind === 'free'
        ? (s.requiredStandardError ?? (limitOf(s, 'upper') - limitOf(s, 'lower')) / Math.sqrt(12))
        : Number.POSITIVE_INFINITY,
    ),
    propagated: held.map((s, h) => ({
      name: s.name,
      standardUncertainty: (s as { standardUncertainty: number }).standardUncertainty,
      effect: effects[h]!,
    })),
  };
}

/** Beyond so many standard uncertainties a fed-forward value and the data contradict each other. */
const FED_RANGE = 8;

function limitOf(s: ParameterSpec, side: 'lower' | 'upper'): number {
  const sign = side === 'lower' ? -1 : 1;
  if (s.kind === 'free') return s[side] ?? sign * Number.POSITIVE_INFINITY;
  if (s.kind === 'fed') return s[side] ?? s.value + sign * FED_RANGE * s.standardUncertainty;
  return sign * Number.POSITIVE_INFINITY;
}

/** Every parameter of the model from the fitted ones. @param free - (free,). @returns (names,), in the units of the parameters. */
export function expandParameters(p: Parameterisation, free: ArrayLike<number>): Float64Array {
  const q = p.free.length;
  return p.offset.map((v, i) => {
    let s = v;
    for (let j = 0; j < q; j++) s += p.transform[i * q + j]! * free[j]!;
    return s;
  });
}

/** A fit with all parameters of the model. */
export interface ParameterisedResult {
  /** The fit of the free parameters, with the propagated variances in its covariance. */
  readonly fit: FitResult;
  /** All parameters of the model. Fixed ones have variance 0. */
  readonly names: readonly string[];
  /** (names,). */
  readonly values: Float64Array;
  /** (names, names) row-major. */
  readonly covariance: Float64Array;
  /** (names,). */
  readonly standardErrors: Float64Array;
  /** How much each fed and held parameter moves each fitted one: ∂free/∂held, (held, free) row-major. */
  readonly influence: Float64Array;
}

/** The problem in the free parameters, as every search of this folder takes it. @returns the problem with (free,) parameters and its priors. */
export function freeProblem(problem: ParameterisedProblem, p: Parameterisation): FitProblem {
  const { parameters: _, jacobian, ...rest } = problem;
  const model: ForwardModel = (free) => problem.model(expandParameters(p, free));
  return {
    ...rest,
    names: p.free,
    model,
    start: p.start,
    lower: p.lower,
    upper: p.upper,
    priors: p.priors,
    fed: p.fed,
    requiredStandardError: p.requiredStandardError,
    ...(jacobian ? { jacobian: (free: Float64Array) => times(jacobian(expandParameters(p, free)), p) } : {}),
  };
}

/**
 * Fit with free, fixed, fed-forward and tied parameters. A held parameter h of standard uncertainty u shifts the result by S = −(JᵀWJ)⁻¹JᵀW J_h, so that the
 * covariance becomes C + u² S Sᵀ (several held values count as independent), and the tied and held values follow with their full covariance.
 * @returns all parameters in their units with covariance.
 * @throws AppError as {@link parameterise} and `fitModel`.
 * @reference JCGM 100:2008 (GUM), §5.2; JCGM 102:2011, §6.2.
 */
export function fitParameterised(problem: ParameterisedProblem): ParameterisedResult {
  const p = parameterise(problem.parameters);
  const free = freeProblem(problem, p);
  return completeResult(problem, p, free, fitModel(free));
}

/**
 * All parameters of the model with covariance, from a fit of the free ones.
 * @param heldPriors - derivatives of the residuals of `free.priors` by each held parameter; default 0, as for knowledge that does not depend on it.
 * @reference JCGM 102:2011, §6.2.
 */
export function completeResult(
  problem: ParameterisedProblem,
  p: Parameterisation,
  free: FitProblem,
  fit: FitResult,
  heldPriors: readonly ArrayLike<number>[] = [],
): ParameterisedResult {
  const q = p.free.length;
  const size = p.names.length;
  const full = expandParameters(p, fit.parameters);
  const influence = new Float64Array(p.propagated.length * q);
  const covarianceFree = fit.covariance.slice();
  const covariance = new Float64Array(size * size);
  const direct = p.transform;
  for (let a = 0; a < size; a++)
    for (let b = 0; b < size; b++)
      for (let i = 0; i < q; i++)
        for (let j = 0; j < q; j++)
          covariance[a * size + b]! += direct[a * q + i]! * fit.covariance[i * q + j]! * direct[b * q + j]!;
  if (p.propagated.length > 0) {
    const jFree = free.jacobian?.(fit.parameters) ?? differenceJacobian(free.model, fit.parameters, fit.modelled, boxOf(free));
    const jHeld = heldDerivatives(problem, p, full, fit.modelled);
    const moving = Array.from({ length: q }, (_, j) => j).filter(
      (j) => fit.parameters[j] !== free.lower?.[j] && fit.parameters[j] !== free.upper?.[j] && !fit.oneSided.includes(p.free[j]!),
    );
    const solve = gaussNewton(free, jFree, moving);
    for (const [h, held] of p.propagated.entries()) {
      const { step: shift } = solve(
        jHeld[h]!.map((v, i) => v / problem.sigma[i]!),
        heldPriors[h] ?? new Float64Array(free.priors?.length ?? 0),
      );
      influence.set(shift, h * q);
      const u2 = held.standardUncertainty ** 2;
      for (let a = 0; a < q; a++) for (let b = 0; b < q; b++) covarianceFree[a * q + b]! += u2 * shift[a]! * shift[b]!;
      const move = held.effect.map((e, a) => {
        let s = e;
        for (let j = 0; j < q; j++) s += direct[a * q + j]! * shift[j]!;
        return s;
      });
      for (let a = 0; a < size; a++) for (let b = 0; b < size; b++) covariance[a * size + b]! += u2 * move[a]! * move[b]!;
    }
  }
  const errors = Float64Array.from({ length: q }, (_, j) =>
    Number.isFinite(fit.standardErrors[j]!) ? Math.sqrt(covarianceFree[j * (q + 1)]!) : fit.standardErrors[j]!,
  );
  const standardErrors = Float64Array.from({ length: size }, (_, a) => {
    const unknown = fit.standardErrors.some((s, j) => s === Number.POSITIVE_INFINITY && direct[a * q + j] !== 0);
    return unknown ? Number.POSITIVE_INFINITY : Math.sqrt(covariance[a * (size + 1)]!);
  });
  return {
    fit: {
      ...fit,
      covariance: covarianceFree,
      standardErrors: errors,
      correlation: covarianceFree.map((c, k) => {
        const d = errors[Math.floor(k / q)]! * errors[k % q]!;
        return d > 0 && Number.isFinite(d) ? c / d : 0;
      }),
    },
    names: p.names,
    values: full,
    covariance,
    standardErrors,
    influence,
  };
}

function times(jacobian: Float64Array, p: Parameterisation): Float64Array {
  const size = p.names.length;
  const q = p.free.length;
  const m = jacobian.length / size;
  const out = new Float64Array(m * q);
  for (let i = 0; i < m; i++)
    for (let a = 0; a < size; a++) {
      const v = jacobian[i * size + a]!;
      if (v !== 0) for (let j = 0; j < q; j++) out[i * q + j]! += v * p.transform[a * q + j]!;
    }
  return out;
}
