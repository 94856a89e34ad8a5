import { z } from 'zod';
import { AppError } from '@/lib/errors';
import { atLeast, gaps, integers, oneOf, positive, real, rows, share } from '@/lib/formats/compute';
import { moments, requireMeasured, requireVariation } from '@/lib/numerics';
import {
  cusumChart,
  ewmaChart,
  individualsChart,
  rangeChart,
  type ShewhartChart,
  sdChart,
  shewhartConstants,
  sigmaOfMeans,
  threeWayChart,
  xbarChart,
} from '@/lib/spc';
import { define, flags, given } from '../../define';
import { attributeFunctions } from './attributes';
import { capabilityFunctions } from './capability';
import { multivariateFunctions } from './multivariate';
import { ruleFunctions } from './rules';
import { shortRun } from './short-run';

const nSigmas = atLeast(0.1, 'Width of the limits in sigmas; default 3').optional();
const center = real('Frozen centre line, unit of the values; estimated when left out').optional();
const sigma = positive('Frozen within sigma of a single value, unit of the values; estimated when left out').optional();
const exclude = integers('Indices, from 0, that do not enter centre and sigma; they are still judged', { lowest: 0 }).optional();
const values = gaps('Values in process order');
const subgroups = rows('Subgroups in process order, their lengths may differ', { nullable: true, ragged: true });

const readValues = { columns: [{ name: 'values' }] };
const SUBGROUPS = {
  group: { label: 'subgroup', value: 'value', field: 'subgroups' },
  rest: { field: 'subgroups', text: 'or one subgroup a row, one column a position' },
};
const IMR_VALUES = [120.1, 119.8, 120.4, 120.0, 119.6, 120.2, 121.9, 120.3, 119.9, 120.1];
const GROUPS = [
  [74.03, 74.002, 74.019, 73.992, 74.008],
  [73.995, 73.992, 74.001, 74.011, 74.004],
  [73.988, 74.024, 74.021, 74.005, 74.002],
  [74.002, 73.996, 73.993, 74.015, 74.009],
];

const individuals = define({
  path: 'spc/individuals',
  title: 'Individuals and moving-range chart',
  text: 'Limits of single values at centre ± k·σ_within, σ from the moving ranges (MR/d2), their median, the mean squared successive difference, or the standard deviation; limits of the moving ranges beside them. A moving range is that of two successive measured values, also across a gap; `movingRangePlaces` has the place of the later one.',
  input: z.strictObject({
    values,
    method: oneOf(['mr', 'mr-median', 'mssd', 'sd'], 'Estimate of σ_within; default mr').optional(),
    nSigmas,
    center,
    sigma,
    exclude,
  }),
  relations: {
    indices: { exclude: 'values' },
    idle: { exclude: ['center', 'sigma'] },
    oneOf: [{ fields: ['method', 'sigma'] }],
  },
  gaps: ['values'],
  run: ({ values: v, ...options }) => {
    requireMeasured('values', v);
    if (options.sigma === undefined) requireVariation('values', v);
    const measured = [...v.keys()].filter((k) => !Number.isNaN(v[k]!));
    // ranges are those of successive measured values, also across a gap: each belongs to the later of its two values
    return { values: v, ...individualsChart(v, given(options)), movingRangePlaces: measured.slice(1) };
  },
  table: {
    ...readValues,
    write: {
      points: (r) => ({
        value: r.values,
        lcl: Array.from(r.values, () => r.lcl),
        center: Array.from(r.values, () => r.center),
        ucl: Array.from(r.values, () => r.ucl),
        beyond: flags(r.values, r.beyondLimits),
      }),
    },
  },
  example: { values: IMR_VALUES },
});

const subgroupInput = z.strictObject({
  subgroups,
  newSubgroups: rows('Subgroups that follow and are judged by the limits of the others', {
    nullable: true,
    ragged: true,
  }).optional(),
  method: oneOf(
    ['rbar', 'sbar', 'mvlue-r', 'mvlue-s', 'pooled'],
    'Estimate of σ_within; default rbar, or sbar with s',
  ).optional(),
  nSigmas,
  confidence: share('Coverage of the limits instead of a width in sigmas').optional(),
  center: real('Frozen centre line of the means').optional(),
  sigma,
  exclude,
});

function subgroupOptions(input: z.output<typeof subgroupInput>, method: 'rbar' | 'sbar') {
  const { subgroups: _, nSigmas: k, confidence, ...rest } = input;
  return { ...given({ method, ...given(rest) }), width: confidence === undefined ? { nSigmas: k ?? 3 } : { confidence } };
}

/** Centre line of each plotted point. */
const centers = (c: ShewhartChart): (number | null)[] =>
  Array.from(c.statistics, (v, i) => (Number.isNaN(v) ? null : typeof c.center === 'number' ? c.center : c.center[i]!));

/** A subgroup without values has no mean, one with a single value no spread, and neither has limits. */
const SUBGROUP_GAPS = ['mean', 'spread'].flatMap((c) => ['statistics', 'center', 'lcl', 'ucl'].map((k) => `${c}.${k}`));

const xbar = (letter: 'r' | 's') =>
  define({
    path: `spc/xbar-${letter}`,
    title: letter === 'r' ? 'X-bar and R chart' : 'X-bar and s chart',
    text: `Means and ${letter === 'r' ? 'ranges' : 'standard deviations'} of subgroups with limits from σ_within; constants exact for every subgroup size, limits of each point by its own size.`,
    input: subgroupInput,
    relations: {
      indices: { exclude: 'subgroups' },
      idle: { exclude: ['center', 'sigma'] },
      oneOf: [{ fields: ['method', 'sigma'] }, { fields: ['nSigmas', 'confidence'] }],
    },
    gaps: SUBGROUP_GAPS,
    run: (input) => {
      requireMeasured('subgroups', input.subgroups.flat());
      if (input.sigma === undefined) requireVariation('subgroups', input.subgroups.flat());
      const options = subgroupOptions(input, letter === 'r' ? 'rbar' : 'sbar');
      const { center: _, ...spread } = options;
      return {
        mean: xbarChart(input.subgroups, options),
        spread: (letter === 'r' ? rangeChart : sdChart)(input.subgroups, spread),
      };
    },
    table: {
      ...SUBGROUPS,
      write: {
        points: ({ mean, spread }) => ({
          mean: mean.statistics,
          meanLcl: mean.lcl,
          meanCenter: centers(mean),
          meanUcl: mean.ucl,
          meanBeyond: flags(mean.statistics, mean.beyondLimits),
          spread: spread.statistics,
          spreadLcl: spread.lcl,
          spreadCenter: centers(spread),
          spreadUcl: spread.ucl,
          spreadBeyond: flags(spread.statistics, spread.beyondLimits),
        }),
      },
    },
    example: { subgroups: GROUPS },
  });

const threeWay = define({
  path: 'spc/three-way',
  title: 'Three-way chart (between/within)',
  text: 'Subgroup means charted as individuals, so that variation between wafers or lots sets the limits, with the spread inside beside them.',
  input: z.strictObject({ subgroups, nSigmas, exclude }),
  relations: { indices: { exclude: 'subgroups' } },
  gaps: ['means', ...['statistics', 'center', 'lcl', 'ucl'].map((k) => `spread.${k}`)],
  run: ({ subgroups: s, ...options }) => {
    requireVariation('subgroups', s.flat());
    return threeWayChart(s, given(options));
  },
  table: { ...SUBGROUPS, write: { points: (r) => ({ mean: r.means, spread: r.spread.statistics }) } },
  example: { subgroups: GROUPS },
});

const weighted = {
  values,
  sizes: gaps('Values behind each plotted mean; default 1', { lowest: 1 }).optional(),
  center: real('Target or centre line; default the mean of the values').optional(),
  sigma: positive(
    'Sigma of a single value; default from the moving ranges of the values, which are taken to be means of the sizes given',
  ).optional(),
};
const WEIGHTED = { sameLength: [['values', 'sizes']] };
interface Monitored {
  readonly values: Float64Array;
  readonly sizes?: Float64Array | undefined;
  readonly center?: number | undefined;
  readonly sigma?: number | undefined;
}

/** Sizes of the points; an unmeasured point does not count and may have none. @throws AppError naming a value that has none. */
function sizesOf({ values: v, sizes }: Monitored): Float64Array | undefined {
  return sizes?.map((n, i) => {
    if (!Number.isNaN(n)) return n;
    if (Number.isNaN(v[i]!)) return 1;
    throw new AppError('invalid_input', `sizes: value ${i} is missing, and values has one there; give the size of each point`, {
      field: 'sizes',
      index: i,
    });
  });
}

function monitored(i: Monitored): { base: { center: number; sigma: number }; sizes: Float64Array | undefined } {
  requireMeasured('values', i.values);
  if (i.sigma === undefined) requireVariation('values', i.values);
  const sizes = sizesOf(i);
  return { base: { center: i.center ?? moments(i.values).mean, sigma: i.sigma ?? sigmaOfMeans(i.values, sizes) }, sizes };
}

const ewma = define({
  path: 'spc/ewma',
  title: 'EWMA chart',
  text: 'z_i = λx_i + (1 − λ)z_{i−1} with limits L standard errors wide, exact from the start or asymptotic; of means of different sizes by the recursion Var z_i = λ²σ²/n_i + (1 − λ)²Var z_{i−1}.',
  input: z.strictObject({
    ...weighted,
    lambda: real('Weight of the newest point, 0 < λ ≤ 1; default 0.2').optional(),
    nSigmas: positive('Width L in standard errors of the statistic; default 3').optional(),
    limits: oneOf(['exact', 'asymptotic'], 'Default exact: narrower at the start').optional(),
  }),
  relations: WEIGHTED,
  gaps: ['values', 'se', 'lcl', 'ucl'],
  run: (i) => {
    const { base, sizes } = monitored(i);
    const config = given({ ...base, lambda: i.lambda ?? 0.2, nSigmas: i.nSigmas ?? 3, limits: i.limits });
    return { ...base, ...ewmaChart(i.values, config, sizes) };
  },
  table: { ...readValues, write: { points: (r) => ({ ewma: r.values, lcl: r.lcl, ucl: r.ucl }) } },
  example: {
    values: [52, 47, 53, 49.3, 50.1, 47, 51, 50.1, 51.2, 50.5, 49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1],
    center: 50,
    sigma: 2.0539,
    lambda: 0.3,
  },
});

const cusum = define({
  path: 'spc/cusum',
  title: 'Tabular CUSUM chart',
  text: 'Upper and lower sums C⁺ and C⁻ in sigmas with reference value k and decision interval h; a head start gives the fast initial response.',
  input: z.strictObject({
    ...weighted,
    k: positive('Reference value in sigmas: half the shift to find; default 0.5').optional(),
    h: positive('Decision interval in sigmas; default 5').optional(),
    headStart: atLeast(0, 'Start of both sums, usually h/2; default 0').optional(),
  }),
  relations: WEIGHTED,
  gaps: ['plus', 'minus'],
  run: (i) => {
    const { base, sizes } = monitored(i);
    const config = given({ ...base, k: i.k ?? 0.5, h: i.h ?? 5, headStart: i.headStart });
    return { ...base, ...cusumChart(i.values, config, sizes) };
  },
  table: { ...readValues, write: { points: (r) => ({ plus: r.plus, minus: r.minus }) } },
  example: { values: [9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.2, 10.34], center: 10, sigma: 1, k: 0.5, h: 5 },
});

const constants = define({
  path: 'spc/constants',
  title: 'Control-chart constants',
  text: 'd2, d3, c4, A2, A3, B3…B6, D1…D4, E2 of any subgroup size, from the distribution of the range.',
  input: z.strictObject({ n: z.int().min(2).max(1000).meta({ description: 'Subgroup size' }) }),
  run: ({ n }) => shewhartConstants(n),
  example: { n: 5 },
});

export const functions = [
  individuals,
  xbar('r'),
  xbar('s'),
  threeWay,
  ewma,
  cusum,
  ...attributeFunctions,
  shortRun,
  ...ruleFunctions,
  ...capabilityFunctions,
  ...multivariateFunctions,
  constants,
];
