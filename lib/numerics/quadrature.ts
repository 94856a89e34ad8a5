import { AppError } from '@/lib/errors';

/** Nodes and weights of a quadrature, (n,) each. */
export interface QuadratureRule {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

const cache = new Map<number, QuadratureRule>();

/**
 * Gauss–Legendre rule of n nodes on [−1, 1], exact for polynomials of degree 2n − 1.
 * @throws AppError `out_of_domain` unless n is a positive integer.
 * @reference Abramowitz & Stegun (1964), 25.4.29; nodes by Newton's method on P_n from Tricomi's start values.
 */
export function gaussLegendre(n: number): QuadratureRule {
  if (!Number.isInteger(n) || n < 1) throw new AppError('out_of_domain', `number of nodes must be a positive integer, got ${n}`);
  const known = cache.get(n);
  if (known) return known;
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let i = 0; i < (n + 1) / 2; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let derivative = 1;
    for (let k = 0; k < 100; k++) {
      let p0 = 1;
      let p1 = x;
      for (let j = 2; j <= n; j++) [p0, p1] = [p1, ((2 * j - 1) * x * p1 - (j - 1) * p0) / j];
      if (n === 1) p1 = x;
      derivative = (n * (x * p1 - p0)) / (x * x - 1);
      const step = p1 / derivative;
      x -= step;
      if (Math.abs(step) < 1e-16) break;
    }
    if (n % 2 === 1 && i === (n - 1) / 2) x = 0;
    const w = n === 1 ? 2 : 2 / ((1 - x * x) * derivative * derivative);
    nodes[i] = -x;
    nodes[n - 1 - i] = x;
    weights[i] = w;
    weights[n - 1 - i] = w;
  }
  const rule = { nodes, weights };
  cache.set(n, rule);
  return rule;
}

/** The same rule moved to [a, b]. @param n - nodes. @throws AppError as {@link gaussLegendre}. */
export function gaussLegendreOn(n: number, a: number, b: number): QuadratureRule {
  const r = gaussLegendre(n);
  const half = (b - a) / 2;
  return { nodes: r.nodes.map((x) => a + half * (x + 1)), weights: r.weights.map((w) => w * half) };
}
