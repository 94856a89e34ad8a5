import { AppError } from '@/lib/errors';
import { readContainer, writeContainer } from './container';
import type { ForwardModel } from './jacobian';
import { sobolPoints } from './low-discrepancy';
import type { SurrogateData } from './surrogate-data';

/** Box, number and seed of the samples. */
export interface SamplePlan {
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  /** (channels,), unit of the spectra. */
  readonly sigma: ArrayLike<number>;
  readonly count: number;
  readonly seed: number;
  /** Points of the sequence that exist already: the next part of a run that was stopped, or a held-back set. Default 0. */
  readonly skip?: number;
}

/**
 * Rigorous samples on a Sobol net, with derivatives when the model has them; yields after each one, so that a worker can report, stop and go on later
 * with `skip`.
 * @param model - called first at each point, so that a jacobian may reuse what it computed there.
 * @returns the samples when the generator ends.
 * @throws AppError `out_of_domain` naming the point where the model is not finite; `dimension_mismatch`.
 */
export function* buildSamples(
  model: ForwardModel,
  plan: SamplePlan,
  jacobian?: (p: Float64Array) => Float64Array,
): Generator<{ readonly done: number; readonly total: number }, SurrogateData, void> {
  const { lower, upper, sigma, count } = plan;
  const n = lower.length;
  const m = sigma.length;
  const parameters = sobolPoints(count, n, plan.seed, plan.skip ?? 0).map(
    (u, i) => lower[i % n]! + (upper[i % n]! - lower[i % n]!) * u,
  );
  const spectra = new Float64Array(count * m);
  const jacobians = new Float64Array(jacobian ? count * m * n : 0);
  const put = (values: Float64Array, into: Float64Array, at: number, size: number, p: Float64Array): void => {
    if (values.length !== size)
      throw new AppError('dimension_mismatch', `the model returned ${values.length} values, need ${size}`);
    if (!values.every(Number.isFinite))
      throw new AppError('out_of_domain', `the model is not finite at ${Array.from(p).join(', ')}; tighten the box`, {
        point: Array.from(p),
      });
    into.set(values, at);
  };
  for (let i = 0; i < count; i++) {
    const p = parameters.slice(i * n, (i + 1) * n);
    put(model(p), spectra, i * m, m, p);
    if (jacobian) put(jacobian(p), jacobians, i * m * n, m * n, p);
    yield { done: i + 1, total: count };
  }
  return { parameters, spectra, sigma: Float64Array.from(sigma), ...(jacobian ? { jacobians } : {}) };
}

/** Samples one after the other. @throws AppError `invalid_input` when σ differ or only one has derivatives. */
export function joinSamples(a: SurrogateData, b: SurrogateData): SurrogateData {
  const same = a.sigma.length === b.sigma.length && Array.from(a.sigma).every((s, i) => s === b.sigma[i]);
  if (!same || !a.jacobians !== !b.jacobians)
    throw new AppError('invalid_input', 'the samples are of different channels, σ or kinds; they cannot be joined', {
      field: 'samples',
    });
  const both = (x: Float64Array, y: Float64Array): Float64Array => {
    const out = new Float64Array(x.length + y.length);
    out.set(x);
    out.set(y, x.length);
    return out;
  };
  return {
    parameters: both(a.parameters, b.parameters),
    spectra: both(a.spectra, b.spectra),
    sigma: a.sigma,
    ...(a.jacobians && b.jacobians ? { jacobians: both(a.jacobians, b.jacobians) } : {}),
  };
}

const KIND = 'surrogate-samples';

/** Bytes of samples, exact. */
export const encodeSamples = (d: SurrogateData): Uint8Array<ArrayBuffer> =>
  writeContainer({
    kind: KIND,
    meta: {},
    arrays: {
      parameters: d.parameters,
      spectra: d.spectra,
      sigma: Float64Array.from(d.sigma),
      ...(d.jacobians ? { jacobians: d.jacobians } : {}),
    },
  });

/** Samples from the bytes of {@link encodeSamples}. @throws AppError `invalid_input` for another file or one that lacks an array. */
export function decodeSamples(bytes: Uint8Array): SurrogateData {
  const { parameters, spectra, sigma, jacobians } = readContainer(bytes, KIND).arrays;
  if (!(parameters instanceof Float64Array && spectra instanceof Float64Array && sigma instanceof Float64Array))
    throw new AppError('invalid_input', 'the samples lack parameters, spectra or sigma', { field: 'bytes' });
  return { parameters, spectra, sigma, ...(jacobians instanceof Float64Array ? { jacobians } : {}) };
}
