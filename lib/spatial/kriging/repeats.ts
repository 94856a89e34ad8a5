import { AppError } from '@/lib/errors';
import { type Cholesky, cholesky } from '@/lib/numerics';

/** Places closer than this are one, as a share of the extent of the sites, and in mm (a millionth of a nanometre). */
const SAME_SHARE = 1e-9;
const SAME_MM = 1e-9;

/**
 * Moves places onto the site that they coincide with except for rounding, in place: two readings of one place differ by error, not by the field, and a
 * place that is a site has its reading.
 * @param x, y - sites, mm.
 * @param px, py - places to move, mm; the same arrays for the sites themselves.
 * @complexity O(sites + places): sites are looked for in the nine cells around a place.
 */
export function snapToSites(x: Float64Array, y: Float64Array, px: Float64Array, py: Float64Array): void {
  let [least, most] = [Infinity, -Infinity];
  for (const v of [x, y])
    for (const c of v) {
      least = Math.min(least, c);
      most = Math.max(most, c);
    }
  const near = Math.max(SAME_MM, SAME_SHARE * (most - least));
  const cell = (v: number): number => Math.floor(v / near);
  const cells = new Map<string, number[]>();
  const enter = (i: number): void => {
    const key = `${cell(x[i]!)},${cell(y[i]!)}`;
    const list = cells.get(key);
    if (list === undefined) cells.set(key, [i]);
    else list.push(i);
  };
  const siteAt = (u: number, v: number): number => {
    let found = -1;
    for (let a = cell(u) - 1; a <= cell(u) + 1; a++)
      for (let b = cell(v) - 1; b <= cell(v) + 1; b++)
        for (const i of cells.get(`${a},${b}`) ?? [])
          if (Math.abs(x[i]! - u) <= near && Math.abs(y[i]! - v) <= near && (found < 0 || i < found)) found = i;
    return found;
  };
  const isSame = px === x;
  if (!isSame) for (let i = 0; i < x.length; i++) enter(i);
  for (let j = 0; j < px.length; j++) {
    const i = siteAt(px[j]!, py[j]!);
    if (i >= 0) {
      px[j] = x[i]!;
      py[j] = y[i]!;
    } else if (isSame) enter(j); // the first reading of a place: later ones move onto it
  }
}

/** Of each site the number of the first that is at its place. @param x - (n,), mm; `y` likewise. @returns (n,). */
export function placesOf(x: Float64Array, y: Float64Array): Int32Array {
  const first = new Map<string, number>();
  return Int32Array.from(x, (v, i) => {
    const key = `${v},${y[i]}`;
    const known = first.get(key);
    if (known === undefined) first.set(key, i);
    return known ?? i;
  });
}

/**
 * Of each place the sites (from 0) that are there: by the same measure as kriging itself.
 * @param x, y - sites.
 * @param px, py - places.
 * @returns for each place the indices of its readings.
 */
export function readingsAt(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  px: ArrayLike<number>,
  py: ArrayLike<number>,
): (readonly number[])[] {
  const [sx, sy, qx, qy] = [x, y, px, py].map((v) => Float64Array.from(v)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  snapToSites(sx, sy, sx, sy);
  snapToSites(sx, sy, qx, qy);
  const at = new Map<string, number[]>();
  for (const [i, v] of sx.entries()) {
    const key = `${v},${sy[i]}`;
    const list = at.get(key);
    if (list === undefined) at.set(key, [i]);
    else list.push(i);
  }
  return Array.from(qx, (v, j) => at.get(`${v},${qy[j]}`) ?? []);
}

/** 1 for every site that is read more than once. @param x - (n,), mm; `y` likewise. @returns (n,), 0 or 1. */
export function repeatedSites(x: Float64Array, y: Float64Array): Uint8Array {
  const out = new Uint8Array(x.length);
  for (const [i, first] of placesOf(x, y).entries()) if (first !== i) out[i] = out[first] = 1;
  return out;
}

/**
 * Factor of a kriging system.
 * @param v - V, (n, n) row-major.
 * @throws AppError `not_positive_definite` naming the sites that repeat: give a nugget or uncertainties.
 */
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
