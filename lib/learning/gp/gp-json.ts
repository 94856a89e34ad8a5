import { assembleGp, type GpModel } from './gp';
import { checkKernel, type GpKernel } from './kernel';
import type { MeanFrame } from './mean';

/** Plain JSON from which `gpFromJson` rebuilds the same model (the factor is computed again). */
export interface GpJson {
  readonly kind: 'gp';
  /** 2 where the model has a mean function. */
  readonly version: 1 | 2;
  readonly kernel: GpKernel;
  readonly d: number;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly yMean: number;
  readonly yScale: number;
  readonly jitter: number;
  readonly mean?: MeanFrame;
}

/** The model as JSON. */
export const gpToJson = (m: GpModel): GpJson => ({
  kind: 'gp',
  version: m.mean ? 2 : 1,
  kernel: m.kernel,
  d: m.d,
  x: Array.from(m.x),
  y: Array.from(m.y),
  yMean: m.yMean,
  yScale: m.yScale,
  jitter: m.jitter,
  ...(m.mean ? { mean: m.mean } : {}),
});

/** The model from its JSON. */
export function gpFromJson(j: GpJson): GpModel {
  checkKernel(j.kernel, j.d);
  return assembleGp(Float64Array.from(j.x), j.d, Float64Array.from(j.y), j.yMean, j.yScale, j.kernel, j.jitter, j.mean ?? null);
}
