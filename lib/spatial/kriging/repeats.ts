import { AppError } from '@/lib/errors';
import { type Cholesky, cholesky } from '@/lib/numerics';

/** Places closer than this are one, as a share of the extent of the sites, and in mm (a millionth of a nanometre). */
const SAME_SHARE = 1e-9;
const SAME_MM = 1e-9;

/**
 * Moves places onto the site that they are at but for rounding, in place: two readings of one place differ by error, not by the field, and a place that is
 * a site has its reading.
 * @param x, y - sites. @param px, py - places to move; the same arrays for the sites themselves.
 * @complexity O(sites · places).
 */
export function snapToSites(x: Float64Array, y: Float64Array, px: Float64Array, py: Float64Array): void {
  let [least, most] = [Infinity, -Infinity];
  for (const v of [x, y])
    for (const c of v) {
      least = Math.min(least, c);
      most = Math.max(most, c);
    }
  const near = Math.max(SAME_MM, SAME_SHARE * (most - least));
  for (let j = 0; j < px.length; j++)
    for (let i = 0; i < x.length; i++) {
      if (px === x && i >= j) break;
      if (Math.abs(x[i]! - px[j]!) > near || Math.abs(y[i]! - py[j]!) > near) continue;
      px[j] = x[i]!;
      py[j] = y[i]!;
      break;
    }
}

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
