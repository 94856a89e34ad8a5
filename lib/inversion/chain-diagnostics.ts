import { AppError } from '@/lib/errors';

/** Chains of one quantity: (steps, chains) row-major. */
export interface Chains {
  readonly values: Float64Array;
  readonly steps: number;
  readonly chains: number;
}

/** Sokal's window: the sum stops at the first lag that is so many times τ. */
const WINDOW = 5;

/**
 * Integrated autocorrelation time τ = 1 + 2 Σ ρ(k) in steps, ρ averaged over the chains, with Sokal's automatic window.
 * @param c - chains of one quantity, any unit.
 * @returns Infinity for a chain that never moved.
 * @throws AppError `invalid_input` for fewer than 4 steps.
 * @reference Sokal, in Functional Integration (1997) 131, §3; average over walkers: Foreman-Mackey et al., PASP 125 (2013) 306.
 */
export function autocorrelationTime(c: Chains): number {
  const { values, steps, chains } = c;
  if (steps < 4) throw new AppError('invalid_input', `${steps} steps have no autocorrelation; sample longer`, { field: 'steps' });
  const mean = new Float64Array(chains);
  for (let t = 0; t < steps; t++) for (let w = 0; w < chains; w++) mean[w]! += values[t * chains + w]! / steps;
  const covariance = (lag: number): number => {
    let s = 0;
    for (let t = 0; t + lag < steps; t++)
      for (let w = 0; w < chains; w++) s += (values[t * chains + w]! - mean[w]!) * (values[(t + lag) * chains + w]! - mean[w]!);
    return s / steps;
  };
  const zero = covariance(0);
  if (!(zero > 0)) return Number.POSITIVE_INFINITY;
  let tau = 1;
  for (let lag = 1; lag < steps; lag++) {
    tau += (2 * covariance(lag)) / zero;
    if (lag >= WINDOW * tau) break;
  }
  return Math.max(tau, 1);
}

/**
 * Split R̂: every chain is cut in two; √(pooled over within variance). 1 when all halves agree.
 * @param c - chains of one quantity, any unit.
 * @returns R̂, dimensionless, 1 or a little more.
 * @throws AppError `invalid_input` for fewer than 4 steps.
 * @reference Gelman et al., Bayesian Data Analysis, 3rd ed. (2013), §11.4.
 */
export function splitRHat(c: Chains): number {
  const half = Math.floor(c.steps / 2);
  if (half < 2) throw new AppError('invalid_input', `${c.steps} steps cannot be split; sample longer`, { field: 'steps' });
  const pieces = 2 * c.chains;
  let grand = 0;
  let within = 0;
  const means: number[] = [];
  for (let k = 0; k < pieces; k++) {
    const w = k % c.chains;
    const from = k < c.chains ? 0 : c.steps - half;
    let mean = 0;
    for (let t = 0; t < half; t++) mean += c.values[(from + t) * c.chains + w]! / half;
    let s = 0;
    for (let t = 0; t < half; t++) s += (c.values[(from + t) * c.chains + w]! - mean) ** 2;
    within += s / (half - 1) / pieces;
    means.push(mean);
    grand += mean / pieces;
  }
  const between = means.reduce((s, v) => s + (v - grand) ** 2, 0) / (pieces - 1);
  if (!(within > 0)) return Number.POSITIVE_INFINITY;
  return Math.sqrt((half - 1) / half + between / within);
}
