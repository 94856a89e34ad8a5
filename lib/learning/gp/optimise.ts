import { AppError } from '@/lib/errors';
import { createRng, fromRows, type Matrix, matrix, minimiseBounded, moments, type Numbers, toRows, varies } from '@/lib/numerics';
import { fitGp, type GpModel, type GpOptions, gpGradient } from './gp';
import type { GpKernel, KernelKind } from './kernel';

type Range = readonly [number, number];

/** Ranges of the hyper-parameters. */
export interface GpBounds {
  readonly signalVariance: Range;
  readonly lengthScale: Range;
  readonly noiseVariance: Range;
}

/** Wide enough for normalised targets and inputs: length scales in standard deviations of their input, variances in those of the target. */
export const DEFAULT_GP_BOUNDS: GpBounds = { signalVariance: [1e-3, 1e4], lengthScale: [1e-2, 1e2], noiseVariance: [1e-6, 10] };

/** Options of the search for hyper-parameters. */
export interface GpTraining extends GpOptions {
  readonly kind?: KernelKind;
  /** One length scale per input (default) or one for all. */
  readonly ard?: boolean;
  /** In the units of the search: length scales in standard deviations of the inputs unless `normalizeX` is false. */
  readonly bounds?: GpBounds;
  /** Search in inputs centred and divided by their standard deviation (divisor n), so that their unit does not matter. Default true. */
  readonly normalizeX?: boolean;
  /** Starts of the search; the first is fixed, the others seeded. Default 6. */
  readonly starts?: number;
  /** Of the further starts. */
  readonly seed?: number;
}

/** A trained process with the evidence of its search. */
export interface GpFit {
  readonly model: GpModel;
  /** Order: signal variance, length scales, noise variance. A length scale at its upper bound marks an irrelevant input. */
  readonly atBound: readonly boolean[];
  /** Those at a bound in words: `lengthScale[1] at its upper bound`. */
  readonly boundsReached: readonly string[];
  readonly status: 'converged' | 'max_iterations';
  readonly starts: readonly { readonly logLikelihood: number; readonly iterations: number; readonly status: string }[];
  readonly evaluations: number;
}

/**
 * Train a Gaussian process by maximising the log marginal likelihood over the logarithms of the hyper-parameters: bounded L-BFGS with the analytic
 * gradient from several starts, the best kept.
 * @param x - inputs, one row a sample.
 * @param y - targets, (n,).
 * @throws AppError `invalid_input` as `fitGp`; `not_converged` when no start yields a finite likelihood.
 * @complexity evaluations · n³.
 * @reference Rasmussen & Williams (2006), §5.4.1.
 */
export function trainGp(x: ArrayLike<Numbers>, y: Numbers, options: GpTraining = {}): GpFit {
  const raw = fromRows(x);
  const d = raw.cols;
  const unit = (options.normalizeX ?? true) ? inputScales(raw) : new Array<number>(d).fill(1);
  const inner = toRows(
    matrix(
      raw.rows,
      d,
      raw.data.map((v, i) => v / unit[i % d]!),
    ),
  );
  const scales = (options.ard ?? true) ? d : 1;
  const b = options.bounds ?? DEFAULT_GP_BOUNDS;
  const ranges: Range[] = [b.signalVariance, ...Array.from({ length: scales }, () => b.lengthScale), b.noiseVariance];
  const lower = ranges.map((r) => Math.log(r[0]));
  const upper = ranges.map((r) => Math.log(r[1]));
  const kind = options.kind ?? 'matern52';
  const kernelOf = (t: ArrayLike<number>): GpKernel => ({
    kind,
    signalVariance: Math.exp(t[0]!),
    lengthScale: Array.from({ length: d }, (_, j) => Math.exp(t[1 + (scales === 1 ? 0 : j)]!)),
    noiseVariance: Math.exp(t[scales + 1]!),
  });
  const evaluate = (t: Float64Array, g: Float64Array): number => {
    try {
      const r = gpGradient(fitGp(inner, y, kernelOf(t), options));
      g[0] = -r.signalVariance;
      if (scales === 1) g[1] = -r.lengthScale.reduce((s, v) => s + v, 0);
      else for (let j = 0; j < d; j++) g[1 + j] = -r.lengthScale[j]!;
      g[scales + 1] = -r.noiseVariance;
      return -r.logLikelihood;
    } catch (e) {
      if (e instanceof AppError && e.code === 'not_positive_definite') return Number.POSITIVE_INFINITY;
      throw e;
    }
  };
  const rng = createRng(options.seed ?? 1, 'gp-starts');
  const clamp = (v: number, i: number): number => Math.min(Math.max(v, lower[i]!), upper[i]!);
  const starts: { logLikelihood: number; iterations: number; status: string }[] = [];
  let best: ReturnType<typeof minimiseBounded> | null = null;
  let evaluations = 0;
  for (let s = 0; s < (options.starts ?? 6); s++) {
    // ln 1, ln ½ and ln 0.05 for normalised data, then random around them
    const start = ranges.map((_, i) =>
      clamp((i === 0 ? 0 : i === scales + 1 ? -3 : -0.7) + (s === 0 ? 0 : (i === scales + 1 ? 2 : 1.2) * rng.normal()), i),
    );
    let r: ReturnType<typeof minimiseBounded>;
    try {
      r = minimiseBounded(evaluate, start, { lower, upper, maxIterations: 200, gradientTolerance: 1e-6 });
    } catch (e) {
      if (e instanceof AppError && e.code === 'invalid_input' && 'start' in e.details) continue; // a start without finite likelihood
      throw e;
    }
    evaluations += r.evaluations;
    starts.push({ logLikelihood: -r.f, iterations: r.iterations, status: r.status });
    if (!best || r.f < best.f) best = r;
  }
  if (!best)
    throw new AppError('not_converged', 'no start gives a finite likelihood; raise the lower bound of the noise variance', {
      field: 'bounds',
    });
  const kernel = kernelOf(best.x);
  const side = Array.from(best.x, (v, i) => (v - lower[i]! < 1e-6 ? 'lower' : upper[i]! - v < 1e-6 ? 'upper' : null));
  const names = [
    'signalVariance',
    ...(scales === 1 ? ['lengthScale'] : unit.map((_, j) => `lengthScale[${j}]`)),
    'noiseVariance',
  ];
  return {
    model: fitGp(x, y, { ...kernel, lengthScale: kernel.lengthScale.map((l, j) => l * unit[j]!) }, options),
    atBound: side.map((b) => b !== null),
    boundsReached: side.flatMap((b, i) => (b === null ? [] : [`${names[i]} at its ${b} bound`])),
    status: best.status,
    starts,
    evaluations,
  };
}

/** Standard deviation (divisor n) of each input; 1 for one that does not vary, whose length scale the data do not touch. */
function inputScales(x: Matrix): number[] {
  return Array.from({ length: x.cols }, (_, j) => {
    const column = Float64Array.from({ length: x.rows }, (_, i) => x.data[i * x.cols + j]!);
    return varies(column) ? Math.sqrt((moments(column).variance * (x.rows - 1)) / x.rows) : 1;
  });
}
