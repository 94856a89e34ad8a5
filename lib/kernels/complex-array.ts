import { AppError } from '@/lib/errors';

/** Complex values as two arrays of equal length; a matrix is row-major with its sizes passed separately. */
export interface ComplexArray {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** Zeros, or a view over given arrays. @throws AppError `dimension_mismatch` when the parts differ in length. */
export function complexArray(n: number, re = new Float64Array(n), im = new Float64Array(n)): ComplexArray {
  if (re.length !== n || im.length !== n)
    throw new AppError('dimension_mismatch', `need ${n} complex values, got ${re.length} real and ${im.length} imaginary`);
  return { re, im };
}
