import { AppError } from '@/lib/errors';
import { createRng } from '@/lib/numerics';

// Degree s, coefficients a and first direction integers m of the primitive polynomials for dimensions 2.. (Joe & Kuo 2008, table new-joe-kuo-6).
const DIRECTIONS: readonly (readonly [s: number, a: number, m: readonly number[]])[] = [
  [1, 0, [1]],
  [2, 1, [1, 3]],
  [3, 1, [1, 3, 1]],
  [3, 2, [1, 1, 1]],
  [4, 1, [1, 1, 3, 3]],
  [4, 4, [1, 3, 5, 13]],
  [5, 2, [1, 1, 5, 5, 17]],
  [5, 4, [1, 1, 5, 5, 5]],
  [5, 7, [1, 1, 7, 11, 19]],
  [5, 11, [1, 1, 5, 1, 1]],
  [5, 13, [1, 1, 1, 3, 11]],
  [5, 14, [1, 3, 5, 5, 31]],
  [6, 1, [1, 3, 3, 9, 7, 49]],
  [6, 13, [1, 1, 1, 15, 21, 21]],
  [6, 16, [1, 3, 1, 13, 27, 49]],
  [6, 19, [1, 1, 1, 15, 7, 5]],
  [6, 22, [1, 3, 1, 15, 13, 25]],
  [6, 25, [1, 1, 5, 5, 19, 61]],
  [7, 1, [1, 3, 7, 11, 23, 15, 103]],
  [7, 4, [1, 3, 7, 13, 13, 15, 69]],
];

/** Dimensions that the table of direction numbers covers. */
export const SOBOL_DIMENSIONS = DIRECTIONS.length + 1;

const BITS = 30;

/**
 * Sobol points in the unit cube, in Gray-code order, with a random digital shift (exclusive or), which keeps the net structure.
 * @param count - number of points.
 * @param n - dimensions, 1 to 21.
 * @param seed - of the shift; `null` leaves the plain sequence, whose first point is 0.
 * @param skip - points of the sequence left out first, so that a second set continues the first.
 * @returns (count, n) row-major in [0, 1).
 * @throws AppError `invalid_input` for more than 21 dimensions or 2^30 points.
 * @reference Joe & Kuo, SIAM J. Sci. Comput. 30 (2008) 2635; Antonov & Saleev, USSR Comput. Math. 19 (1979) 252; digital shift: Owen, Monte Carlo theory
 * (2013), ch. 17.
 */
export function sobolPoints(count: number, n: number, seed: number | null, skip = 0): Float64Array {
  if (!(n >= 1 && n <= SOBOL_DIMENSIONS) || !(count >= 0 && count + skip < 2 ** BITS))
    throw new AppError('invalid_input', `${count} points in ${n} dimensions; give 1 to ${SOBOL_DIMENSIONS} dimensions`, {
      field: 'n',
    });
  const rng = seed === null ? null : createRng(seed, 'sobol');
  const out = new Float64Array(count * n);
  for (let j = 0; j < n; j++) {
    const v = directions(j);
    const shift = rng ? rng.uint32() >>> (32 - BITS) : 0;
    // half a cell of the shifted net keeps the points off 0
    const offset = rng ? 0.5 : 0;
    let x = 0;
    for (let i = 0; i < count + skip; i++) {
      if (i > 0) x ^= v[31 - Math.clz32(i & -i)]!;
      if (i >= skip) out[(i - skip) * n + j] = ((x ^ shift) + offset) * 2 ** -BITS;
    }
  }
  return out;
}

function directions(dimension: number): Int32Array {
  const v = new Int32Array(BITS);
  if (dimension === 0) {
    for (let k = 0; k < BITS; k++) v[k] = 1 << (BITS - 1 - k);
    return v;
  }
  const [s, a, m] = DIRECTIONS[dimension - 1]!;
  for (let k = 0; k < BITS; k++) {
    if (k < s) v[k] = m[k]! << (BITS - 1 - k);
    else {
      v[k] = v[k - s]! ^ (v[k - s]! >> s);
      for (let q = 1; q < s; q++) if ((a >> (s - 1 - q)) & 1) v[k]! ^= v[k - q]!;
    }
  }
  return v;
}
