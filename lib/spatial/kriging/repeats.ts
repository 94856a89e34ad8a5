import { AppError } from '@/lib/errors';
import { type Cholesky, cholesky } from '@/lib/numerics';

/** 1 for every site that is read more than once. */
export function repeatedSites(x: Float64Array, y: Float64Array): Uint8Array {
  const first = new Map<string, number>();
  const out = new Uint8Array(x.length);
  x.forEach((v, i) => {
    const key = `${v},${y[i]}`;
    const before = first.get(key);
    if (before === undefined) first.set(key, i);
    else out[i] = out[before] = 1;
  });
  return out;
}

/** Factor of a kriging system. @throws AppError `not_positive_definite` naming the sites that repeat: give a nugget or uncertainties. */
export function factorOf(v: Float64Array, n: number, isRepeated: Uint8Array): Cholesky {
  try {
    return cholesky(v, n);
  } catch (e) {
    if (!(e instanceof AppError) || e.code !== 'not_positive_definite') throw e;
    const sites = Array.from(isRepeated.keys()).filter((i) => isRepeated[i] === 1);
    throw new AppError(
      'not_positive_definite',
      sites.length > 0
        ? `x: sites ${sites.slice(0, 6).join(', ')} repeat; give a nugget or the uncertainty of each value, or average the readings`
        : 'x: the sites lie too close for this covariance; give a nugget or the uncertainty of each value',
      { field: 'x', sites },
      { cause: e },
    );
  }
}
