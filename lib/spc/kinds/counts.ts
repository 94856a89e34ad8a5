import { binomialCdf, incompleteGamma, normalCdf } from '@/lib/numerics';
import { pChart, uChart } from '../attributes';
import { choiceOf, type Design, type DesignField, numberOf } from './design';
import type { KindOfChart, Placed } from './kind';
import type { BaselineLimits, Phase, RawPoint, StoredLimits, Study } from './phase';

/** What distinguishes the charts of counts. */
interface Counts {
  readonly label: string;
  /** Of nonconforming items among items (binomial), or of defects on an area (Poisson). */
  readonly isShare: boolean;
  /** The count is plotted, and not the count by its size. */
  readonly plotsCount: boolean;
  readonly laney: boolean;
  readonly unit: string;
}

/** Tail beyond an exact limit on each side: that of 3 sigma of a normal distribution. */
const TAIL = normalCdf(-3);

const EXACT: DesignField = {
  name: 'limits',
  label: 'Limits',
  help: 'Three standard errors, or the counts that at most 0.135 % of points in control exceed on each side, which small counts need.',
  type: 'choice',
  fallback: 'normal',
  choices: [
    { value: 'normal', label: 'three standard errors' },
    { value: 'exact', label: 'exact (binomial or Poisson)' },
  ],
};

const centre = (c: Counts): DesignField => ({
  name: 'centre',
  label: c.isShare ? 'Share expected' : 'Defects expected per unit',
  help: 'Left empty: that of the baseline.',
  type: 'number',
  fallback: null,
  above: 0,
  ...(c.isShare ? { most: 0.999999 } : {}),
});

const fieldsOf = (c: Counts): readonly DesignField[] => (c.laney ? [centre(c)] : [centre(c), EXACT]);

/** Least count with P(X ≤ x) ≥ 1 − TAIL, by bisection on an increasing distribution. */
function leastCount(cdf: (x: number) => number, probability: number, most: number): number {
  let [lo, hi] = [0, Math.max(1, Math.ceil(most))];
  while (cdf(hi) < probability) hi *= 2;
  while (lo < hi) {
    const mid = Math.floor((lo + hi) / 2);
    if (cdf(mid) >= probability) hi = mid;
    else lo = mid + 1;
  }
  return lo;
}

/** P(X ≤ x) of a Poisson count with mean m. @reference Abramowitz & Stegun (1964), 26.4.21. */
const poissonCdf = (x: number, m: number): number => (x < 0 ? 0 : incompleteGamma(Math.floor(x) + 1, m).q);

/**
 * Exact limits of a count: at most 0.135 % of the points in control lie strictly above the upper one, and as few strictly below the lower one. No
 * lower limit where a count of 0 is not rare enough.
 * @param rate - share or rate per unit. @param size - items or units.
 * @returns limits of the count.
 * @reference Montgomery, 7th ed. (2013), §7.2.1, probability limits; Ryan, Statistical Methods for Quality Improvement, 3rd ed. (2011), §6.1.
 */
export function exactCountLimits(
  rate: number,
  size: number,
  isShare: boolean,
): { readonly ucl: number; readonly lcl: number | null } {
  const cdf = isShare ? (x: number) => binomialCdf(x, size, rate) : (x: number) => poissonCdf(x, rate * size);
  const ucl = leastCount(cdf, 1 - TAIL, rate * size * 2 + 10);
  // the least x with P(X ≤ x) > TAIL is the largest with P(X < x) ≤ TAIL
  const lcl = leastCount(cdf, TAIL * (1 + 1e-12), rate * size + 1);
  return { ucl, lcl: lcl === 0 ? null : lcl };
}

/** Limits of a point of a size, in the unit of what is plotted. */
function limitsFor(c: Counts, rate: number, sigmaZ: number, size: number, isExact: boolean): StoredLimits {
  const scale = c.plotsCount ? size : 1;
  if (isExact) {
    const { ucl, lcl } = exactCountLimits(rate, size, c.isShare);
    const per = c.plotsCount ? 1 : size;
    return { cl: rate * scale, ucl: ucl / per, lcl: lcl === null ? null : lcl / per };
  }
  const half = 3 * sigmaZ * Math.sqrt((c.isShare ? rate * (1 - rate) : rate) / size);
  // a limit at the end of what can be counted is none: nothing lies beyond it
  const low = rate - half;
  const high = rate + half;
  return {
    cl: rate * scale,
    ucl: c.isShare && high >= 1 ? null : high * scale,
    lcl: low <= 0 ? null : low * scale,
  };
}

/** Why a point cannot be judged by a chart of counts; null where it can. */
function unsound(c: Counts, p: RawPoint, study: Study | null | undefined): string | null {
  const { size, value } = p;
  if (size == null || !(size > 0)) return 'the record does not say how many units were inspected';
  if (c.isShare && !Number.isInteger(size)) return `a share is of whole items, and ${size} were inspected`;
  if (c.isShare && value > size) return `${value} nonconforming items were found among ${size}`;
  const first = study?.['size'] as number | undefined;
  if (c.label === 'c' && first !== undefined && size !== first)
    return `${size} units were inspected and the chart is of ${first}: use a u chart where sizes differ`;
  return null;
}

function limitsBy(c: Counts, study: Study, d: Design | null): Omit<BaselineLimits, 'used' | 'method'> {
  const fields = fieldsOf(c);
  const rate = numberOf(fields, d, 'centre') ?? (study['rate'] as number);
  const size = study['size'] as number;
  const l = limitsFor(c, rate, study['sigmaZ'] as number, size, choiceOf(fields, d, 'limits') === 'exact');
  return {
    cl: l.cl,
    ucl: l.ucl,
    lcl: l.lcl,
    sigmaWithin: Math.sqrt((c.isShare ? rate * (1 - rate) : rate) / size) * (c.plotsCount ? size : 1),
    dispCl: null,
    dispUcl: null,
    dispLcl: null,
    dispSigma: null,
    study,
  };
}

/** Rate, Laney's factor and the size that limits are told for: the mean size; of a c chart the size of its first point. */
function studyOf(c: Counts, points: readonly RawPoint[], d: Design | null): Study | null {
  const first = points.find((p) => unsound(c, p, null) === null)?.size;
  if (first == null) return null;
  const own = c.label === 'c' ? { size: first } : null;
  const kept = points.filter((p) => unsound(c, p, own) === null);
  if (kept.length < 2) return null;
  const counts = kept.map((p) => p.value);
  const sizes = kept.map((p) => p.size!);
  const [found, inspected] = [counts.reduce((a, b) => a + b, 0), sizes.reduce((a, b) => a + b, 0)];
  const rate = numberOf(fieldsOf(c), d, 'centre') ?? found / inspected;
  if (!(rate > 0) || (c.isShare && !(rate < 1))) return null;
  const shares = counts.map((v, i) => v / sizes[i]!);
  if (c.laney && !shares.some((v) => v !== shares[0])) return null;
  const chart = c.isShare ? pChart : uChart;
  const sigmaZ = c.laney ? chart(counts, sizes, { laney: true, center: rate }).sigmaZ : 1;
  return { rate, sigmaZ, size: own?.size ?? inspected / kept.length };
}

/** Where a point stands and what judges it. */
function place(c: Counts, phase: Phase, p: RawPoint): Placed {
  const why = unsound(c, p, phase.study);
  if (why !== null) return { plotted: Number.NaN, limits: null, unjudged: why };
  const plotted = c.plotsCount ? p.value : p.value / p.size!;
  const { study, design } = phase;
  if (phase.cl === null || study == null) return { plotted, limits: null };
  const fields = fieldsOf(c);
  const rate = numberOf(fields, design, 'centre') ?? (study['rate'] as number);
  const isExact = choiceOf(fields, design, 'limits') === 'exact';
  return { plotted, limits: limitsFor(c, rate, study['sigmaZ'] as number, p.size!, isExact) };
}

/**
 * Charts of counts: each point has the limits of its own size. Rules 1 to 4, since a third of the way to a limit is no sigma of a skewed count.
 * @reference Montgomery, 7th ed. (2013), §7.2, 7.3; Laney, Quality Engineering 14 (2002) 531.
 */
const counts = (c: Counts): KindOfChart => ({
  label: c.label,
  dispersion: null,
  ofSubgroups: false,
  memory: null,
  followed: null,
  plottedUnit: c.unit,
  rules: [1, 2, 3, 4],
  withoutZones: true,
  ofCounts: true,
  design: fieldsOf(c),
  limitsBy: (study, d) => limitsBy(c, study, d),
  estimate(points, out, { design }) {
    const study = studyOf(
      c,
      points.filter((_, i) => !out.has(i)),
      design ?? null,
    );
    if (study === null) return null;
    return { ...limitsBy(c, study, design ?? null), method: 'counts', used: points.length - out.size };
  },
  beyond(points, l, { design }) {
    const phase = { cl: l.cl, study: l.study ?? null, design: design ?? null } as Phase;
    return [...points.keys()].filter((i) => {
      const { plotted, limits } = place(c, phase, points[i]!);
      return limits !== null && ((limits.ucl !== null && plotted > limits.ucl) || (limits.lcl !== null && plotted < limits.lcl));
    });
  },
  walk: (phase) => ({ place: (p) => place(c, phase, p), count: () => undefined }),
  dispersionOf: () => null,
  dispersionLimits: () => null,
});

export const p = counts({ label: 'p', isShare: true, plotsCount: false, laney: false, unit: 'share' });
export const np = counts({ label: 'np', isShare: true, plotsCount: true, laney: false, unit: 'items' });
export const c = counts({ label: 'c', isShare: false, plotsCount: true, laney: false, unit: 'defects' });
export const u = counts({ label: 'u', isShare: false, plotsCount: false, laney: false, unit: 'per unit' });
export const laneyP = counts({ label: 'Laney p′', isShare: true, plotsCount: false, laney: true, unit: 'share' });
export const laneyU = counts({ label: 'Laney u′', isShare: false, plotsCount: false, laney: true, unit: 'per unit' });
