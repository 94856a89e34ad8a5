import { chiSquared, createRng, normalQuantile } from '@/lib/numerics';
import { alarmsOf } from './alarms';
import type { Interval } from './capability';
import { baselineLimits } from './kinds/baseline';
import { judge } from './kinds/judge';
import type { Phase, RawPoint } from './kinds/phase';
import { falseAlarmRate } from './price';

/**
 * Exact interval of the mean of a Poisson count: quantiles of χ² with 2k and 2k + 2 degrees of freedom, halved.
 * @param count - events counted, 0 or more.
 * @reference Garwood, Biometrika 28 (1936) 437.
 */
export function poissonInterval(count: number, level = 0.95): Interval {
  const tail = (1 - level) / 2;
  return {
    low: count === 0 ? 0 : chiSquared(2 * count).quantile(tail) / 2,
    high: chiSquared(2 * count + 2).upperQuantile(tail) / 2,
  };
}

/**
 * Interval of a share by Wilson's score.
 * @param k - of `n` that have it; n at least 1.
 * @reference Wilson, J. American Statistical Association 22 (1927) 209.
 */
export function wilsonInterval(k: number, n: number, level = 0.95): Interval {
  const z = normalQuantile((1 + level) / 2);
  const share = k / n;
  const centre = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return { low: k === 0 ? 0 : centre - half, high: k === n ? 1 : centre + half };
}

/** False alarms of a set on a process in control, against its price. */
export interface InControl {
  readonly points: number;
  readonly alarms: number;
  /** Points times the false alarms a point of the price. */
  readonly expected: number;
  /** Of the mean of the counted alarms. */
  readonly interval: Interval;
}

const KNOWN: Phase = {
  version: 1,
  effectiveFrom: 0,
  rules: [],
  cl: 0,
  ucl: 3,
  lcl: -3,
  limitsSource: 'given',
  sigmaWithin: 1,
  dispCl: null,
  dispUcl: null,
  dispLcl: null,
  dispSource: 'given',
  dispSigma: null,
  lambda: null,
  widthL: null,
};

/** Points that are judged at once. */
const STRETCH = 20_000;

const asPoint = (value: number, at: number): RawPoint => ({ at, value, spread: null, n: 1, excluded: false });

/** Alarms among points of one version, by the code that judges live points; warnings are none. */
function alarmsIn(phase: Phase, points: readonly RawPoint[]): number {
  const found = judge('individuals', [phase], points, null).violations.filter((v) => v.severity === 'out_of_control');
  return alarmsOf(found.map((v) => ({ end: v.end, start: v.members[0]! }))).length;
}

/**
 * Alarms of rules on a chart of individual values in control: independent N(0, 1) with known limits, as the price takes it, judged by the code that judges live
 * points. An alarm counts as in {@link alarmsOf}, so that the mean interval is the in-control run length.
 * @complexity O(points · rules).
 */
export function inControl(rules: readonly number[], points: number, seed: number): InControl {
  const rng = createRng(seed, 'score in control');
  let alarms = 0;
  for (let from = 0; from < points; from += STRETCH) {
    const n = Math.min(STRETCH, points - from);
    alarms += alarmsIn(
      { ...KNOWN, rules },
      Array.from({ length: n }, (_, i) => asPoint(rng.normal(), i)),
    );
  }
  return {
    points,
    alarms,
    expected: points * falseAlarmRate({ kind: 'individuals', rules }),
    interval: poissonInterval(alarms),
  };
}

/**
 * The same where the limits of each chart follow from its own first points: some charts have limits too narrow, and they alarm more than the wide ones alarm less.
 * @param baseline - points that the limits follow from. each - points that each chart judges.
 */
export function inControlEstimated(
  rules: readonly number[],
  baseline: number,
  charts: number,
  each: number,
  seed: number,
): InControl {
  const rng = createRng(seed, 'score estimated');
  let alarms = 0;
  for (let c = 0; c < charts; c++) {
    const first = Array.from({ length: baseline }, (_, i) => asPoint(rng.normal(), i));
    const l = baselineLimits('individuals', first, { lambda: null, widthL: null });
    if (l === null) continue; // values without any spread, which normal ones never are
    const phase: Phase = { ...KNOWN, rules, cl: l.cl, ucl: l.ucl, lcl: l.lcl, sigmaWithin: l.sigmaWithin };
    alarms += alarmsIn(
      phase,
      Array.from({ length: each }, (_, i) => asPoint(rng.normal(), i)),
    );
  }
  const points = charts * each;
  return {
    points,
    alarms,
    expected: points * falseAlarmRate({ kind: 'individuals', rules }),
    interval: poissonInterval(alarms),
  };
}
