import { AppError } from '@/lib/errors';

/** Optimiser settings and, after the first step, its memory; plain data, so that training continues where it stopped. */
export type OptimiserConfig =
  | {
      readonly kind: 'adam';
      readonly lr: number;
      readonly betas?: readonly [number, number];
      readonly eps?: number;
      readonly weightDecay?: number;
    }
  | { readonly kind: 'sgd'; readonly lr: number; readonly momentum?: number; readonly weightDecay?: number };

/** Memory of an optimiser. */
export interface OptimiserState {
  readonly step: number;
  readonly first: readonly Float64Array[];
  readonly second: readonly Float64Array[];
}

/** Memory before the first step. */
export function initialOptimiser(parameters: readonly Float64Array[]): OptimiserState {
  return {
    step: 0,
    first: parameters.map((p) => new Float64Array(p.length)),
    second: parameters.map((p) => new Float64Array(p.length)),
  };
}

/**
 * One step; parameters are changed in place. Adam: m = β1 m + (1 − β1) g, v = β2 v + (1 − β2) g², w −= lr m̂/(√v̂ + ε). SGD: v = μ v + g, w −= lr v.
 * Weight decay adds decay·w to g.
 * @param scale - factor of the schedule on the learning rate.
 * @throws AppError `out_of_domain` when a gradient is not finite: lower the learning rate.
 * @reference Kingma & Ba, ICLR (2015); Polyak, USSR Comput. Math. 4 (1964) 1.
 */
export function optimiserStep(
  config: OptimiserConfig,
  state: OptimiserState,
  parameters: readonly Float64Array[],
  gradients: readonly Float64Array[],
  scale = 1,
): OptimiserState {
  const step = state.step + 1;
  const lr = config.lr * scale;
  const decay = config.weightDecay ?? 0;
  parameters.forEach((w, k) => {
    const [g, m, v] = [gradients[k]!, state.first[k]!, state.second[k]!];
    for (let i = 0; i < w.length; i++) {
      const d = g[i]! + decay * w[i]!;
      if (!Number.isFinite(d))
        throw new AppError('out_of_domain', `gradient ${i} of parameter ${k} is ${d} at step ${step}; lower the learning rate`, {
          parameter: k,
          step,
        });
      if (config.kind === 'sgd') {
        m[i] = (config.momentum ?? 0) * m[i]! + d;
        w[i]! -= lr * m[i]!;
        continue;
      }
      const [b1, b2] = config.betas ?? [0.9, 0.999];
      m[i] = b1 * m[i]! + (1 - b1) * d;
      v[i] = b2 * v[i]! + (1 - b2) * d * d;
      w[i]! -= (lr * (m[i]! / (1 - b1 ** step))) / (Math.sqrt(v[i]! / (1 - b2 ** step)) + (config.eps ?? 1e-8));
    }
  });
  return { step, first: state.first, second: state.second };
}

/** Learning-rate schedules as factors of epoch e of E. */
export type Schedule =
  | { readonly kind: 'constant' }
  | { readonly kind: 'cosine'; readonly floor?: number }
  | { readonly kind: 'step'; readonly every: number; readonly factor: number };

/** Factor of the learning rate in an epoch. @param epoch - from 0; `epochs` in all. @reference cosine: Loshchilov & Hutter, ICLR (2017). */
export function scheduleFactor(s: Schedule, epoch: number, epochs: number): number {
  if (s.kind === 'constant') return 1;
  if (s.kind === 'step') return s.factor ** Math.floor(epoch / s.every);
  const floor = s.floor ?? 0;
  return floor + (1 - floor) * 0.5 * (1 + Math.cos((Math.PI * epoch) / Math.max(1, epochs)));
}
