import { moments } from '@/lib/numerics';
import {
  type CapabilityIndices,
  capabilityIndices,
  expectedPpm,
  individualsSigma,
  subgroupStatistics,
  withinSigma,
} from '@/lib/spc';
import { has, mat, num, vec } from './read';
import { individualsMethod, within } from './registry-spc';
import type { Input, Registry } from './types';

function indicesOut(c: CapabilityIndices, letter: 'C' | 'P') {
  const names = {
    potential: `${letter}p`,
    lower: `${letter}pl`,
    upper: `${letter}pu`,
    actual: `${letter}pk`,
    aboutTarget: `${letter}pm`,
  } as const;
  const index: Record<string, number | null> = {};
  const ci: Record<string, number[] | null> = {};
  for (const key of Object.keys(names) as (keyof typeof names)[]) {
    index[names[key]] = c[key];
    const interval = c.intervals[key];
    ci[names[key]] = interval ? [interval.low, interval.high] : null;
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

/** The files put 0 beyond a limit that is not there, where the product says that there is none: null. A null beside a limit stays one. */
const beyond = (input: Input, limit: 'lsl' | 'usl', ppm: number | null): number | null =>
  ppm === null && !has(input, limit) ? 0 : ppm;

function shortTermSigma(input: Input, values: readonly number[]): number {
  const { method, span } = individualsMethod(input);
  return individualsSigma(values, method, span);
}

export const capabilityRegistry: Registry = {
  capability: ({ input }) => {
    const grouped = has(input, 'subgroups');
    const values = (grouped ? mat(input, 'subgroups').flat() : vec(input, 'values')).filter((v) => !Number.isNaN(v));
    const m = moments(values);
    const sigmaWithin = grouped
      ? withinSigma(subgroupStatistics(mat(input, 'subgroups')), within(input))
      : shortTermSigma(input, values);
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
      expectedPpm: { belowLsl: beyond(input, 'lsl', ppm.below), aboveUsl: beyond(input, 'usl', ppm.above) },
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
