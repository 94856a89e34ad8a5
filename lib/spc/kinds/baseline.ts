import type { KindOfChart } from './kind';
import { type ChartKind, kindOf } from './kinds';
import type { BaselineLimits, RawPoint, Weights } from './phase';

/** A baseline of which more than this share lies beyond its own limits is not in control: its first limits stand, and the rules will say so (docs/maths/spc.md, "First limits"). */
const MOST_LEFT_OUT = 1 / 4;

/**
 * Phase I limits from a baseline: estimated twice, the second time without the points that fell beyond the first limits, so that a
 * fault in the baseline does not widen them.
 * @returns null when the baseline has no spread (a stuck value has no limits).
 * @reference Montgomery, Introduction to Statistical Quality Control, 7th ed. (2013), §6.2–6.4.
 */
export function baselineLimits(kind: ChartKind, points: readonly RawPoint[], w: Weights): BaselineLimits | null {
  const k = kindOf(kind);
  const first = k.estimate(points, new Set(), w);
  if (first === null) return null;
  const out = new Set(k.beyond?.(points, first, w) ?? beyondLimits(k, points, first));
  return out.size === 0 || out.size > points.length * MOST_LEFT_OUT ? first : (k.estimate(points, out, w) ?? first);
}

function beyondLimits(k: KindOfChart, points: readonly RawPoint[], first: BaselineLimits): number[] {
  const half = k.baselineHalfWidth?.(first);
  const [lcl, ucl] = half === undefined ? [first.lcl, first.ucl] : [first.cl - half, first.cl + half];
  const isOut = ({ value }: RawPoint): boolean => (ucl !== null && value > ucl) || (lcl !== null && value < lcl);
  return [...points.keys()].filter((i) => isOut(points[i]!));
}
