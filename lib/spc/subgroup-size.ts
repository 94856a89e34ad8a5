import { type ChartKind, kindOf } from './kinds';

/**
 * Values behind a point that the limits of a study of subgroups are told for: of UCL = CL + 3σ/√n, n = (3σ/(UCL − CL))². Points of other sizes have limits
 * of their own.
 * @param v - limits and σ within subgroups, in one unit.
 * @returns null for entered limits, which hold for every size, and for kinds of charts whose limits follow no size.
 * @reference Montgomery, Introduction to Statistical Quality Control, 7th ed. (2013), §6.2.
 */
export function subgroupSizeOf(
  kind: ChartKind,
  v: {
    readonly cl: number | null;
    readonly ucl: number | null;
    readonly sigmaWithin: number | null;
    readonly limitsSource: string;
  },
): number | null {
  if (!kindOf(kind).ofSubgroups || v.limitsSource === 'given' || v.cl === null || v.ucl === null || v.sigmaWithin === null)
    return null;
  return Math.round(((3 * v.sigmaWithin) / (v.ucl - v.cl)) ** 2);
}
