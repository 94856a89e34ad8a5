import { AppError } from '@/lib/errors';

/** @param sigma - standard deviations; Infinity leaves a datum out. @throws AppError `invalid_input` for one that is not positive: nothing could be weighed by it. */
export function requirePositiveSigma(sigma: ArrayLike<number>): void {
  for (let i = 0; i < sigma.length; i++)
    if (!(sigma[i]! > 0))
      throw new AppError('invalid_input', `sigma[${i}] is ${sigma[i]}; give a positive standard deviation`, {
        field: 'sigma',
        index: i,
      });
}
