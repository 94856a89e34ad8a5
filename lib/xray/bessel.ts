/**
 * Bessel function J₁(x), about 1e-15 absolute: power series below 4, Miller's backward recurrence to 25, Hankel's expansion above.
 * @param x - dimensionless, any sign.
 * @reference Abramowitz & Stegun (1964), 9.1.10, 9.12, 9.2.5–10; DLMF §10.17, 10.74.
 */
export function besselJ1(x: number): number {
  const value = bessel(1, Math.abs(x));
  return x < 0 ? -value : value;
}

/** Bessel function J₀(x), as {@link besselJ1}. @reference Abramowitz & Stegun (1964), 9.1.10; DLMF §10.17, 10.74. */
export const besselJ0 = (x: number): number => bessel(0, Math.abs(x));

type Order = 0 | 1;

function bessel(order: Order, a: number): number {
  if (a >= 4) return a <= 25 ? miller(order, a) : hankel(order, a);
  const z = -0.25 * a * a;
  let term = order === 0 ? 1 : 0.5 * a;
  let sum = term;
  for (let k = 1; k < 30; k++) {
    term *= z / (k * (k + order));
    sum += term;
  }
  return sum;
}

function miller(order: Order, x: number): number {
  let next = 0;
  let now = 1e-300;
  let norm = 0;
  let found = 0;
  const start = 2 * Math.ceil((x + 30) / 2);
  for (let k = start; k >= 1; k--) {
    const before = ((2 * k) / x) * now - next;
    next = now;
    now = before;
    // now is J_{k−1}
    if (k - 1 === order) found = now;
    if ((k - 1) % 2 === 0) norm += k - 1 === 0 ? now : 2 * now;
  }
  return found / norm;
}

function hankel(order: Order, x: number): number {
  let p = 1;
  let q = 0;
  let term = 1;
  for (let k = 1; k < 40; k++) {
    const next = (term * (4 * order - (2 * k - 1) ** 2)) / (k * 8 * x);
    if (Math.abs(next) >= Math.abs(term) || Math.abs(next) < 1e-18) break;
    term = next;
    const sign = Math.floor(k / 2) % 2 === 0 ? 1 : -1;
    if (k % 2 === 1) q += sign * term;
    else p += sign * term;
  }
  const phase = x - (0.25 + 0.5 * order) * Math.PI;
  return Math.sqrt(2 / (Math.PI * x)) * (p * Math.cos(phase) - q * Math.sin(phase));
}
