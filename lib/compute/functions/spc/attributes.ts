import { z } from 'zod';
import { AppError } from '@/lib/errors';
import { atLeast, flag, gaps, positive } from '@/lib/formats/compute';
import { type AttributeChart, cChart, npChart, pChart, uChart } from '@/lib/spc';
import { define, flags, given } from '../../define';

const nSigmas = atLeast(0.1, 'Width of the limits in sigmas; default 3').optional();
const attributeInput = {
  counts: gaps('Nonconforming items or defects of each sample', { lowest: 0 }),
  newCounts: gaps('Samples that follow and do not enter the centre line', { lowest: 0 }).optional(),
  nSigmas,
  center: positive('Frozen centre line in the unit of what is plotted: a share (p), a count (np, c), a rate (u)').optional(),
  laney: flag('Laney: widen by the moving-range sigma of the z scores, for large samples').optional(),
};
const POINT_GAPS = ['statistics', 'lcl', 'ucl', 'z'];
const TITLES = {
  p: ['p chart, share nonconforming', 'Share nonconforming of samples of any size, binomial limits.'],
  np: ['np chart, number nonconforming', 'Number nonconforming, binomial limits.'],
  u: ['u chart, defects per unit', 'Defects per unit of opportunity, Poisson limits.'],
} as const;

/** The chart point by point. */
const points = (r: AttributeChart) => ({
  statistic: r.statistics,
  lcl: r.lcl,
  center: Array.from(r.statistics, (v, i) => (Number.isNaN(v) ? null : typeof r.center === 'number' ? r.center : r.center[i]!)),
  ucl: r.ucl,
  z: r.z,
  beyond: flags(r.statistics, r.beyondLimits),
});

/** Relative rounding error of a count that is still a whole number. */
const ROUNDED = 1e-9;

/** @throws AppError `invalid_input` for fractions of an item or defect: the limits are those of counts. */
function requireCounts(field: string, counts: ArrayLike<number> | undefined): void {
  for (let i = 0; i < (counts?.length ?? 0); i++) {
    const c = counts![i]!;
    if (Math.abs(c - Math.round(c)) > ROUNDED * Math.max(1, c))
      throw new AppError('invalid_input', `${field}: value ${i} is ${c}; items and defects are counted in whole numbers`, {
        field,
        index: i,
      });
  }
}

const attribute = (kind: 'p' | 'np' | 'u') =>
  define({
    path: `spc/${kind}`,
    title: TITLES[kind][0],
    text: `${TITLES[kind][1]} Laney’s P′/U′ when asked for.`,
    input: z.strictObject({
      ...attributeInput,
      sizes: gaps('Size of each sample; a sample of size 0 is a gap', { lowest: 0 }),
      newSizes: gaps('Sizes of the samples that follow', { lowest: 0 }).optional(),
    }),
    relations: {
      sameLength: [
        ['counts', 'sizes'],
        ['newCounts', 'newSizes'],
      ],
      together: [['newCounts', 'newSizes']],
    },
    gaps: [...POINT_GAPS, ...(kind === 'np' ? ['center'] : [])],
    run: ({ counts, sizes, ...options }) => {
      requireCounts('counts', counts);
      requireCounts('newCounts', options.newCounts);
      return { p: pChart, np: npChart, u: uChart }[kind](counts, sizes, given(options));
    },
    table: {
      columns: [{ name: 'counts' }, { name: 'sizes' }],
      write: { points },
    },
    example: { counts: [12, 15, 8, 10, 4, 7, 16, 9, 14, 10], sizes: [50, 50, 50, 50, 50, 50, 50, 50, 50, 50] },
  });

const count = define({
  path: 'spc/c',
  title: 'c chart, number of defects',
  text: 'Defects in equal areas of opportunity, Poisson limits, Laney’s widening when asked for.',
  input: z.strictObject(attributeInput),
  gaps: POINT_GAPS,
  run: ({ counts, ...options }) => {
    requireCounts('counts', counts);
    requireCounts('newCounts', options.newCounts);
    return cChart(counts, given(options));
  },
  table: {
    columns: [{ name: 'counts' }],
    write: { points },
  },
  example: { counts: [21, 24, 16, 12, 15, 5, 28, 20, 31, 25] },
});

export const attributeFunctions = [attribute('p'), attribute('np'), count, attribute('u')];
