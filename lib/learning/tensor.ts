import { AppError } from '@/lib/errors';

/** An array with a shape; row-major, last index fastest. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** Number of values of a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((s, n) => s * n, 1);

/** Tensor over given values or zeros. @throws AppError `dimension_mismatch`. */
export function tensor(
  shape: readonly number[],
  data: Float64Array | readonly number[] = new Float64Array(sizeOf(shape)),
): Tensor {
  if (data.length !== sizeOf(shape))
    throw new AppError('dimension_mismatch', `shape ${shape.join(' x ')} needs ${sizeOf(shape)} values, got ${data.length}`);
  return { shape: [...shape], data: data instanceof Float64Array ? data : Float64Array.from(data) };
}

/**
 * Softmax along the last axis with the largest logit taken out first, so that no logit over- or underflows.
 * @reference Goodfellow, Bengio & Courville, Deep Learning (2016), §4.1.
 */
export function softmax(x: Tensor): {
  readonly probabilities: Float64Array;
  readonly logProbabilities: Float64Array;
  readonly logSumExp: Float64Array;
} {
  const c = x.shape.at(-1)!;
  const n = x.data.length / c;
  const logProbabilities = new Float64Array(n * c);
  const logSumExp = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let top = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < c; k++) top = Math.max(top, x.data[i * c + k]!);
    let s = 0;
    for (let k = 0; k < c; k++) s += Math.exp(x.data[i * c + k]! - top);
    logSumExp[i] = top + Math.log(s);
    for (let k = 0; k < c; k++) logProbabilities[i * c + k] = x.data[i * c + k]! - top - Math.log(s);
  }
  return { logProbabilities, logSumExp, probabilities: logProbabilities.map(Math.exp) };
}
