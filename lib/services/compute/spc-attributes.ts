import { z } from 'zod';
import { atLeast, flag, gaps, positive } from '@/lib/formats/compute';
import { cChart, npChart, pChart, uChart } from '@/lib/spc';
import { define, given } from './define';

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
    run: ({ counts, sizes, ...options }) => ({ p: pChart, np: npChart, u: uChart })[kind](counts, sizes, given(options)),
    table: {
      columns: [{ name: 'counts' }, { name: 'sizes' }],
      write: { points: (r) => ({ statistic: r.statistics, lcl: r.lcl, ucl: r.ucl, z: r.z }) },
    },
    example: { counts: [12, 15, 8, 10, 4, 7, 16, 9, 14, 10], sizes: [50, 50, 50, 50, 50, 50, 50, 50, 50, 50] },
  });

const count = define({
  path: 'spc/c',
  title: 'c chart, number of defects',
  text: 'Defects in equal areas of opportunity, Poisson limits, Laney’s widening when asked for.',
  input: z.strictObject(attributeInput),
  gaps: POINT_GAPS,
  run: ({ counts, ...options }) => cChart(counts, given(options)),
  table: {
    columns: [{ name: 'counts' }],
    write: { points: (r) => ({ statistic: r.statistics, lcl: r.lcl, ucl: r.ucl, z: r.z }) },
  },
  example: { counts: [21, 24, 16, 12, 15, 5, 28, 20, 31, 25] },
});

export const attributeFunctions = [attribute('p'), attribute('np'), count, attribute('u')];
