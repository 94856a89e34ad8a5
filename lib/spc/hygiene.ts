import { chiSquared } from '@/lib/numerics';

/** Yard-sticks of ANSI/ISA-18.2-2016 (§16.5, table 7) and EEMUA 191 (3rd ed., 2013): alarms for one operator. */
export const YARDSTICKS = {
  /** Alarms a day for one operator: likely to be acceptable, and the most that can be managed. */
  perDay: { acceptable: 150, most: 300 },
  /** A flood begins at so many alarms in ten minutes for one operator, and ends when there are fewer than so many. */
  flood: { begins: 10, ends: 5, windowMs: 600_000 },
  /** Most of the time that may be spent in floods. */
  floodShare: 0.01,
  /** Most that the ten most frequent alarms may contribute. */
  topTenShare: 0.05,
  /** Stale alarms on any day. */
  stale: 5,
} as const;

export interface Flood {
  /** Index of the first of the alarms that began it, and of the last one in it. */
  readonly first: number;
  readonly last: number;
  readonly from: number;
  /** When the last ten minutes held fewer than five alarms again. */
  readonly to: number;
  readonly alarms: number;
  /** Most alarms in any ten minutes of it. */
  readonly worst: number;
}

/**
 * Floods in a sequence of alarms: one begins with the first of ten alarms (for one operator) that lie within ten minutes, and ends when the ten minutes before hold fewer
 * than five. The window slides: it does not depend on where tens of minutes begin.
 * @param at - times, epoch ms, ascending; NaN is not allowed.
 * @param operators - who share the alarms, 1 or more: the numbers of a flood are multiplied by it.
 * @complexity linear.
 * @reference ANSI/ISA-18.2-2016 §16.5.3; EEMUA 191, 3rd ed. (2013), §6.5.
 */
export function floodsOf(at: ArrayLike<number>, operators = 1): Flood[] {
  const { begins, ends, windowMs } = YARDSTICKS.flood;
  const most = begins * operators;
  const fewest = ends * operators;
  const out: Flood[] = [];
  const n = at.length;
  for (let i = most - 1; i < n; i++) {
    if (at[i]! - at[i - most + 1]! > windowMs) continue;
    const first = i - most + 1;
    let last = i;
    let lo = first;
    let worst = most;
    // The number in the window falls to `fewest` − 1 when the alarm `fewest` before the newest leaves it.
    while (last + 1 < n && at[last + 1]! < at[last - fewest + 1]! + windowMs) {
      last++;
      while (at[last]! - at[lo]! > windowMs) lo++;
      worst = Math.max(worst, last - lo + 1);
    }
    out.push({ first, last, from: at[first]!, to: at[last - fewest + 1]! + windowMs, alarms: last - first + 1, worst });
    i = last + most - 1;
  }
  return out;
}

/**
 * Probability of `k` alarms or more where `expected` come by chance: the tail of the Poisson distribution, P(N ≥ k) = P(χ²₂ₖ ≤ 2 µ).
 * @param k - a whole number, 0 or more. @param expected - µ, 0 or more. @returns 1 for k = 0, 0 for µ = 0 and k > 0.
 * @reference Johnson, Kemp & Kotz, Univariate Discrete Distributions, 3rd ed. (2005), eq. 4.14.
 */
export function chanceOfAtLeast(k: number, expected: number): number {
  if (k <= 0) return 1;
  return expected <= 0 ? 0 : chiSquared(2 * k).cdf(2 * expected);
}

/**
 * Autocorrelation of neighbouring points, r₁ = Σ (x_t − x̄)(x_{t+1} − x̄) / Σ (x_t − x̄)², and whether it is more than chance gives: beyond 2/√n.
 * @param x - in the order of time; NaN is skipped, its neighbours become neighbours.
 * @returns null for fewer than 20 points, or without spread.
 * @reference Box, Jenkins, Reinsel & Ljung, Time Series Analysis, 5th ed. (2016), eq. 2.1.11 and §2.1.6.
 */
export function lagOne(x: ArrayLike<number>): { readonly r: number; readonly n: number; readonly isClear: boolean } | null {
  const v = Array.from(x).filter((y) => !Number.isNaN(y));
  const n = v.length;
  if (n < 20) return null;
  const mean = v.reduce((a, b) => a + b, 0) / n;
  let up = 0;
  let down = 0;
  for (let i = 0; i < n; i++) {
    const d = v[i]! - mean;
    down += d * d;
    if (i > 0) up += d * (v[i - 1]! - mean);
  }
  if (!(down > 0)) return null;
  const r = up / down;
  return { r, n, isClear: r > 2 / Math.sqrt(n) };
}
