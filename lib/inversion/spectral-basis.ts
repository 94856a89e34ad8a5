import { AppError } from '@/lib/errors';
import { createRng, matrix, qrFactor, symmetricEigen, thinQ } from '@/lib/numerics';
import { requirePositiveSigma } from './positive-sigma';

/** Orthonormal basis of spectra divided by σ: s/σ ≈ mean + scores·basis. */
export interface SpectralBasis {
  readonly channels: number;
  readonly components: number;
  /** 1/σ of each channel. */
  readonly inverseSigma: Float64Array;
  /** Mean of s/σ. */
  readonly mean: Float64Array;
  /** (components, channels) row-major, orthonormal rows, largest variance first. */
  readonly basis: Float64Array;
  /** Root mean square over channels and training spectra of what the basis leaves out, in σ. */
  readonly residualRms: number;
}

const POWER_STEPS = 8;
/** Spectra that the basis is taken from, evenly picked. */
const SAMPLE = 3000;

/**
 * Principal components of spectra in units of σ by subspace iteration on the covariance of an even sample.
 * @param spectra - (count, channels) row-major, finite.
 * @param sigma - (channels,), positive.
 * @param components - number of basis functions.
 * @throws AppError `invalid_input` for fewer than 2 spectra, σ ≤ 0 or no component.
 * @reference Jolliffe, Principal Component Analysis (2002), §2; subspace iteration: Golub & Van Loan (2013), §8.2.4.
 */
export function spectralBasis(
  spectra: Float32Array | Float64Array,
  sigma: ArrayLike<number>,
  components: number,
  seed = 1,
): SpectralBasis {
  const m = sigma.length;
  const count = spectra.length / m;
  if (!Number.isInteger(count) || count < 2 || !(components >= 1))
    throw new AppError('invalid_input', `${spectra.length} values for ${m} channels and ${components} components`, {
      field: 'spectra',
    });
  requirePositiveSigma(sigma);
  const inverseSigma = Float64Array.from(sigma, (s) => 1 / s);
  const taken = Math.min(count, SAMPLE);
  const k = Math.min(components, m, taken - 1);
  const row = (t: number): number => Math.floor((t * count) / taken) * m;
  const mean = new Float64Array(m);
  for (let t = 0; t < taken; t++) for (let i = 0; i < m; i++) mean[i]! += (spectra[row(t) + i]! * inverseSigma[i]!) / taken;
  const covariance = new Float64Array(m * m);
  const d = new Float64Array(m);
  let total = 0;
  for (let t = 0; t < taken; t++) {
    for (let i = 0; i < m; i++) {
      d[i] = spectra[row(t) + i]! * inverseSigma[i]! - mean[i]!;
      total += d[i]! * d[i]!;
    }
    for (let i = 0; i < m; i++) for (let j = 0; j <= i; j++) covariance[i * m + j]! += (d[i]! * d[j]!) / taken;
  }
  for (let i = 0; i < m; i++) for (let j = 0; j < i; j++) covariance[j * m + i] = covariance[i * m + j]!;
  const rng = createRng(seed, 'basis');
  let q = matrix(
    m,
    k,
    Float64Array.from({ length: m * k }, () => rng.normal()),
  );
  for (let s = 0; s < POWER_STEPS; s++) q = thinQ(qrFactor(matrix(m, k, product(covariance, q.data, m, k))));
  // Rayleigh–Ritz: the axes of the subspace in the order of their variance
  const cq = product(covariance, q.data, m, k);
  const small = new Float64Array(k * k);
  for (let i = 0; i < m; i++)
    for (let a = 0; a < k; a++) for (let b = 0; b < k; b++) small[a * k + b]! += q.data[i * k + a]! * cq[i * k + b]!;
  for (let a = 0; a < k; a++) for (let b = 0; b < a; b++) small[a * k + b] = small[b * k + a]!;
  const { values, vectors } = symmetricEigen(small, k);
  const order = Array.from(values.keys()).sort((a, b) => values[b]! - values[a]!);
  const basis = new Float64Array(k * m);
  order.forEach((from, c) => {
    for (let i = 0; i < m; i++) for (let a = 0; a < k; a++) basis[c * m + i]! += vectors.data[a * k + from]! * q.data[i * k + a]!;
  });
  const kept = values.reduce((s, v) => s + v, 0);
  const residualRms = Math.sqrt(Math.max(0, total / taken - kept) / m);
  return { channels: m, components: k, inverseSigma, mean, basis, residualRms };
}

function product(c: Float64Array, q: Float64Array, m: number, k: number): Float64Array {
  const out = new Float64Array(m * k);
  for (let i = 0; i < m; i++)
    for (let l = 0; l < m; l++) {
      const v = c[i * m + l]!;
      for (let j = 0; j < k; j++) out[i * k + j]! += v * q[l * k + j]!;
    }
  return out;
}

/**
 * Scores of one spectrum into `out` from `at`, and the norm of what the basis leaves out.
 * @param from - first index of the spectrum in `s`.
 * @param out - scores, dimensionless.
 * @returns the norm of the remainder, in σ.
 */
export function project(b: SpectralBasis, s: ArrayLike<number>, from: number, out: Float64Array, at: number): number {
  const { channels: m, components: k } = b;
  let total = 0;
  for (let c = 0; c < k; c++) out[at + c] = 0;
  for (let i = 0; i < m; i++) {
    const d = s[from + i]! * b.inverseSigma[i]! - b.mean[i]!;
    total += d * d;
    for (let c = 0; c < k; c++) out[at + c]! += d * b.basis[c * m + i]!;
  }
  for (let c = 0; c < k; c++) total -= out[at + c]! * out[at + c]!;
  return Math.sqrt(Math.max(0, total));
}

/** Spectrum from scores, in the unit of the data. @param scores - (components,). @returns (channels,). */
export function reconstruct(b: SpectralBasis, scores: ArrayLike<number>): Float64Array {
  const { channels: m, components: k } = b;
  const out = b.mean.slice();
  for (let c = 0; c < k; c++) {
    const v = scores[c]!;
    for (let i = 0; i < m; i++) out[i]! += v * b.basis[c * m + i]!;
  }
  for (let i = 0; i < m; i++) out[i]! /= b.inverseSigma[i]!;
  return out;
}
