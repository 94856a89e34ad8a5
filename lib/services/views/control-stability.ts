import { stabilityMargin } from '@/lib/control';
import type { LoopStability } from './control-shared';

/**
 * Stability of a loop that is updated `wafersALot` times a lot and hears of a lot `delay90` lots later. The model gain is taken as right
 * (gain ratio 1); the bound says how much larger the true gain may be. Null before a delay was observed.
 */
export function loopStability(
  lambda: number,
  delayMedian: number | null,
  delay90: number | null,
  wafersALot: number | null,
): LoopStability | null {
  if (delayMedian === null || delay90 === null || wafersALot === null || !(lambda > 0 && lambda <= 1)) return null;
  const m = Math.max(1, wafersALot);
  const lambdaLot = 1 - (1 - lambda) ** m;
  const margin = stabilityMargin(lambdaLot, Math.ceil(delay90), 1);
  const radius = margin.spectralRadius;
  return {
    delayMedian,
    delay90,
    wafersALot: m,
    lambdaLot,
    maxGainRatio: margin.maxGainRatio,
    used: 1 / margin.maxGainRatio,
    settleLots: radius > 0 && radius < 1 ? -1 / Math.log(radius) : radius >= 1 ? null : 0,
  };
}
