import { AppError } from '@/lib/errors';
import {
  columnName,
  fillMissing,
  fromRows,
  hasMissing,
  matrix,
  moments,
  type Numbers,
  requireFinite,
  requireVarying,
} from '@/lib/numerics';
import type { ActivationName } from './activations';
import type { LayerSpec } from './layers';
import { createNetwork, type Network, runNetwork, type Training, type TrainingOptions, trainNetwork } from './network';

/** Fault detection by reconstruction through a narrow network: a plain-JSON model. */
export interface AutoencoderModel {
  readonly kind: 'autoencoder';
  readonly version: 1;
  /** Names of the inputs, where they were given. */
  readonly variables?: readonly string[];
  readonly network: Network;
  /** Centre and scale (divisor n − 1) of each input. */
  readonly mean: readonly number[];
  readonly scale: readonly number[];
  /** Quantiles of the score over normal runs that were not trained on. */
  readonly limits: { readonly p95: number; readonly p99: number };
  /** Share of the variance of those runs that the reconstruction explains. */
  readonly explained: number;
}

/** Architecture and training of an autoencoder. */
export interface AutoencoderOptions extends Omit<TrainingOptions, 'validation'> {
  /** Values in the narrow middle. */
  readonly code: number;
  /** Widths between input and code; mirrored behind it. Default none. */
  readonly hidden?: readonly number[];
  readonly activation?: ActivationName;
  /** Names of the inputs, for what is refused and for the model. */
  readonly variables?: readonly string[];
  /** Share of the runs, the last ones in time, kept back for early stopping and limits. Default 0.25. */
  readonly holdBack?: number;
}

/**
 * Train an autoencoder on normal runs: inputs standardised, loss the mean squared reconstruction error, limits from runs held back at the end.
 * Gaps (NaN) are filled by conditional means of a linear latent model of the width of the code, so that a gap pulls the weights nowhere.
 * @param runs - normal runs in time order, one row each.
 * @throws AppError `invalid_input` on infinite values, a code as wide as the input, or fewer than 20 runs held back: limits need them;
 * `rank_deficient` naming an input that does not vary.
 * @reference Sakurada & Yairi, MLSDA (2014); score as in Kramer, AIChE J. 37 (1991) 233.
 */
export function trainAutoencoder(
  runs: ArrayLike<Numbers>,
  options: AutoencoderOptions,
): { readonly model: AutoencoderModel; readonly training: Training } {
  const raw = fromRows(runs);
  const { rows: n, cols: p } = raw;
  const names = options.variables;
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
  const m = hasMissing(raw) ? fillMissing(raw, options.code, (j) => columnName(j, names)).x : raw;
  requireFinite('x', m.data);
  requireVarying('x', matrix(fitted, p, m.data.subarray(0, fitted * p)), names);
  const stats = Array.from({ length: p }, (_, j) => moments(Float64Array.from({ length: fitted }, (_, i) => m.data[i * p + j]!)));
  const mean = stats.map((s) => s.mean);
  const scale = stats.map((s) => Math.sqrt(s.variance));
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
  const judged = raw.data.slice(fitted * p).map((v, i) => (v - mean[i % p]!) / scale[i % p]!);
  const score = scoreScaled(training.network, judged, p).score.sort();
  const at = (q: number): number => score[Math.min(held - 1, Math.ceil(q * held) - 1)]!;
  const total = late.reduce((s, v) => s + v * v, 0);
  return {
    training,
    model: {
      kind: 'autoencoder',
      version: 1,
      ...(names ? { variables: names } : {}),
      network: training.network,
      mean,
      scale,
      limits: { p95: at(0.95), p99: at(0.99) },
      explained: total > 0 ? 1 - score.reduce((s, v) => s + v, 0) / total : 0,
    },
  };
}

/** Scores of runs. */
export interface ReconstructionScore {
  /** Σ residual² of each run in standard deviations, as Q of a PCA model; with gaps times inputs/measured inputs, so that the limits hold for it. */
  readonly score: Float64Array;
  /** Standardised residual, row-major (n, p); its squares are the contributions. NaN where not measured. */
  readonly residual: Float64Array;
}

/** The reconstruction of what was not measured has settled; the network contracts towards what it was trained on, so few rounds do. */
const SETTLED = 1e-6;
const MAX_ROUNDS = 200;

/**
 * Reconstruction score of runs. What was not measured (NaN) is replaced by its own reconstruction, from the mean on, until that stands still; it takes
 * no part in the score, which the measured inputs carry alone.
 * @param runs - one row each, raw units, NaN = not measured.
 * @throws AppError `invalid_input` on infinite values, another number of inputs, or a run in which nothing was measured.
 * @reference Kramer, AIChE J. 37 (1991) 233.
 */
export function scoreAutoencoder(model: AutoencoderModel, runs: ArrayLike<Numbers>): ReconstructionScore {
  const m = fromRows(runs);
  const p = model.mean.length;
  if (m.rows === 0 || m.cols !== p)
    throw new AppError('invalid_input', `x: the model has ${p} inputs, got ${m.rows} runs of ${m.cols}`, { field: 'x' });
  for (let i = 0; i < m.rows; i++)
    if (m.data.subarray(i * p, (i + 1) * p).every(Number.isNaN))
      throw new AppError('invalid_input', `x: run ${i} holds no measured input; leave it out`, { field: 'x', row: i });
  return scoreScaled(
    model.network,
    m.data.map((v, i) => (v - model.mean[i % p]!) / model.scale[i % p]!),
    p,
  );
}

/** Scores of standardised runs, row-major (n, p), NaN = not measured; the gaps of `z` are filled in place. */
function scoreScaled(network: Network, z: Float64Array, p: number): ReconstructionScore {
  const gaps = Array.from(z.keys()).filter((i) => Number.isNaN(z[i]!));
  for (const i of gaps) z[i] = 0;
  requireFinite('x', z);
  for (let round = 0, change = gaps.length > 0 ? 1 : 0; change > SETTLED && round < MAX_ROUNDS; round++) {
    const y = runNetwork(network, z).data;
    change = 0;
    for (const i of gaps) {
      change = Math.max(change, Math.abs(y[i]! - z[i]!));
      z[i] = y[i]!;
    }
  }
  const y = runNetwork(network, z).data;
  const residual = z.map((v, i) => v - y[i]!);
  for (const i of gaps) residual[i] = Number.NaN;
  const score = new Float64Array(z.length / p);
  for (let row = 0; row < score.length; row++) {
    let measured = 0;
    for (let j = 0; j < p; j++) {
      const r = residual[row * p + j]!;
      if (Number.isNaN(r)) continue;
      measured++;
      score[row]! += r * r;
    }
    if (measured < p) score[row]! *= p / measured;
  }
  return { score, residual };
}
