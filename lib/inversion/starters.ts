import { AppError } from '@/lib/errors';
import { createNetwork, predictGp, runNetwork, trainGp, trainNetwork } from '@/lib/learning';
import { createRng, matrix, ridgeRegression } from '@/lib/numerics';
import type { SpectralLibrary } from './library';
import { type HeldBackError, heldBackError } from './library-match';
import { project, type SpectralBasis, spectralBasis } from './spectral-basis';

/** How a starter regresses parameters on the scores of a spectrum. */
export type StarterKind =
  | { readonly kind: 'polynomial'; readonly degree: 1 | 2 | 3; readonly penalty?: number }
  /** Takes an even sample of `points` (default 150) of the library. */
  | { readonly kind: 'gaussian-process'; readonly points?: number }
  | { readonly kind: 'network'; readonly hidden: readonly number[]; readonly epochs: number };

/** Options of {@link trainStarter}. */
export interface StarterOptions {
  /** Scores that enter. Default 8. */
  readonly components?: number;
  readonly seed?: number;
  /** Noise of σ is added to the training and held-back spectra, as the instrument will; default true. False gives the error of the regression alone. */
  readonly noise?: boolean;
}

/** A direct estimate p(y), without a model evaluation. */
export interface Starter {
  readonly kind: StarterKind['kind'];
  readonly names: readonly string[];
  /** Parameters of a spectrum, held inside the box of the library. */
  readonly predict: (y: ArrayLike<number>) => Float64Array;
  /** On rigorous spectra that took no part in training. */
  readonly error: HeldBackError;
}

/**
 * Regression from spectra to parameters on the standardised scores of the spectra: polynomial ridge, Gaussian processes or a network, with its error on
 * held-back rigorous spectra. It starts a fit, or replaces one where its error suffices.
 * @param sigma - (channels,), positive, unit of the spectra.
 * @throws AppError `invalid_input` for libraries that do not fit each other; as the regression itself.
 * @reference polynomial: Hoerl & Kennard, Technometrics 12 (1970) 55; process: Rasmussen & Williams (2006), §2; network: Bishop, Pattern Recognition
 * (2006), §5.
 */
export function trainStarter(
  how: StarterKind,
  library: SpectralLibrary,
  sigma: ArrayLike<number>,
  heldBack: SpectralLibrary,
  options: StarterOptions = {},
): Starter {
  const { names, lower, upper, channels: m, count } = library.header;
  const n = names.length;
  if (heldBack.header.channels !== m || heldBack.header.names.join() !== names.join())
    throw new AppError('invalid_input', 'the held-back spectra are of another model', { field: 'heldBack' });
  const seed = options.seed ?? 1;
  const basis = spectralBasis(library.spectra, sigma, options.components ?? 8, seed);
  const noise = options.noise ?? true;
  const noisy = (spectra: Float32Array, stream: string): Float64Array => {
    const rng = createRng(seed, stream);
    return Float64Array.from(spectra, (v, i) => (noise ? v + sigma[i % m]! * rng.normal() : v));
  };
  const k = basis.components;
  const training = noisy(library.spectra, 'training');
  const scores = new Float64Array(count * k);
  for (let i = 0; i < count; i++) project(basis, training, i * m, scores, i * k);
  const scale = new Float64Array(k);
  for (let i = 0; i < scores.length; i++) scale[i % k]! += scores[i]! ** 2 / count;
  for (let c = 0; c < k; c++) scale[c] = Math.sqrt(scale[c]!) || 1;
  for (let i = 0; i < scores.length; i++) scores[i]! /= scale[i % k]!;
  const targets = library.parameters.map((v, i) => (2 * (v - lower[i % n]!)) / (upper[i % n]! - lower[i % n]!) - 1);
  const regression = regress(how, scores, k, targets, n, seed);
  const predict = (y: ArrayLike<number>): Float64Array => {
    const t = regression(standardised(basis, scale, y));
    return t.map((v, j) => lower[j]! + 0.5 * (Math.min(1, Math.max(-1, v)) + 1) * (upper[j]! - lower[j]!));
  };
  const unseen = noisy(heldBack.spectra, 'held-back');
  const error = heldBackError(heldBack.parameters, n, (i) => predict(unseen.subarray(i * m, (i + 1) * m)));
  return { kind: how.kind, names, predict, error };
}

function standardised(basis: SpectralBasis, scale: Float64Array, y: ArrayLike<number>): Float64Array {
  const out = new Float64Array(basis.components);
  project(basis, y, 0, out, 0);
  for (let c = 0; c < out.length; c++) out[c]! /= scale[c]!;
  return out;
}

// From standardised scores (count, k) to targets (count, n) in [−1, 1].
function regress(
  how: StarterKind,
  scores: Float64Array,
  k: number,
  targets: Float64Array,
  n: number,
  seed: number,
): (s: Float64Array) => Float64Array {
  const count = scores.length / k;
  if (how.kind === 'network') {
    const layers = [
      ...how.hidden.map((units) => ({ type: 'dense' as const, units, activation: 'tanh' as const })),
      { type: 'dense' as const, units: n },
    ];
    const { network } = trainNetwork(createNetwork([k], layers, seed), scores, targets, 'mse', {
      epochs: how.epochs,
      batch: 64,
      seed,
      optimiser: { kind: 'adam', lr: 3e-3 },
      schedule: { kind: 'cosine', floor: 0.01 },
    });
    return (s) => runNetwork(network, s).data;
  }
  const column = (j: number, rows: readonly number[]): Float64Array => Float64Array.from(rows, (i) => targets[i * n + j]!);
  if (how.kind === 'gaussian-process') {
    const taken = Math.min(count, how.points ?? 150);
    const rows = Array.from({ length: taken }, (_, t) => Math.floor((t * count) / taken));
    const x = rows.map((i) => scores.subarray(i * k, (i + 1) * k));
    const models = Array.from({ length: n }, (_, j) => trainGp(x, column(j, rows), { seed, starts: 2 }).model);
    return (s) => Float64Array.from(models, (model) => predictGp(model, [s]).mean[0]!);
  }
  const powers = exponents(k, how.degree);
  const features = (s: Float64Array): number[] => powers.map((list) => list.reduce((v, c) => v * s[c]!, 1));
  const q = powers.length;
  const design = matrix(count, q);
  for (let i = 0; i < count; i++) design.data.set(features(scores.subarray(i * k, (i + 1) * k)), i * q);
  const all = Array.from({ length: count }, (_, i) => i);
  const penalty = powers.map((p) => (p.length === 0 ? 0 : (how.penalty ?? 1e-6) * count));
  const coefficients = Array.from({ length: n }, (_, j) => ridgeRegression(design, column(j, all), penalty).coefficients);
  return (s) => {
    const f = features(s);
    return Float64Array.from(coefficients, (c) => f.reduce((sum, v, i) => sum + v * c[i]!, 0));
  };
}

/** Products of up to `degree` scores, each as the list of its factors. */
function exponents(k: number, degree: number): number[][] {
  let last: number[][] = [[]];
  const out: number[][] = [[]];
  for (let d = 1; d <= degree; d++) {
    last = last.flatMap((p) => Array.from({ length: k - (p.at(-1) ?? 0) }, (_, i) => [...p, (p.at(-1) ?? 0) + i]));
    out.push(...last);
  }
  return out;
}
