import { choleskyInverse } from '@/lib/numerics';
import type { GpModel } from './gp';
import { removeTrend } from './mean';

/**
 * Leave-one-out predictions with fixed hyper-parameters from K⁻¹: μ_i = y_i − α_i/K⁻¹_ii, variance 1/K⁻¹_ii (of the observation); with a mean
 * function P takes the place of K⁻¹ and β is that of the other samples.
 * @returns (n,) each, in the (normalised) target's unit; the variance in its square.
 * @reference Rasmussen & Williams (2006), eq. 5.12; Dubrule, Math. Geol. 15 (1983) 687.
 */
export function leaveOneOut(m: GpModel): { readonly mean: Float64Array; readonly variance: Float64Array } {
  const inverse = choleskyInverse(m.factor);
  if (m.trend) removeTrend(inverse, m.factor, m.trend);
  const diagonal = (i: number): number => inverse[i * (m.n + 1)]!;
  return {
    mean: m.y.map((v, i) => m.yMean + m.yScale * (v - m.alpha[i]! / diagonal(i))),
    variance: m.y.map((_, i) => (m.yScale ** 2 * 1) / diagonal(i)),
  };
}
