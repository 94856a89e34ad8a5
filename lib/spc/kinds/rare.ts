import { normalCdf } from '@/lib/numerics';
import { type Design, type DesignField, numberOf } from './design';
import type { KindOfChart, Memory, Placed, Walk } from './kind';
import type { BaselineLimits, Phase, RawPoint, StoredLimits, Study } from './phase';

/** Tail beyond a limit on each side: that of 3 sigma of a normal distribution. */
const TAIL = normalCdf(-3);
const HOUR_MS = 3_600_000;
/** Gaps in a baseline below which a mean of them means little: its standard error is then above a quarter. */
const LEAST_GAPS = 5;

/** What distinguishes units between from time between. */
interface Between {
  readonly label: string;
  readonly unit: string;
  readonly meanLabel: string;
  readonly meanHelp: string;
  /** Limits and centre (the median) of the gap between two events in control. */
  readonly limits: (mean: number) => StoredLimits;
  /** Gap that a record adds to the open one before its own event. */
  readonly gap: (p: RawPoint, before: Open) => number;
}

/** What is open since the last event: units without one, and the process time of the last event (g: of no use, 0). */
interface Open extends Memory {
  readonly units: number;
  readonly since: number;
  /** Events so far: a gap is known from the second on. */
  readonly events: number;
}

const NOTHING: Open = { units: 0, since: 0, events: 0 };

/**
 * Conforming items between two nonconforming ones, X geometric with P(X ≤ x) = 1 − (1 − p)^(x + 1) and mean (1 − p)/p. UCL: strictly above it lie at
 * most 0.135 %; LCL: strictly below it as few, none where X = 0 alone is more likely, so that only rule 1 above and runs can say that events are
 * more frequent. Centre: the median, which half of the gaps exceed.
 * @reference Kaminsky, Benneyan, Davis & Burke, J. Quality Technology 24 (1992) 63; Benneyan, Health Care Management Science 4 (2001) 305.
 */
export function geometricLimits(mean: number): StoredLimits {
  const lnQ = Math.log1p(-1 / (1 + mean));
  const least = (probability: number): number => Math.max(0, Math.ceil(Math.log1p(-probability) / lnQ - 1));
  const lcl = least(TAIL * (1 + 1e-12));
  return { cl: Math.max(0, Math.LN2 / -lnQ - 1), ucl: least(1 - TAIL), lcl: lcl === 0 ? null : lcl };
}

/**
 * Time between two events of a Poisson process, exponential with the mean: probability limits −mean·ln(1 − P), centre the median.
 * @reference Xie, Goh & Ranjan, Reliability Engineering & System Safety 77 (2002) 143; Montgomery, 7th ed. (2013), §7.3.5.
 */
export const exponentialLimits = (mean: number): StoredLimits => ({
  cl: mean * Math.LN2,
  ucl: -mean * Math.log(TAIL),
  lcl: -mean * Math.log1p(-TAIL),
});

const G: Between = {
  label: 'g (units between events)',
  unit: 'units',
  meanLabel: 'Mean units between',
  meanHelp: 'Conforming units between two events in control. Left empty: the mean of the baseline.',
  limits: geometricLimits,
  // The items of a record stand in unknown order: its event is counted as its last item.
  gap: (p, before) => before.units + p.size! - p.value,
};

const T: Between = {
  label: 't (time between events)',
  unit: 'h',
  meanLabel: 'Mean hours between',
  meanHelp: 'Hours between two events in control. Left empty: the mean of the baseline.',
  limits: exponentialLimits,
  gap: (p, before) => (p.at - before.since) / HOUR_MS,
};

const fieldsOf = (b: Between): readonly DesignField[] => [
  { name: 'mean', label: b.meanLabel, help: b.meanHelp, type: 'number', fallback: null, above: 0 },
];

/** Why a record cannot be counted; null where it can. */
function unsound(b: Between, p: RawPoint): string | null {
  if (b === T) return null;
  if (p.size == null || !(p.size > 0)) return 'the record does not say how many units were inspected';
  return p.value > p.size ? `${p.value} events were found among ${p.size} units` : null;
}

/**
 * Records without an event only lengthen the open gap; one with events closes it and is plotted by the length of the gap before it. Several events in
 * one record are one: what lies between them is not known. An excluded record is treated as missing.
 */
class GapWalk implements Walk {
  private readonly limits: StoredLimits | null;
  private next: Open;

  constructor(
    private readonly b: Between,
    phase: Phase,
    private open: Open,
  ) {
    const mean = numberOf(fieldsOf(b), phase.design, 'mean') ?? (phase.study?.['mean'] as number | undefined);
    this.limits = phase.cl === null || mean === undefined ? null : b.limits(mean);
    this.next = open;
  }

  place(p: RawPoint): Placed {
    const { open, b } = this;
    this.next = open;
    const why = unsound(b, p);
    if (why !== null) return { plotted: Number.NaN, limits: null, unjudged: why };
    if (p.value === 0) {
      this.next = { ...open, units: open.units + (p.size ?? 0) };
      return { plotted: Number.NaN, limits: null };
    }
    this.next = { units: 0, since: p.at, events: open.events + 1 };
    // Time counts from an event; units count from the first record, since they were inspected.
    if (open.events === 0 && b === T)
      return { plotted: Number.NaN, limits: null, unjudged: 'the first event: the time before it is not known' };
    return { plotted: b.gap(p, open), limits: this.limits };
  }

  count(): void {
    this.open = this.next;
  }

  memory(): Memory {
    return this.open;
  }
}

/** Gaps of a baseline, by the walk that will judge them. */
function gapsOf(b: Between, points: readonly RawPoint[], out: ReadonlySet<number>): number[] {
  const walk = new GapWalk(b, { cl: null } as Phase, NOTHING);
  return points.flatMap((p, i) => {
    if (out.has(i)) return [];
    const { plotted } = walk.place(p);
    walk.count();
    return Number.isNaN(plotted) ? [] : [plotted];
  });
}

function limitsBy(b: Between, study: Study, d: Design | null): Omit<BaselineLimits, 'used' | 'method'> {
  const mean = numberOf(fieldsOf(b), d, 'mean') ?? (study['mean'] as number);
  const l = b.limits(mean);
  return {
    ...l,
    sigmaWithin: b === G ? Math.sqrt(mean * (mean + 1)) : mean,
    dispCl: null,
    dispUcl: null,
    dispLcl: null,
    dispSigma: null,
    study,
  };
}

const between = (b: Between): KindOfChart => ({
  label: b.label,
  eventsOnly: b === T,
  dispersion: null,
  ofSubgroups: false,
  memory: 'gap since the last event',
  followed: null,
  plottedUnit: b.unit,
  rules: [1, 2, 3, 4],
  signal: 'a gap beyond its probability limits',
  withoutZones: true,
  ofCounts: true,
  carries: true,
  design: fieldsOf(b),
  given(d) {
    const mean = numberOf(fieldsOf(b), d, 'mean');
    return mean === null ? null : { mean };
  },
  limitsBy: (study, d) => limitsBy(b, study, d),
  /** Each gap lies beyond its limits with the same probability at every event: its run length is geometric. */
  price(d) {
    const mean = numberOf(fieldsOf(b), d, 'mean');
    if (mean === null) return b === T ? { inControl: 1 / (2 * TAIL) } : null;
    if (b === T) return { inControl: 1 / (2 * TAIL) };
    const { ucl, lcl } = geometricLimits(mean);
    const lnQ = Math.log1p(-1 / (1 + mean));
    const above = Math.exp((ucl! + 1) * lnQ);
    const below = lcl === null ? 0 : -Math.expm1(lcl * lnQ);
    return { inControl: 1 / (above + below) };
  },
  estimate(points, out, { design }) {
    const gaps = gapsOf(b, points, out);
    if (gaps.length < LEAST_GAPS) return null;
    const mean = gaps.reduce((s, g) => s + g, 0) / gaps.length;
    if (!(mean > 0)) return null;
    return { ...limitsBy(b, { mean }, design ?? null), method: 'counts', used: points.length - out.size };
  },
  // A long gap in a baseline is part of its mean: leaving it out would make events look more frequent than they are.
  beyond: () => [],
  walk: (phase, before) => new GapWalk(b, phase, (before as Open | null) ?? NOTHING),
  dispersionOf: () => null,
  dispersionLimits: () => null,
});

export const g = between(G);
export const t = between(T);
