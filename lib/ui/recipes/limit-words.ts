import { besideLimit } from '@/lib/numerics';

/** A number with the digits that show on which side of its limit it lies. */
export const limitWords = (value: number | null | undefined, limit: number): string =>
  value === null || value === undefined ? '–' : besideLimit(value, limit);
