import type { FitProblem, LinearPrior } from './fit-types';

/** What is known of one parameter of the model before the fit. */
export type ParameterSpec =
  | {
      readonly kind: 'free';
      readonly name: string;
      readonly start: number;
      readonly lower?: number;
      readonly upper?: number;
      readonly prior?: { readonly mean: number; readonly standardDeviation: number };
      /** Largest standard error with which the value is of use; default: the bounds' range over √12. */
      readonly requiredStandardError?: number;
    }
  | { readonly kind: 'fixed'; readonly name: string; readonly value: number }
  | {
      /** Measured elsewhere. `prior` (default): it joins the fit as a datum and may be improved. `propagate`: it is held, its variance is carried into the result. */
      readonly kind: 'fed';
      readonly name: string;
      readonly value: number;
      readonly standardUncertainty: number;
      readonly use?: 'prior' | 'propagate';
      /** Bounds of `prior`; default 8 standard uncertainties either side. */
      readonly lower?: number;
      readonly upper?: number;
    }
  | {
      /** constant + Σ factor·p of parameters that are not tied themselves. */
      readonly kind: 'tied';
      readonly name: string;
      readonly constant: number;
      readonly terms: readonly { readonly name: string; readonly factor: number }[];
    };

/** full = offset + T·free: every parameter of the model from those that are fitted. */
export interface Parameterisation {
  readonly names: readonly string[];
  readonly free: readonly string[];
  /** (names,). */
  readonly offset: Float64Array;
  /** T, (names, free) row-major. */
  readonly transform: Float64Array;
  /** (free,). */
  readonly start: Float64Array;
  /** (free,). */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly priors: readonly LinearPrior[];
  readonly fed: readonly boolean[];
  /** (free,), units of the parameters. */
  readonly requiredStandardError: Float64Array;
  /** Held parameters with their variance, and how every model parameter follows them: column of (names,). */
  readonly propagated: readonly { readonly name: string; readonly standardUncertainty: number; readonly effect: Float64Array }[];
}

/** A fit whose parameters are free, fixed, fed forward or tied. */
export interface ParameterisedProblem
  extends Pick<
    FitProblem,
    | 'model'
    | 'jacobian'
    | 'data'
    | 'sigma'
    | 'periodic360'
    | 'maxIterations'
    | 'tolerance'
    | 'differences'
    | 'weights'
    | 'covarianceScale'
    | 'poorFitAbove'
  > {
  readonly parameters: readonly ParameterSpec[];
}
