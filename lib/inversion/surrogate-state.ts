import { AppError } from '@/lib/errors';
import { rngFromState } from '@/lib/numerics';
import { readContainer, writeContainer } from './container';
import type { SurrogateConfig } from './surrogate-data';
import type { SurrogateTraining } from './surrogate-training';

const KIND = 'surrogate-training';

/** Bytes of a suspended training: restored, it continues to the same bits as one that was not suspended. */
export function encodeTraining(t: SurrogateTraining): Uint8Array<ArrayBuffer> {
  const arrays: Record<string, Float64Array | Int32Array> = {
    inverseSigma: t.basis.inverseSigma,
    mean: t.basis.mean,
    basis: t.basis.basis,
    order: t.order,
    rng: Int32Array.from(t.rng.state()),
    loss: Float64Array.from(t.loss),
    numbers: Float64Array.of(t.scale, t.basis.residualRms, t.running),
  };
  t.parameters.forEach((p, i) => {
    arrays[`parameter${i}`] = p;
    arrays[`first${i}`] = t.optimiser.first[i]!;
    arrays[`second${i}`] = t.optimiser.second[i]!;
  });
  const meta = {
    config: t.config,
    step: t.optimiser.step,
    epoch: t.epoch,
    position: t.position,
    fingerprint: t.fingerprint,
    count: t.parameters.length,
  };
  return writeContainer({ kind: KIND, meta, arrays });
}

/** A training from the bytes of {@link encodeTraining}. @throws AppError `invalid_input` for another file or one that lacks an array. */
export function decodeTraining(bytes: Uint8Array): SurrogateTraining {
  const c = readContainer(bytes, KIND);
  const meta = c.meta as {
    config: SurrogateConfig;
    step: number;
    epoch: number;
    position: number;
    fingerprint: number;
    count: number;
  };
  // copies: training changes them
  const get = (name: string): Float64Array => {
    const a = c.arrays[name];
    if (!a) throw new AppError('invalid_input', `array ${name} of the training is missing`, { field: name });
    return Float64Array.from(a);
  };
  const list = (name: string): Float64Array[] => Array.from({ length: meta.count }, (_, i) => get(`${name}${i}`));
  const [scale, residualRms, running] = get('numbers');
  const mean = get('mean');
  const basis = get('basis');
  return {
    config: meta.config,
    basis: {
      channels: mean.length,
      components: basis.length / mean.length,
      inverseSigma: get('inverseSigma'),
      mean,
      basis,
      residualRms: residualRms!,
    },
    scale: scale!,
    parameters: list('parameter'),
    optimiser: { step: meta.step, first: list('first'), second: list('second') },
    rng: rngFromState(get('rng')),
    order: Int32Array.from(get('order')),
    epoch: meta.epoch,
    position: meta.position,
    running: running!,
    loss: Array.from(get('loss')),
    fingerprint: meta.fingerprint,
    prepared: null,
  };
}
