import { gaussLegendre } from '@/lib/numerics';

const rule = gaussLegendre(16);

/**
 * ε₁(E) − ε∞ = (2/π) P∫₀^∞ x ε₂(x)/(x² − E²) dx by quadrature. Since P∫₀^∞ dx/(x² − E²) = 0, the pole is removed by subtracting E ε₂(E) from the
 * numerator; panels shrink geometrically towards E and towards every break of ε₂.
 * @param epsilon2 - ε₂(x) for x > 0, continuous, falling faster than 1/x.
 * @param energyEv - E > 0.
 * @param breaks - energies where ε₂ has a kink.
 * @returns ε₁(E) − ε∞, dimensionless.
 * @reference Toll, Phys. Rev. 104 (1956) 1760.
 * @reference Fujiwara, Spectroscopic Ellipsometry (2007), §5.2.6.
 */
export function kramersKronig(epsilon2: (x: number) => number, energyEv: number, breaks: readonly number[]): number {
  const at = energyEv * epsilon2(energyEv);
  // rounding may put a node of an innermost panel (width 1e-12) on the pole: its share is below the rounding level
  const integrand = (x: number): number => (x === energyEv ? 0 : (x * epsilon2(x) - at) / ((x - energyEv) * (x + energyEv)));
  const points = [0, energyEv, ...breaks.filter((b) => b > 0)].sort((a, b) => a - b);
  const end = 4 * points[points.length - 1]!;
  let sum = 0;
  for (let k = 0; k < points.length; k++) {
    const a = points[k]!;
    const b = points[k + 1] ?? end;
    if (b - a < 1e-13 * end) continue;
    const middle = 0.5 * (a + b);
    for (const [from, to] of [
      [a, middle],
      [b, middle],
    ] as const)
      sum += graded(integrand, from, to);
  }
  // tail x = end/t
  sum += panel((t) => (integrand(end / t) * end) / (t * t), 0, 0.5) + panel((t) => (integrand(end / t) * end) / (t * t), 0.5, 1);
  return (2 / Math.PI) * sum;
}

// ∫ between `from` (where panels shrink) and `to`, as a positive length.
function graded(f: (x: number) => number, from: number, to: number): number {
  let sum = 0;
  let far = to - from;
  for (let k = 0; k < 36; k++) {
    const near = k === 35 ? 0 : 0.45 * far;
    sum += Math.sign(far) * panel(f, from + near, from + far);
    far = near;
  }
  return sum;
}

function panel(f: (x: number) => number, a: number, b: number): number {
  let s = 0;
  const half = 0.5 * (b - a);
  const centre = 0.5 * (a + b);
  for (let i = 0; i < rule.nodes.length; i++) s += rule.weights[i]! * f(centre + half * rule.nodes[i]!);
  return s * half;
}
