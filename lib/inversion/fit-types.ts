import type { DifferenceOptions, ForwardModel } from './jacobian';

/** Knowledge about parameters from elsewhere, as one more datum: Σ factor·p ~ N(mean, standardDeviation²). */
export interface LinearPrior {
  readonly terms: readonly { readonly parameter: number; readonly factor: number }[];
  /** In the unit of Σ factor·p, as the standard deviation. */
  readonly mean: number;
  readonly standardDeviation: number;
  /** A penalty rather than knowledge: it shapes the estimate and its width, but does not enter χ², and spends fewer degrees of freedom. */
  readonly isPenalty?: boolean;
}

/** A fit: model, data, bounds and prior knowledge. */
export interface FitProblem {
  /** Names of the parameters, (n,). */
  readonly names: readonly string[];
  /** Parameters (n,) to data (m,). */
  readonly model: ForwardModel;
  /** (m,), unit of the model. */
  readonly data: ArrayLike<number>;
  /** Standard deviations of the data, positive. */
  readonly sigma: ArrayLike<number>;
  /** (n,), inside the bounds. */
  readonly start: ArrayLike<number>;
  /** (n,); −Infinity where there is none. */
  readonly lower?: ArrayLike<number>;
  /** (n,); Infinity where there is none. */
  readonly upper?: ArrayLike<number>;
  /** Marks data that are angles modulo 360. */
  readonly periodic360?: ArrayLike<boolean>;
  /** Default as `levenbergMarquardt`. */
  readonly maxIterations?: number;
  /** Relative change of χ², and of the parameters, below which it has converged. Default 1e-12; 1e-8 leaves about 1e-4 standard errors. */
  readonly tolerance?: number;
  readonly differences?: Pick<DifferenceOptions, 'relativeStep' | 'typical'>;
  /** (m, n) row-major derivatives of the model; without it 5-point differences. */
  readonly jacobian?: (parameters: Float64Array) => Float64Array;
  /** Gaussian knowledge that joins the data: each adds ((Σ factor·p − mean)/sd)² to χ² and one degree of freedom. */
  readonly priors?: readonly LinearPrior[];
  /** Emphasis on single data, ≥ 0, default 1: the sum that is minimised is Σ w r². χ² and the covariance stay those of the true σ. */
  readonly weights?: ArrayLike<number>;
  /** `known` (default): σ are absolute. `residual`: σ are only relative; the covariance is scaled by χ²/ν, and the goodness of fit cannot be judged. `widened`: σ are
   * absolute, but a model that misses them does not know more than its misfit shows: the covariance is scaled by max(1, χ²/ν). */
  readonly covarianceScale?: 'known' | 'residual' | 'widened';
  /** χ²/ν above which the fit is poor; without it the χ² probability of 1e-6 decides. */
  readonly poorFitAbove?: number;
  /** Largest standard error with which each parameter is of use; above it the parameter counts as undetermined. Default: its bounds' range over √12. */
  readonly requiredStandardError?: ArrayLike<number>;
  /** Marks parameters whose knowledge may come from their prior alone (fed forward); they are exempt from `prior_dominated`. */
  readonly fed?: ArrayLike<boolean>;
}

/** Reasons not to chart a value; docs/maths/inversion.md says when each is given. */
export type FitWarningKind =
  | 'at_bound'
  | 'near_singular'
  | 'undetermined'
  | 'prior_dominated'
  | 'ambiguous'
  | 'poor_fit'
  | 'not_converged';

/** A reason not to chart a value. */
export interface FitWarning {
  readonly kind: FitWarningKind;
  readonly parameters: readonly string[];
  readonly message: string;
}

/** A fit with its uncertainty, its quality and its warnings. */
export interface FitResult {
  /** (n,). */
  readonly parameters: Float64Array;
  /** (JᵀWJ)⁻¹ at the minimum times `scaled`; rows of parameters at a bound are 0, but for the variance of those of `oneSided`. */
  readonly covariance: Float64Array;
  /** Standard uncertainties, (n,), units of the parameters. */
  readonly standardErrors: Float64Array;
  /** (n, n) row-major. */
  readonly correlation: Float64Array;
  /** Parameters that ended at 0, their lower bound: their standard error reaches upwards only, and the others hold for this value. */
  readonly oneSided: readonly string[];
  /** χ²/ν, ν at least 1. */
  readonly reducedChi2: number;
  /** Factor of all variances: 1, χ²/ν or max(1, χ²/ν) as `covarianceScale` says. */
  readonly scaled: number;
  /** The model does not describe the data: χ²/ν above `poorFitAbove`, or its probability below 1e-6. */
  readonly poorFit: boolean;
  /** Σ of squared residuals in sigma, those of the priors included, without weights and penalties. */
  readonly chi2: number;
  /** The part of χ² that the priors make. */
  readonly chi2Prior: number;
  /** Data + priors − effective parameters. */
  readonly degreesOfFreedom: number;
  /** Parameters not at a bound; with penalties the trace of the influence of data and priors, which need not be whole. */
  readonly effectiveParameters: number;
  /** Probability of a larger χ² if model and σ are right; NaN without degrees of freedom or with relative σ. */
  readonly pValue: number;
  /** (model − data)/σ. */
  readonly residuals: Float64Array;
  /** (m,), unit of the data. */
  readonly modelled: Float64Array;
  readonly status: 'converged' | 'max_iterations';
  readonly iterations: number;
  readonly evaluations: number;
  /** Largest cosine between residual and a column of J: 0 at a minimum. */
  readonly residual: number;
  readonly warnings: readonly FitWarning[];
  /** Converged, determined by the data, one minimum, no parameter at a bound but a physical 0, and not a poor fit: only then the values may be charted. */
  readonly isIdentifiable: boolean;
}
