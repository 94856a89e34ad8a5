// Half-width of the fitted window in ln(k/(tail − k)), points on it, and how often it is moved on to the minimum it found.
const STRETCH = 1.5;
const STRETCH_POINTS = 61;
const STRETCH_ROUNDS = 4;
// Minima within this share of either end of the tail, as of one-sided distributions, are taken as they are.
const AT_END = 0.01;

/**
 * Where the shortest of the intervals lowest[k] … highest[k] begins, all of which hold the same number of draws. Their width is flat around the
 * minimum, so the plain minimum over the draws wanders; a cubic through the widths on the scale s = ln(k/(tail − k)), on which the quantiles of skew
 * distributions are smooth too, finds the same place without bias and with a fraction of the scatter.
 * @param lowest - the tail + 1 lowest draws, ascending. @param highest - the tail + 1 highest draws, ascending.
 * @returns k, from 0 to tail.
 * @reference JCGM 101:2008, 7.7 (the interval); the smoothing of its place is our own.
 */
export function shortestStart(lowest: Float64Array, highest: Float64Array): number {
  const tail = lowest.length - 1;
  const width = (k: number): number => highest[k]! - lowest[k]!;
  let best = 0;
  for (let k = 0; k <= tail; k++) if (width(k) < width(best)) best = k;
  if (tail < STRETCH_POINTS || best < AT_END * tail || best > (1 - AT_END) * tail) return best;
  const index = (at: number): number => Math.round(tail / (1 + Math.exp(-at)));
  const y = new Float64Array(STRETCH_POINTS);
  let s = Math.log(best / (tail - best));
  for (let round = 0; round < STRETCH_ROUNDS; round++) {
    for (let i = 0; i < STRETCH_POINTS; i++) y[i] = width(index(s + STRETCH * abscissa(i)));
    s += STRETCH * cubicMinimum(y);
  }
  const found = index(s);
  return found < AT_END * tail || found > (1 - AT_END) * tail ? best : found;
}

const abscissa = (i: number): number => (2 * i) / (STRETCH_POINTS - 1) - 1;

// Least squares of y at equal steps of t = −1 … 1 by a + bt + ct² + dt³ (even and odd parts separate), and the t in [−1, 1] where it is least.
function cubicMinimum(y: Float64Array): number {
  const n = y.length;
  let [t2, t4, t6, y0, y1, y2, y3] = [0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const t = abscissa(i);
    const v = y[i]! - y[0]!;
    t2 += t ** 2;
    t4 += t ** 4;
    t6 += t ** 6;
    y0 += v;
    y1 += v * t;
    y2 += v * t ** 2;
    y3 += v * t ** 3;
  }
  const c = (n * y2 - t2 * y0) / (n * t4 - t2 * t2);
  const b = (t6 * y1 - t4 * y3) / (t2 * t6 - t4 * t4);
  const d = (t2 * y3 - t4 * y1) / (t2 * t6 - t4 * t4);
  const value = (t: number): number => t * (b + t * (c + t * d));
  // root of b + 2ct + 3dt² with a positive second derivative, in the form that does not cancel
  const q = c * c - 3 * b * d;
  const inner = q > 0 ? -b / (c + Math.sqrt(q)) : Number.NaN;
  const ends = value(-1) < value(1) ? -1 : 1;
  return Math.abs(inner) <= 1 && value(inner) <= value(ends) ? inner : ends;
}
