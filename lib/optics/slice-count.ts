import { AppError } from '@/lib/errors';
import { largestChange } from './truncation';

/** Why a number of slices was chosen. */
export interface SliceCertificate {
  readonly slices: number;
  readonly tolerance: number;
  /** Distance to infinitely many slices, from the second-order law. */
  readonly errorEstimate: number;
  readonly isReached: boolean;
  readonly sweep: readonly { readonly slices: number; readonly change: number; readonly errorEstimate: number }[];
}

/**
 * The number of slices of a profile: it is doubled until the estimate of the staircase error is below the tolerance. Slabs of mean width make an error of order
 * 1/n², so that two counts in the ratio 2 differ by three times the error of the finer one; the estimate takes the change itself, a factor 3 on the safe side.
 * @param evaluate - observed values for a number of slices; always as many.
 * @param options.start - default 4.
 * @param options.max - default 64.
 * @param options.tolerance - largest error allowed in any observed value, in its unit.
 * @returns the count with the table it rests on.
 * @throws AppError `invalid_input` for a start below 1.
 * @reference staircase of sloped walls: Popov et al., J. Opt. Soc. Am. A 19 (2002) 33 (TM converges slower in metals: the sweep shows it).
 */
export function chooseSliceCount(
  evaluate: (slices: number) => Float64Array,
  options: { readonly tolerance?: number; readonly start?: number; readonly max?: number } = {},
): SliceCertificate {
  const tolerance = options.tolerance ?? 1e-3;
  const max = options.max ?? 64;
  let n = options.start ?? 4;
  if (!(n >= 1)) throw new AppError('invalid_input', `start is ${n}; give at least one slice`, { field: 'start' });
  const sweep: { slices: number; change: number; errorEstimate: number }[] = [];
  let previous: Float64Array | null = null;
  for (; ; n *= 2) {
    const values = evaluate(n);
    const change: number = previous ? largestChange(previous, values) : Number.NaN;
    sweep.push({ slices: n, change, errorEstimate: change });
    if (change <= tolerance || 2 * n > max) break;
    previous = values;
  }
  const errorEstimate = sweep[sweep.length - 1]!.errorEstimate;
  return { slices: n, tolerance, errorEstimate, isReached: errorEstimate <= tolerance, sweep };
}
