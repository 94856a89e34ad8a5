import { type EwmaState, initialEwma, updateEwma } from '../ewma';
import { estimateSingles } from './individuals';
import { fixedDispersionLimits, fixedLimits, type KindOfChart, type Memory, type Placed, type Walk } from './kind';
import type { Phase, RawPoint } from './phase';

/** Default λ and L of an EWMA chart: an in-control ARL of 500. @reference Lucas & Saccucci, Technometrics 32 (1990) 1. */
export const DEFAULT_LAMBDA = 0.2;
export const DEFAULT_WIDTH_L = 2.962;

/**
 * The EWMA of one phase: limits of a study widen from the start of the phase, given ones hold from its first point. An excluded point is treated as
 * missing and does not advance the recursion: the next point continues from the last that counts. It is drawn where it would be if it counted, z = λ
 * x + (1 − λ) z of the last point that counts, between the limits of that step of the ramp, which the next point uses as well.
 * @reference NIST/SEMATECH e-Handbook §6.3.2.4: the recursion and its exact limits. Excluded as missing is our choice.
 */
class EwmaWalk implements Walk {
  private readonly lambda: number;
  private next: EwmaState | null = null;

  constructor(
    private readonly phase: Phase,
    private state: EwmaState | null,
  ) {
    this.lambda = phase.lambda ?? DEFAULT_LAMBDA;
  }

  place({ value: x }: RawPoint): Placed {
    const stored = fixedLimits(this.phase);
    this.next = this.state;
    if (stored === null) return { plotted: x, limits: null };
    const { sigmaWithin: sigma, limitsSource, widthL } = this.phase;
    if (limitsSource === 'given' || sigma === null) {
      const { value, count } = this.state ?? { value: stored.cl, count: 0 };
      this.next = { value: this.lambda * x + (1 - this.lambda) * value, count: count + 1 };
      return { plotted: this.next.value, limits: stored };
    }
    const config = { center: stored.cl, sigma, lambda: this.lambda, nSigmas: widthL ?? DEFAULT_WIDTH_L };
    const { state, point } = updateEwma(this.state ?? initialEwma(config), x, config);
    this.next = state;
    const { value, center, ucl, lcl } = point!;
    return { plotted: value, limits: { cl: center, ucl, lcl } };
  }

  count(): void {
    this.state = this.next;
  }

  memory(): Memory | null {
    return this.state === null ? null : { ...this.state };
  }
}

/** An exponentially weighted moving average of individual values. Its stored limits are the steady-state ones. */
export const ewma: KindOfChart = {
  label: 'EWMA',
  dispersion: null,
  ofSubgroups: false,
  memory: 'average',
  followed: 'at every point; until now they opened from the start of the average on',
  estimate(points, out, { lambda, widthL }) {
    const c = estimateSingles(points, out);
    if (c === null) return null;
    const weight = lambda ?? DEFAULT_LAMBDA;
    const half = (widthL ?? DEFAULT_WIDTH_L) * c.sigmaWithin * Math.sqrt(weight / (2 - weight));
    return { ...c, ucl: c.cl + half, lcl: c.cl - half };
  },
  baselineHalfWidth: (l) => 3 * l.sigmaWithin,
  walk: (phase, before) => new EwmaWalk(phase, before as EwmaState | null),
  dispersionOf: (p) => p.spread,
  dispersionLimits: fixedDispersionLimits,
};
