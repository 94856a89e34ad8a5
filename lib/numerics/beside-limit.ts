/** Digits that distinguish any two doubles. */
const MOST = 17;

/**
 * A number as text with `digits` significant digits, or as many more as are needed to show on which side of a limit it lies: 1.2504 beside 1.25 is
 * "1.2504", not "1.25". A number on the limit is written as the limit.
 * @param value - any unit; NaN and infinities are written as they are. @param limit - in the same unit.
 */
export function besideLimit(value: number, limit: number, digits = 3): string {
  if (!Number.isFinite(value)) return String(value);
  const side = Math.sign(value - limit);
  for (let d = digits; d < MOST; d++) {
    const shown = Number(value.toPrecision(d));
    if (Math.sign(shown - limit) === side) return String(shown);
  }
  return String(value);
}

/** A largest or smallest allowed number as text that is itself allowed: rounded towards 0, so that it is accepted when entered. */
export function towardsZero(value: number, digits = 2): string {
  if (!Number.isFinite(value) || value === 0) return String(value);
  const step = 10 ** (Math.floor(Math.log10(Math.abs(value))) + 1 - digits);
  const near = Number(value.toPrecision(digits));
  return String(Math.abs(near) > Math.abs(value) ? Number((near - Math.sign(value) * step).toPrecision(digits)) : near);
}
