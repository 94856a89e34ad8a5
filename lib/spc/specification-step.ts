import type { SpecificationValues } from './entered-limits';

type Sides = Pick<SpecificationValues, 'lsl' | 'usl'>;

/** Whether no value is inside both specifications: what is good by one is out by the other. */
export const sharesNothing = (a: Sides, b: Sides): boolean => {
  const lowest = Math.max(a.lsl ?? Number.NEGATIVE_INFINITY, b.lsl ?? Number.NEGATIVE_INFINITY);
  const highest = Math.min(a.usl ?? Number.POSITIVE_INFINITY, b.usl ?? Number.POSITIVE_INFINITY);
  return lowest > highest;
};
