import { AppError } from '@/lib/errors';
import { fromRows, moments, type Numbers, requireFinite } from '@/lib/numerics';
import type { ActivationName } from './activations';
import type { LayerSpec } from './layers';
import { createNetwork, type Network, runNetwork, type Training, type TrainingOptions, trainNetwork } from './network';

/** Fault detection by reconstruction through a narrow network: a plain-JSON model. */
export interface AutoencoderModel {
  readonly kind: 'autoencoder';
  readonly version: 1;
  readonly network: Network;
  /** Centre and scale (divisor n − 1) of each input; a constant input has scale 1. */
  readonly mean: readonly number[];
  readonly scale: readonly number[];
  /** Quantiles of the score over normal runs that were not trained on. */
  readonly limits: { readonly p95: number; readonly p99: number };
  /** Share of the variance of those runs that the reconstruction explains. */
  readonly explained: number;
}

export interface AutoencoderOptions extends Omit<TrainingOptions, 'validation'> {
  /** Values in the narrow middle. */
  readonly code: number;
  /** Widths between input and code; mirrored behind it. Default none. */
  readonly hidden?: readonly number[];
  readonly activation?: ActivationName;
  /** Share of the runs, the last ones in time, kept back for early stopping and limits. Default 0.25. */
  readonly holdBack?: number;
}

/**
 * Train an autoencoder on normal runs: inputs standardised, loss the mean squared reconstruction error, limits from runs held back at the end.
 * @param runs - normal runs in time order, one row each.
 * @throws AppError `invalid_input` on NaN, a code as wide as the input, or fewer than 20 runs held back: limits need them.
 * @reference Sakurada & Yairi, MLSDA (2014); score as in Kramer, AIChE J. 37 (1991) 233.
 */
export function trainAutoencoder(
  runs: ArrayLike<Numbers>,
  options: AutoencoderOptions,
): { readonly model: AutoencoderModel; readonly training: Training } {
  const m = fromRows(runs);
  requireFinite('runs', m.data);
  const { rows: n, cols: p } = m;
  const held = Math.floor(n * (options.holdBack ?? 0.25));
  if (!Number.isInteger(options.code) || options.code < 1 || options.code >= p)
    throw new AppError(
      'invalid_input',
      `code must be an integer from 1 to ${p - 1}, got ${options.code}: it must be narrower than the input`,
      {
        field: 'code',
      },
    );
  if (held < 20 || n - held < 2)
    throw new AppError('invalid_input', `${held} of ${n} runs held back; limits need 20, collect more normal runs`, {
      field: 'runs',
      n,
    });
  const fitted = n - held;
  const stats = Array.from({ length: p }, (_, j) => moments(Float64Array.from({ length: fitted }, (_, i) => m.data[i * p + j]!)));
  const mean = stats.map((s) => s.mean);
  const scale = stats.map((s) => Math.sqrt(s.variance) || 1);
  const x = m.data.map((v, i) => (v - mean[i % p]!) / scale[i % p]!);
  const activation = options.activation ?? 'tanh';
  const hidden = options.hidden ?? [];
  const inner: LayerSpec[] = [...hidden, options.code, ...[...hidden].reverse()].map((units) => ({
    type: 'dense',
    units,
    activation,
  }));
  const start = createNetwork([p], [...inner, { type: 'dense', units: p }], options.seed ?? 1);
  const train = x.subarray(0, fitted * p);
  const late = x.subarray(fitted * p);
  const training = trainNetwork(start, train, train, 'mse', { ...options, validation: { x: late, y: late } });
  const score = reconstruct(training.network, late, p).score.sort();
  const at = (q: number): number => score[Math.min(held - 1, Math.ceil(q * held) - 1)]!;
  const total = late.reduce((s, v) => s + v * v, 0);
  return {
    training,
    model: {
      kind: 'autoencoder',
      version: 1,
      network: training.network,
      mean,
      scale,
      limits: { p95: at(0.95), p99: at(0.99) },
      explained: total > 0 ? 1 - score.reduce((s, v) => s + v, 0) / total : 0,
    },
  };
}

export interface ReconstructionScore {
  /** Σ residual² of each run in standard deviations, as Q of a PCA model. */
  readonly score: Float64Array;
  /** Standardised residual, row-major (n, p); its squares are the contributions. */
  readonly residual: Float64Array;
}

/** Reconstruction score of runs. @throws AppError `invalid_input` on NaN or another number of inputs. */
export function scoreAutoencoder(model: AutoencoderModel, runs: ArrayLike<Numbers>): ReconstructionScore {
  const m = fromRows(runs);
  const p = model.mean.length;
  if (m.rows === 0 || m.cols !== p)
    throw new AppError('invalid_input', `the model has ${p} inputs, got ${m.rows} runs of ${m.cols}`, { field: 'runs' });
  requireFinite('runs', m.data);
  return reconstruct(
    model.network,
    m.data.map((v, i) => (v - model.mean[i % p]!) / model.scale[i % p]!),
    p,
  );
}

function reconstruct(network: Network, x: Float64Array, p: number): ReconstructionScore {
  const y = runNetwork(network, x).data;
  const residual = x.map((v, i) => v - y[i]!);
  const score = new Float64Array(x.length / p);
  residual.forEach((r, i) => {
    score[Math.floor(i / p)]! += r * r;
  });
  return { score, residual };
}
