import { conditionalParts, type StatisticContributions } from '../contributions';
import { type HotellingBase, hotellingLimits, hotellingT2 } from '../multivariate';
import { type Design, numberOf } from './design';
import type { KindOfChart } from './kind';
import type { BaselineLimits, Phase, RawPoint, Study } from './phase';
import {
  ALPHA,
  factorOf,
  keptOf,
  keptRow,
  SCREENING,
  statisticLimits,
  storedStudy,
  studyVariables,
  unplottable,
  type VariablesStudy,
  variablesStudy,
  zOf,
} from './variables';

const FIELDS = [ALPHA];

const alphaOf = (d: Design | null | undefined): number => numberOf(FIELDS, d, 'alpha')!;

/**
 * Points of a baseline that T² of p variables needs: three for each, 20 at least. With fewer the limit of new points lies so far out (the F
 * distribution has n − p degrees of freedom) that hardly anything is found.
 */
export const leastForCovariance = (variables: number): number => Math.max(20, 3 * variables);

/** The base of T² from a study of its kept variables. */
export function baseOf(s: VariablesStudy): HotellingBase {
  const k = keptOf(s);
  return { center: k.mean, covariance: k.covariance, factor: factorOf(k), n: s.n, p: s.kept.length, subgroupSize: 1 };
}

/** Places of the points of a baseline beyond the limit of phase I, that of points which are part of the mean and covariance. */
export function beyondPhaseOne(points: readonly RawPoint[], study: Study | undefined): number[] {
  const s = variablesStudy(study);
  if (s === null) return [];
  const base = baseOf(s);
  const { phase1 } = hotellingLimits(base, SCREENING);
  return [...points.keys()].filter((i) => {
    const p = points[i]!;
    return unplottable(p, true) === null && hotellingT2(base, keptRow(s, p.vector!)).t2 > phase1;
  });
}

function limitsBy(study: Study, d: Design | null): Omit<BaselineLimits, 'used' | 'method'> {
  const base = baseOf(variablesStudy(study)!);
  const confidence = 1 - alphaOf(d);
  const { phase1, phase2 } = hotellingLimits(base, confidence);
  return statisticLimits(hotellingLimits(base, 0.5).phase2, phase2, { ...study, phase1Ucl: phase1 });
}

/** T² of a point with what each variable adds to it given the others. */
export function t2Contributions(s: VariablesStudy, vector: ArrayLike<number>): StatisticContributions {
  const base = baseOf(s);
  const x = keptRow(s, vector);
  const z = zOf(keptOf(s), x);
  const parts = conditionalParts(
    base.center.map((c, j) => x[j]! - c),
    base.factor,
  );
  return {
    statistic: 't2',
    total: hotellingT2(base, x).t2,
    of: s.kept.map((variable, j) => ({ variable, z: z[j]!, part: parts[j]! })),
  };
}

/**
 * Hotelling's T² of single rows: mean and covariance of a baseline, new points against the F limit. A point without one of its variables is a gap.
 * @reference Tracy, Young & Mason, J. Quality Technology 24 (1992) 88; Montgomery, 7th ed. (2013), §11.3.
 */
export const t2: KindOfChart = {
  label: 'Hotelling T²',
  dispersion: null,
  ofSubgroups: false,
  memory: null,
  followed: null,
  plottedUnit: '1',
  signal: 'T² beyond its limit',
  rules: [1],
  withoutZones: true,
  ofVariables: true,
  design: FIELDS,
  leastBaseline: leastForCovariance,
  limitsBy,
  price: (d) => ({ inControl: 1 / alphaOf(d) }),
  estimate(points, out, { design }) {
    const s = studyVariables(points, out, true, (p) => p + 3);
    if (s === null) return null;
    return { ...limitsBy(storedStudy(s), design ?? null), method: 'covariance', used: s.n };
  },
  beyond: (points, l) => beyondPhaseOne(points, l.study),
  walk(phase: Phase) {
    const s = variablesStudy(phase.study);
    const base = s === null || phase.cl === null ? null : baseOf(s);
    const limits = { cl: phase.cl ?? 0, ucl: phase.ucl, lcl: null };
    return {
      place: (p) => unplottable(p, base !== null) ?? { plotted: hotellingT2(base!, keptRow(s!, p.vector!)).t2, limits },
      count: () => undefined,
    };
  },
  contributions(phase, p) {
    const s = variablesStudy(phase.study);
    return s === null || unplottable(p, phase.cl !== null) !== null ? [] : [t2Contributions(s, p.vector!)];
  },
  dispersionOf: () => null,
  dispersionLimits: () => null,
};
