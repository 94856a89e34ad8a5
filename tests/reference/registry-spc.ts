import { moments } from '@/lib/numerics';
import {
  cChart,
  cusumChart,
  evaluateSeries,
  ewmaChart,
  type IndividualsMethod,
  individualsChart,
  individualsSigma,
  NELSON,
  npChart,
  pChart,
  type RunRule,
  rangeChart,
  type ShewhartChart,
  sdChart,
  shewhartConstants,
  sigmasOf,
  subgroupStatistics,
  uChart,
  WESTERN_ELECTRIC,
  type WithinMethod,
  withinSigma,
  xbarChart,
} from '@/lib/spc';
import { has, mat, num, spread, str, vec } from './read';
import type { Input, Registry } from './types';

const METHODS: Record<string, WithinMethod> = {
  'UWAVE-R': 'rbar',
  'UWAVE-SD': 'sbar',
  'MVLUE-R': 'mvlue-r',
  'MVLUE-SD': 'mvlue-s',
  RMSDF: 'pooled',
};

export function within(input: Input): WithinMethod {
  const m = METHODS[str(input, 'sigmaMethod', 'UWAVE-R')];
  if (!m) throw new Error(`unknown sigmaMethod ${str(input, 'sigmaMethod')}`);
  return m;
}

/** `MR2`, `MR3`, ...: mean moving range of that many values; `SD/c4` (also `SD`), `MSSD`, `MMR` (median moving range). */
export function individualsMethod(input: Input): { method: IndividualsMethod; span?: number } {
  const name = str(input, 'sigmaMethod', 'MR2');
  const range = /^MR(\d*)$/.exec(name);
  if (range) return { method: 'mr', span: range[1] ? Number(range[1]) : 2 };
  const method = ({ 'SD/c4': 'sd', SD: 'sd', MSSD: 'mssd', MMR: 'mr-median' } as const)[name];
  if (!method) throw new Error(`unknown sigmaMethod ${name}`);
  return { method };
}

const withNew = (values: readonly number[], input: Input): number[] => [
  ...values,
  ...(has(input, 'newValues') ? vec(input, 'newValues') : []),
];

function width(input: Input) {
  return has(input, 'confidenceLevel') ? { confidence: num(input, 'confidenceLevel') } : { nSigmas: num(input, 'nSigmas', 3) };
}

// Limits are one number in the files unless they vary from point to point.
function shown(values: ArrayLike<number>, varying: boolean): number | number[] {
  return varying ? Array.from(values) : values[0]!;
}

function chartOut(c: ShewhartChart, expected: Input) {
  return {
    statistics: c.statistics,
    center: c.center,
    sigma: c.sigmaWithin,
    lcl: shown(c.lcl, Array.isArray(expected['lcl'])),
    ucl: shown(c.ucl, Array.isArray(expected['ucl'])),
    beyondLimits: c.beyondLimits,
  };
}

/** The reference program (R qcc) draws one centre through the spread of all sizes, the mean by size; ours has one of each size, unless it is given. */
function pooledCenter(groups: readonly (readonly number[])[], spreadOf: 'range' | 'sd'): number {
  const s = subgroupStatistics(groups);
  const used = [...s.n.keys()].filter((i) => s.n[i]! >= 2);
  return used.reduce((sum, i) => sum + s.n[i]! * s[spreadOf][i]!, 0) / used.reduce((sum, i) => sum + s.n[i]!, 0);
}

const subgroupChart =
  (chart: typeof xbarChart, spreadOf?: 'range' | 'sd'): Registry[string] =>
  ({ input, expected }) => {
    const groups = mat(input, 'subgroups');
    const isUneven = new Set(subgroupStatistics(groups).n).size > 1;
    const extra = {
      ...(has(input, 'newSubgroups') ? { newSubgroups: mat(input, 'newSubgroups') } : {}),
      ...(spreadOf !== undefined && isUneven ? { center: pooledCenter(groups, spreadOf) } : {}),
      ...(has(input, 'center') ? { center: num(input, 'center') } : {}),
      ...(has(input, 'sigma') ? { sigma: num(input, 'sigma') } : {}),
    };
    return chartOut(chart(groups, { method: within(input), width: width(input), ...extra }), expected);
  };

const attributeChart =
  (kind: 'p' | 'np' | 'c' | 'u'): Registry[string] =>
  ({ input, expected }) => {
    const counts = vec(input, 'counts');
    const options = {
      nSigmas: num(input, 'nSigmas', 3),
      ...(has(input, 'center') ? { center: num(input, 'center') } : {}),
      ...(has(input, 'newCounts') ? { newCounts: vec(input, 'newCounts') } : {}),
      ...(has(input, 'newSizes') ? { newSizes: spread(input, 'newSizes', vec(input, 'newCounts').length) } : {}),
    };
    const c =
      kind === 'c'
        ? cChart(counts, options)
        : { p: pChart, np: npChart, u: uChart }[kind](counts, spread(input, 'sizes', counts.length), options);
    return {
      statistics: c.statistics,
      center: c.center,
      lcl: shown(c.lcl, Array.isArray(expected['lcl'])),
      ucl: shown(c.ucl, Array.isArray(expected['ucl'])),
      beyondLimits: c.beyondLimits,
    };
  };

// Points, sizes, centre and sigma of an EWMA or CUSUM case: subgroups (calibration, then new) or single values.
function monitored(input: Input) {
  if (has(input, 'subgroups')) {
    const base = subgroupStatistics(mat(input, 'subgroups'));
    const extra = subgroupStatistics(has(input, 'newSubgroups') ? mat(input, 'newSubgroups') : []);
    let sum = 0;
    let n = 0;
    base.mean.forEach((m, i) => {
      sum += m * base.n[i]!;
      n += base.n[i]!;
    });
    return {
      x: [...base.mean, ...extra.mean],
      sizes: [...base.n, ...extra.n],
      center: num(input, 'center', sum / n),
      sigma: num(input, 'sigma', withinSigma(base, within(input))),
    };
  }
  const values = vec(input, 'values');
  const x = withNew(values, input);
  const { method, span } = individualsMethod(input);
  return {
    x,
    sizes: x.map(() => 1),
    center: num(input, 'center', moments(values).mean),
    sigma: has(input, 'sigma') ? num(input, 'sigma') : individualsSigma(values, method, span),
  };
}

const RULES: readonly RunRule[] = [...Object.values(NELSON), WESTERN_ELECTRIC.WE4, { id: 'T6', kind: 'trend', n: 7 }];

function runRules(input: Input) {
  const center = num(input, 'center');
  const sigma = num(input, 'sigma');
  const x = vec(input, 'values');
  const z = x.map((v) => (v - center) / sigma);
  const variants: RunRule[] = [
    { id: 'N5', kind: 'beyond', k: 2, n: 3, sigma: 2, side: 'same', lastBeyond: true },
    { id: 'N6', kind: 'beyond', k: 4, n: 5, sigma: 1, side: 'same', lastBeyond: true },
    { id: 'N8', kind: 'beyond', k: 8, n: 8, sigma: 1, side: 'any', bothSides: true },
  ];
  const ends = (rules: readonly RunRule[], ids: readonly string[]) => {
    const { violations } = evaluateSeries(rules, z, x);
    return {
      ends: Object.fromEntries(ids.map((id) => [id, violations.filter((v) => v.ruleId === id).map((v) => v.end)])),
      members: Object.fromEntries(
        ids.map((id) => [
          id,
          [...new Set(violations.filter((v) => v.ruleId === id).flatMap((v) => [...v.members]))].sort((a, b) => a - b),
        ]),
      ),
    };
  };
  const all = ends(
    RULES,
    RULES.map((r) => r.id),
  );
  const strict = ends(variants, ['N5', 'N6', 'N8']).ends;
  return {
    windowEnds: all.ends,
    members: all.members,
    lastBeyondEnds: { N5: strict['N5'], N6: strict['N6'] },
    bothSidesEnds: { N8: strict['N8'] },
  };
}

export const spcRegistry: Registry = {
  control_chart_constants: ({ input }) => shewhartConstants(num(input, 'n')),
  xbar_chart: subgroupChart(xbarChart),
  r_chart: subgroupChart(rangeChart, 'range'),
  s_chart: subgroupChart(sdChart, 'sd'),
  imr_chart: ({ input }) => {
    const base = vec(input, 'values');
    const values = withNew(base, input);
    const c = individualsChart(values, {
      ...individualsMethod(input),
      nSigmas: sigmasOf(width(input)),
      exclude: values.map((_, i) => i).slice(base.length),
      ...(has(input, 'center') ? { center: num(input, 'center') } : {}),
      ...(has(input, 'sigma') ? { sigma: num(input, 'sigma') } : {}),
    });
    return {
      statistics: values,
      center: c.center,
      sigma: c.sigmaWithin,
      lcl: c.lcl,
      ucl: c.ucl,
      beyondLimits: c.beyondLimits,
      movingRanges: c.movingRanges,
      mrBar: c.mrCenter,
      mrUcl: c.mrUcl,
      mrLcl: c.mrLcl,
    };
  },
  p_chart: attributeChart('p'),
  np_chart: attributeChart('np'),
  c_chart: attributeChart('c'),
  u_chart: attributeChart('u'),
  ewma_chart: ({ input }) => {
    const m = monitored(input);
    const config = { center: m.center, sigma: m.sigma, lambda: num(input, 'lambda'), nSigmas: num(input, 'nSigmas', 3) };
    const c = ewmaChart(m.x, config, m.sizes);
    const final = ewmaChart(m.x, { ...config, limits: 'asymptotic' }, m.sizes);
    return {
      center: m.center,
      sigma: m.sigma,
      ewma: c.values,
      lcl: c.lcl,
      ucl: c.ucl,
      se: c.se,
      beyondLimits: c.beyondLimits,
      asymptoticLcl: final.lcl[0],
      asymptoticUcl: final.ucl[0],
    };
  },
  cusum_chart: ({ input }) => {
    const m = monitored(input);
    const c = cusumChart(
      m.x,
      { center: m.center, sigma: m.sigma, k: num(input, 'k'), h: num(input, 'h'), headStart: num(input, 'headStart', 0) },
      m.sizes,
    );
    return {
      center: m.center,
      sigma: m.sigma,
      cPlus: c.plus,
      cMinus: c.minus,
      signalsUpper: c.signalsAbove,
      signalsLower: c.signalsBelow,
    };
  },
  cusum_tabular_units: ({ input }) => {
    const c = cusumChart(vec(input, 'values'), {
      center: num(input, 'target'),
      sigma: 1,
      k: num(input, 'K'),
      h: num(input, 'H'),
      headStart: num(input, 'headStart', 0),
    });
    return { cPlus: c.plus, cMinus: c.minus, signalsUpper: c.signalsAbove, signalsLower: c.signalsBelow };
  },
  run_rules: ({ input }) => runRules(input),
};
