import { AppError } from '@/lib/errors';
import { requireFinite } from '@/lib/numerics';
import { project, type SpectralBasis } from './spectral-basis';

/** A law that spectra obey: lower ≤ Σ of these channels ≤ upper, e.g. 0 ≤ R ≤ 1 of one channel, or R + T ≤ 1 of two. */
export interface ChannelLaw {
  readonly channels: readonly number[];
  /** In the unit of the spectra. */
  readonly lower?: number;
  readonly upper?: number;
}

/** Architecture and training of a surrogate. */
export interface SurrogateConfig {
  readonly names: readonly string[];
  /** Bounds of the box, one per name, in the units of the parameters. */
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  /** Units of the tanh layers. */
  readonly hidden: readonly number[];
  /** Basis functions of the spectra. */
  readonly components: number;
  readonly epochs: number;
  /** Samples a step. */
  readonly batch: number;
  /** Adam's rate at the start; a cosine takes it down to 1 % of it. */
  readonly learningRate: number;
  /** Weight of the derivative match in the loss; needs the Jacobians of the samples. 0 leaves it out. */
  readonly derivativeWeight: number;
  /** Laws that hold everywhere in the box; they are checked at random points of it in every step. */
  readonly laws?: readonly ChannelLaw[];
  readonly lawWeight?: number;
  readonly seed: number;
}

/** Rigorous samples. */
export interface SurrogateData {
  /** (count, n) row-major. */
  readonly parameters: Float64Array;
  /** (count, channels) row-major. */
  readonly spectra: Float64Array;
  /** (count, channels, n) row-major: derivatives of the rigorous model. */
  readonly jacobians?: Float64Array;
  /** (channels,): the metric of the loss. */
  readonly sigma: ArrayLike<number>;
}

/** The data as the network sees them. */
export interface PreparedSamples {
  readonly x: Float64Array;
  readonly scores: Float64Array;
  /** (count, n, components): derivatives of the scaled scores by the scaled parameters. */
  readonly tangents: Float64Array | null;
  /** Laws on the network's output: (components, laws) and offset, one-sided as a + output·M ≤ 0. */
  readonly laws: { readonly matrix: Float64Array; readonly offset: Float64Array } | null;
}

/** Samples as scaled parameters, scores over their scale and derivatives of these by those. @param scale - of the scores. */
export function prepareSamples(
  config: SurrogateConfig,
  basis: SpectralBasis,
  scale: number,
  data: SurrogateData,
): PreparedSamples {
  const n = config.names.length;
  const { channels: m, components: k } = basis;
  const count = data.parameters.length / n;
  const half = config.lower.map((v, j) => 0.5 * (config.upper[j]! - v));
  const x = data.parameters.map((v, i) => (v - config.lower[i % n]!) / half[i % n]! - 1);
  const scores = new Float64Array(count * k);
  for (let i = 0; i < count; i++) project(basis, data.spectra, i * m, scores, i * k);
  for (let i = 0; i < scores.length; i++) scores[i]! /= scale;
  let tangents: Float64Array | null = null;
  if (data.jacobians && config.derivativeWeight > 0) {
    tangents = new Float64Array(count * n * k);
    for (let i = 0; i < count; i++)
      for (let c = 0; c < m; c++)
        for (let d = 0; d < n; d++) {
          const v = (data.jacobians[(i * m + c) * n + d]! * basis.inverseSigma[c]! * half[d]!) / scale;
          for (let q = 0; q < k; q++) tangents[(i * n + d) * k + q]! += v * basis.basis[q * m + c]!;
        }
  }
  return { x, scores, tangents, laws: lawMatrix(config, basis, scale) };
}

// Each side of each law as one column: a sum of channels is linear in the scores.
function lawMatrix(config: SurrogateConfig, basis: SpectralBasis, scale: number): PreparedSamples['laws'] {
  const sides = (config.laws ?? []).flatMap((l) => [
    ...(l.upper === undefined ? [] : [{ channels: l.channels, sign: 1, limit: l.upper }]),
    ...(l.lower === undefined ? [] : [{ channels: l.channels, sign: -1, limit: l.lower }]),
  ]);
  if (sides.length === 0) return null;
  const { channels: m, components: k } = basis;
  const matrix = new Float64Array(k * sides.length);
  const offset = new Float64Array(sides.length);
  sides.forEach(({ channels, sign, limit }, s) => {
    // in the unit of the loss: over the σ of the sum, over the scale
    const unit = 1 / (scale * Math.hypot(...channels.map((c) => 1 / basis.inverseSigma[c]!)));
    offset[s] = -sign * limit * unit;
    for (const c of channels) {
      if (!(c >= 0 && c < m)) throw new AppError('invalid_input', `a law names channel ${c} of ${m}`, { field: 'laws' });
      offset[s]! += (sign * unit * basis.mean[c]!) / basis.inverseSigma[c]!;
      for (let q = 0; q < k; q++)
        matrix[q * sides.length + s]! += (sign * unit * scale * basis.basis[q * m + c]!) / basis.inverseSigma[c]!;
    }
  });
  return { matrix, offset };
}

/** FNV-1a over the bytes of the samples. */
export function fingerprintOf(data: SurrogateData): number {
  let h = 0x811c9dc5;
  for (const a of [data.parameters, data.spectra, data.jacobians, Float64Array.from(data.sigma)]) {
    if (!a) continue;
    const words = new Uint32Array(a.buffer, a.byteOffset, a.byteLength / 4);
    for (let i = 0; i < words.length; i++) h = Math.imul(h ^ words[i]!, 0x01000193);
  }
  return h >>> 0;
}

/** Number of samples. @throws AppError `invalid_input` naming the field. */
export function checkData(config: SurrogateConfig, data: SurrogateData): number {
  const n = config.names.length;
  const m = data.sigma.length;
  const count = data.parameters.length / n;
  const bad = (field: string, why: string): never => {
    throw new AppError('invalid_input', why, { field });
  };
  if (!Number.isInteger(count) || data.spectra.length !== count * m)
    bad('spectra', `${data.spectra.length} values are not ${count} spectra of ${m} channels`);
  if (data.jacobians && data.jacobians.length !== count * m * n)
    bad('jacobians', `the Jacobians have ${data.jacobians.length} values, need ${count * m * n}`);
  if (config.derivativeWeight > 0 && !data.jacobians)
    bad('jacobians', 'a derivative match needs the Jacobians of the samples; give them or set derivativeWeight 0');
  if (!(config.batch >= 1 && config.epochs >= 1 && config.hidden.length >= 1 && config.learningRate > 0))
    bad('config', 'give a positive batch, epochs, learning rate and at least one hidden layer');
  requireFinite('spectra', data.spectra);
  if (data.jacobians) requireFinite('jacobians', data.jacobians);
  for (let i = 0; i < data.parameters.length; i++) {
    const v = data.parameters[i]!;
    if (!(v >= config.lower[i % n]! && v <= config.upper[i % n]!))
      bad('parameters', `sample ${Math.floor(i / n)} has ${config.names[i % n]} = ${v}, outside the box; widen it`);
  }
  return count;
}
