import { moments } from '@/lib/numerics';
import {
  type CapabilityIndices,
  capabilityIndices,
  cChart,
  cusumChart,
  evaluateSeries,
  ewmaChart,
  expectedPpm,
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
  subgroupStatistics,
  uChart,
  WESTERN_ELECTRIC,
  type WithinMethod,
  withinSigma,
  xbarChart,
} from '@/lib/spc';
import { has, mat, num, str, vec } from './read';
import type { Input, Registry } from './types';

const METHODS: Record<string, WithinMethod> = {
  'UWAVE-R': 'rbar',
  'UWAVE-SD': 'sbar',
  'MVLUE-R': 'mvlue-r',
  'MVLUE-SD': 'mvlue-s',
  RMSDF: 'pooled',
};

function within(input: Input): WithinMethod {
  const m = METHODS[str(input, 'sigmaMethod', 'UWAVE-R')];
  if (!m) throw new Error(`unknown sigmaMethod ${str(input, 'sigmaMethod')}`);
  return m;
}

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

const subgroupChart =
  (chart: typeof xbarChart): Registry[string] =>
  ({ input, expected }) => {
    const extra = has(input, 'newSubgroups') ? { newSubgroups: mat(input, 'newSubgroups') } : {};
    return chartOut(chart(mat(input, 'subgroups'), { method: within(input), width: width(input), ...extra }), expected);
  };

const attributeChart =
  (kind: 'p' | 'np' | 'c' | 'u'): Registry[string] =>
  ({ input, expected }) => {
    const counts = vec(input, 'counts');
    const options = {
      nSigmas: num(input, 'nSigmas', 3),
      ...(has(input, 'newCounts') ? { newCounts: vec(input, 'newCounts') } : {}),
      ...(has(input, 'newSizes') ? { newSizes: vec(input, 'newSizes') } : {}),
    };
    const c =
      kind === 'c' ? cChart(counts, options) : { p: pChart, np: npChart, u: uChart }[kind](counts, vec(input, 'sizes'), options);
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
      sigma: num(input, 'sigma', withinSigma(base, 'rbar')),
    };
  }
  const x = vec(input, 'values');
  return {
    x,
    sizes: x.map(() => 1),
    center: num(input, 'center', moments(x).mean),
    sigma: has(input, 'sigma') ? num(input, 'sigma') : individualsSigma(x),
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

function indicesOut(c: CapabilityIndices, letter: 'C' | 'P') {
  const names = {
    potential: `${letter}p`,
    lower: `${letter}pl`,
    upper: `${letter}pu`,
    actual: `${letter}pk`,
    aboutTarget: `${letter}pm`,
  } as const;
  const index: Record<string, number | null> = {};
  const ci: Record<string, number[]> = {};
  for (const key of Object.keys(names) as (keyof typeof names)[]) {
    index[names[key]] = c[key];
    const interval = c.intervals[key];
    if (interval) ci[names[key]] = [interval.low, interval.high];
  }
  return { index, ci };
}

function spec(input: Input) {
  return {
    ...(has(input, 'lsl') ? { lsl: num(input, 'lsl') } : {}),
    ...(has(input, 'usl') ? { usl: num(input, 'usl') } : {}),
    ...(has(input, 'target') ? { target: num(input, 'target') } : {}),
  };
}

export const spcRegistry: Registry = {
  control_chart_constants: ({ input }) => shewhartConstants(num(input, 'n')),
  xbar_chart: subgroupChart(xbarChart),
  r_chart: subgroupChart(rangeChart),
  s_chart: subgroupChart(sdChart),
  imr_chart: ({ input }) => {
    const values = vec(input, 'values');
    const c = individualsChart(values, {
      method: str(input, 'sigmaMethod', 'MR2') === 'MR2' ? 'mr' : 'sd',
      nSigmas: num(input, 'nSigmas', 3),
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
  capability: ({ input }) => {
    const groups = mat(input, 'subgroups');
    const values = groups.flat().filter((v) => !Number.isNaN(v));
    const m = moments(values);
    const sigmaWithin = withinSigma(subgroupStatistics(groups), within(input));
    const sigmaOverall = Math.sqrt(m.variance);
    const s = spec(input);
    const level = num(input, 'confidenceLevel', 0.95);
    const ppm = expectedPpm(m.mean, sigmaWithin, s);
    const outside = values.filter(
      (v) => v < (s.lsl ?? Number.NEGATIVE_INFINITY) || v > (s.usl ?? Number.POSITIVE_INFINITY),
    ).length;
    return {
      mean: m.mean,
      sigmaWithin,
      sigmaOverall,
      n: m.n,
      within: indicesOut(capabilityIndices(m.mean, sigmaWithin, m.n, s, level), 'C'),
      overall: indicesOut(capabilityIndices(m.mean, sigmaOverall, m.n, s, level), 'P'),
      expectedPpm: { belowLsl: ppm.below, aboveUsl: ppm.above },
      observedOutside: outside,
    };
  },
  capability_overall: ({ input }) => {
    const m = moments(vec(input, 'values'));
    const sigmaOverall = Math.sqrt(m.variance);
    return {
      mean: m.mean,
      sigmaOverall,
      n: m.n,
      overall: indicesOut(capabilityIndices(m.mean, sigmaOverall, m.n, spec(input), num(input, 'confidenceLevel', 0.95)), 'P'),
    };
  },
};
