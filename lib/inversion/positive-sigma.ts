import { AppError } from '@/lib/errors';

/**
 * Refuses a σ that is not positive: a datum without uncertainty cannot be weighted.
 * @param sigma - standard deviations; Infinity leaves a datum out.
 * @throws AppError `invalid_input` naming the first one.
 */
export function requirePositiveSigma(sigma: ArrayLike<number>): void {
  for (let i = 0; i < sigma.length; i++)
    if (!(sigma[i]! > 0))
      throw new AppError('invalid_input', `sigma[${i}] is ${sigma[i]}; give a positive standard deviation`, {
        field: 'sigma',
        index: i,
      });
}
