import { z } from 'zod';
import { AppError } from '@/lib/errors';
import { gaps, oneOf, real, rows, share, whole } from '@/lib/formats/compute';
import { moments, requireVariation } from '@/lib/numerics';
import {
  andersonDarling,
  boxCoxCapability,
  capability,
  individualsSigma,
  johnsonCapability,
  lognormalCapability,
  nonNormalCapability,
  normalPlot,
  percentileCapability,
  subgroupStatistics,
  weibullCapability,
  withinSigma,
} from '@/lib/spc';
import { define, given } from '../../define';

const spec = {
  lsl: real('Lower specification limit').optional(),
  usl: real('Upper specification limit').optional(),
  target: real('Target').optional(),
};
const INDIVIDUALS = ['mr', 'mr-median', 'mssd', 'sd'] as const;
const SUBGROUPS = ['rbar', 'sbar', 'mvlue-r', 'mvlue-s', 'pooled'] as const;
const isOf = <T extends string>(list: readonly T[], v: string | undefined): v is T | undefined =>
  v === undefined || (list as readonly string[]).includes(v);
const confidence = share('Coverage of the intervals; default 0.95').optional();
const specOf = (i: { lsl?: number | undefined; usl?: number | undefined; target?: number | undefined }) => {
  if (i.lsl === undefined && i.usl === undefined)
    throw new AppError('invalid_input', 'usl: give a lower or an upper specification limit (lsl, usl)', { field: 'usl' });
  if (i.target !== undefined) checkTarget(i.target, i.lsl, i.usl);
  return given({ lsl: i.lsl, usl: i.usl, target: i.target });
};

/** @throws AppError `invalid_input` for a target that no index would use, or that the limits exclude. */
function checkTarget(target: number, lsl: number | undefined, usl: number | undefined): void {
  const refuse = (message: string): never => {
    throw new AppError('invalid_input', `target: ${message}`, { field: 'target' });
  };
  if (lsl === undefined || usl === undefined)
    refuse(`does nothing without ${lsl === undefined ? 'lsl' : 'usl'}: Cpm needs both limits; give the other, or leave it out`);
  else if (target < lsl || target > usl) refuse(`is ${target}, outside lsl ${lsl} to usl ${usl}; exchange or correct them`);
}
const wrongMethod = (method: string, of: string, list: readonly string[]): AppError =>
  new AppError('invalid_input', `method: ${method} is no estimate for ${of}; take ${list.join(', ')}`, { field: 'method' });
const SKEWED = [
  1.2, 0.8, 2.9, 1.6, 0.9, 1.1, 3.8, 1.4, 0.7, 2.2, 1.3, 1.9, 0.6, 1.0, 5.1, 1.5, 2.5, 0.9, 1.7, 1.2, 0.8, 3.1, 1.1, 2.0, 0.7,
  1.4, 1.0, 2.7, 1.8, 1.3, 0.9, 4.2, 1.6, 1.2, 2.3,
];

const indices = define({
  path: 'spc/capability',
  title: 'Process capability',
  text: 'Cp, Cpk, Cpm from σ_within and Pp, Ppk, Ppm from σ_overall with confidence intervals and expected ppm; refuses to judge a small, unstable or coarse sample, with the reasons.',
  input: z.strictObject({
    values: gaps('Single values in process order').optional(),
    subgroups: rows('Subgroups instead of single values', { nullable: true, ragged: true }).optional(),
    ...spec,
    confidence,
    method: oneOf(
      [...INDIVIDUALS, ...SUBGROUPS],
      'σ_within: of single values from moving ranges (mr, the default), their median, successive differences (mssd), or s/c4 (sd); of subgroups rbar (the default), sbar, mvlue-r, mvlue-s or pooled',
    ).optional(),
    signals: whole(0, 1e9, 'Points beyond the control limits in the period; a study with signals is not judged').optional(),
  }),
  relations: { oneOf: [{ fields: ['values', 'subgroups'], needed: true }] },
  run: (i) => {
    const v = i.values ?? Float64Array.from(i.subgroups!.flat());
    const measured = v.filter((x) => !Number.isNaN(x));
    const field = i.subgroups ? 'subgroups' : 'values';
    const { method } = i;
    if (measured.length < 2)
      throw new AppError('invalid_input', `${field}: capability needs two measured values or more, got ${measured.length}`, {
        field,
      });
    requireVariation(field, measured);
    const m = moments(measured);
    let sigmaWithin: number;
    if (i.subgroups) {
      if (!isOf(SUBGROUPS, method)) throw wrongMethod(method!, 'subgroups', SUBGROUPS);
      sigmaWithin = withinSigma(subgroupStatistics(i.subgroups), method);
    } else {
      if (!isOf(INDIVIDUALS, method)) throw wrongMethod(method!, 'single values', INDIVIDUALS);
      sigmaWithin = individualsSigma(v, method);
    }
    const sigmaOverall = Math.sqrt(m.variance);
    const result = capability(
      given({
        mean: m.mean,
        sigmaWithin,
        sigmaOverall,
        n: m.n,
        spec: specOf(i),
        confidence: i.confidence,
        signals: i.signals,
        distinct: new Set(measured).size,
      }),
    );
    return { n: m.n, mean: m.mean, sigmaWithin, sigmaOverall, ...result };
  },
  table: { columns: [{ name: 'values' }] },
  example: {
    values: [
      99.7, 100.4, 99.1, 100.9, 100.2, 99.4, 100.0, 100.6, 99.8, 99.5, 100.3, 100.1, 99.2, 100.8, 99.9, 100.5, 99.6, 100.2, 99.3,
      100.7, 100.0, 99.8, 100.4, 99.9, 100.1, 99.7, 100.3, 100.6, 99.5, 100.0, 99.4, 100.2,
    ],
    lsl: 97,
    usl: 103,
    target: 100,
  },
});

const nonNormal = define({
  path: 'spc/capability-nonnormal',
  title: 'Capability of a skewed or bounded characteristic',
  text: 'Anderson–Darling test, then the simplest description that is not refused: normal, Box–Cox, lognormal, Weibull, Johnson (SU, SB, SL) or percentiles, with the parts per million beyond each limit; each way of its own is reported too.',
  input: z.strictObject({
    values: gaps('Values in process order'),
    ...spec,
    way: oneOf(['choose', 'box-cox', 'lognormal', 'weibull', 'johnson', 'percentile'], 'Default choose').optional(),
    alpha: share('Level below which the test refuses a description; default 0.05').optional(),
    confidence,
  }),
  relations: {
    onlyWith: {
      alpha: { field: 'way', in: ['choose'], default: 'choose' },
      confidence: { field: 'way', in: ['choose', 'box-cox', 'johnson'], default: 'choose' },
      target: { field: 'way', in: ['choose', 'box-cox', 'johnson'], default: 'choose' },
    },
  },
  run: (i) => {
    const v = i.values.filter((x) => !Number.isNaN(x));
    const s = specOf(i);
    requireVariation('values', v);
    if (i.way === 'box-cox') return { method: 'boxCox', boxCox: boxCoxCapability(v, s, i.confidence) };
    if (i.way === 'johnson') return { method: 'johnson', johnson: johnsonCapability(v, s, i.confidence) };
    if (i.way === 'lognormal') return { method: 'lognormal', lognormal: lognormalCapability(v, s) };
    if (i.way === 'weibull') return { method: 'weibull', weibull: weibullCapability(v, s) };
    if (i.way === 'percentile') {
      const { reasons, ...percentile } = percentileCapability(v, s);
      return { method: 'percentile', percentile, reasons };
    }
    return nonNormalCapability(v, s, given({ alpha: i.alpha, confidence: i.confidence }));
  },
  table: { columns: [{ name: 'values' }] },
  example: { values: SKEWED, usl: 8 },
});

const normality = define({
  path: 'spc/normality',
  title: 'Test of normality',
  text: 'Anderson–Darling A², A² with the factor of a small sample and its p value, and the points of the normal probability plot.',
  input: z.strictObject({ values: gaps('Values') }),
  run: (i) => {
    const v = i.values.filter((x) => !Number.isNaN(x));
    return { ...andersonDarling(v), ...normalPlot(v) };
  },
  table: { columns: [{ name: 'values' }] },
  example: { values: SKEWED },
});

export const capabilityFunctions = [indices, nonNormal, normality];
