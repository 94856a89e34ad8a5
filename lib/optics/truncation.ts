/** The limit of a quantity in an order sweep. */
export interface TruncationLimit {
  readonly value: number;
  /** |limit − value at the largest M|: how much that truncation misses. */
  readonly correction: number;
  /** Exponent of the error law, NaN where the sweep is not monotonic and the last value is returned. */
  readonly exponent: number;
}

/**
 * Limit M → ∞ of a quantity known at three truncations, from the law v(M) = v∞ + c·M^(−p) with 1 ≤ p ≤ 6. A sweep that is not monotonic (metals in TM) is not
 * extrapolated: the last value and its last change are returned.
 * @param m - three truncations, rising. @param v - values there.
 * @reference Richardson, Phil. Trans. A 226 (1927) 299; algebraic convergence of the modal method: Li, J. Opt. Soc. Am. A 13 (1996) 1870, §6.
 */
export function extrapolateTruncation(
  m: readonly [number, number, number],
  v: readonly [number, number, number],
): TruncationLimit {
  const first = v[1] - v[0];
  const last = v[2] - v[1];
  const ratio = last / first;
  const law = (p: number): number => (m[2] ** -p - m[1] ** -p) / (m[1] ** -p - m[0] ** -p);
  if (!(ratio > 0) || !(ratio < law(1))) return { value: v[2], correction: Math.abs(last), exponent: Number.NaN };
  let [lo, hi] = [1, 6];
  if (ratio < law(hi)) lo = hi;
  for (let k = 0; k < 60 && hi - lo > 1e-12; k++) {
    const p = 0.5 * (lo + hi);
    if (law(p) > ratio) lo = p;
    else hi = p;
  }
  const step = (last * m[2] ** -lo) / (m[1] ** -lo - m[2] ** -lo);
  return { value: v[2] + step, correction: Math.abs(step), exponent: lo };
}
