import {
  alarmsOf,
  type ChartKind,
  falseAlarmRate,
  judge,
  type Phase,
  type RawPoint,
  ruleFits,
  type StoredLimits,
  zoneScore,
} from '@/lib/spc';

/** A point of a chart with the fault that touched it, or null. */
export interface ScoredPoint extends RawPoint {
  readonly fault: string | null;
}

/** A chart with all its points and versions, as they are stored. */
export interface ScoredChart {
  readonly id: string;
  readonly kind: ChartKind;
  readonly phases: readonly Phase[];
  readonly points: readonly ScoredPoint[];
}

/** Rules that charts are judged by instead of their own; null: their own. */
export type TriedRules = readonly number[] | null;

/** The first alarm of a chart within a fault. */
export interface Found {
  readonly fault: string;
  /** Points that the fault had touched when it was found, that one among them. */
  readonly points: number;
  /** Process time of the signal, epoch ms. */
  readonly atMs: number;
}

/** What one chart saw of a fault. */
export interface Watched {
  readonly fault: string;
  /** Judged points that the fault touched. */
  readonly points: number;
  /** The furthest of them from its centre, in zone widths. */
  readonly furthest: number;
}

/** What one chart shows. */
export interface ChartScore {
  /** Faults of which it has a judged point. */
  readonly watched: readonly Watched[];
  readonly found: readonly Found[];
  /** Judged points that no fault touched, and alarms whose window holds none of a fault. */
  readonly clean: number;
  readonly falseAlarms: number;
  /** By the price of the rules in force at each of these points. */
  readonly expected: number;
}

/**
 * Judges the stored points of a chart by other rules and the limits that it has, with the code that judges live points, and holds the signals against what is known of its
 * faults. A signal finds a fault when its last point is one of the fault's; an alarm (renewal, see {@link alarmsOf}) is false when no fault touched a point of its window. Warnings are none.
 */
export function scoreChart(chart: ScoredChart, rules: TriedRules): ChartScore {
  const phases = chart.phases.map((p) => ({ ...p, rules: (rules ?? p.rules).filter((r) => ruleFits(chart.kind, r)) }));
  const { points, violations } = judge(chart.kind, phases, chart.points, null);
  const isJudged = (i: number): boolean =>
    !chart.points[i]!.excluded && (points[i]!.limits !== null || points[i]!.dispersionLimits !== null);
  const signals = violations.filter((v) => v.severity === 'out_of_control');
  const touched = new Map<string, number[]>();
  let clean = 0;
  let expected = 0;
  const rates = new Map(phases.map((p) => [p.version, rateOf(chart.kind, p)]));
  chart.points.forEach((p, i) => {
    if (!isJudged(i)) return;
    if (p.fault === null) {
      clean++;
      expected += rates.get(points[i]!.version) ?? 0;
    } else touched.set(p.fault, [...(touched.get(p.fault) ?? []), i]);
  });
  const found = [...touched].flatMap(([fault, at]): Found[] => {
    const hit = signals.filter((v) => chart.points[v.end]!.fault === fault).map((v) => v.end);
    if (hit.length === 0) return [];
    const end = Math.min(...hit);
    return [{ fault, points: at.filter((i) => i <= end).length, atMs: chart.points[end]!.at }];
  });
  const alarms = alarmsOf(signals.map((v) => ({ end: v.end, start: v.members[0]!, members: v.members })));
  const falseAlarms = alarms.filter((a) => a.members.every((m) => chart.points[m]!.fault === null)).length;
  const zoneOf = (i: number): number => {
    const { limits, plotted } = points[i]!;
    return limits === null || Number.isNaN(plotted) ? 0 : Math.abs(zoneScore(plotted, sides(limits)));
  };
  const watched = [...touched].map(([fault, at]) => ({ fault, points: at.length, furthest: Math.max(...at.map(zoneOf)) }));
  return { watched, found, clean, falseAlarms, expected };
}

/** A side without a limit is infinitely far. */
const sides = (l: StoredLimits) => ({
  center: l.cl,
  ucl: l.ucl ?? Number.POSITIVE_INFINITY,
  lcl: l.lcl ?? Number.NEGATIVE_INFINITY,
});

const rateOf = (kind: ChartKind, p: Phase & { readonly rules: readonly number[] }): number =>
  falseAlarmRate({ kind, rules: p.rules, lambda: p.lambda, widthL: p.widthL, design: p.design, subgroup: 3 });

/** Faults of one class on charts of one kind, or of all. */
export interface ClassScore {
  readonly type: string;
  readonly watched: number;
  readonly found: number;
  /** Of the chart that found each first: points that the fault had touched, and hours since its first run; medians. */
  readonly points: number | null;
  readonly hours: number | null;
}

const median = (list: readonly number[]): number | null =>
  list.length === 0 ? null : [...list].sort((a, b) => a - b)[(list.length - 1) >> 1]!;

/** Puts the scores of charts together, class by class. A fault counts once, by the chart that found it first. */
export function scoreClasses(
  scores: readonly ChartScore[],
  faults: ReadonlyMap<string, { readonly type: string; readonly fromMs: number }>,
): ClassScore[] {
  const types = [...new Set([...faults.values()].map((f) => f.type))].sort();
  const watched = new Set(scores.flatMap((s) => s.watched.map((w) => w.fault)));
  const first = new Map<string, Found>();
  for (const f of scores.flatMap((s) => s.found)) {
    const known = first.get(f.fault);
    if (known === undefined || f.atMs < known.atMs) first.set(f.fault, f);
  }
  return types.map((type) => {
    const of = [...faults].filter(([id, f]) => f.type === type && watched.has(id));
    const hits = of.flatMap(([id, f]) => {
      const hit = first.get(id);
      return hit === undefined
        ? []
        : [
            {
              points: hit.points,
              // a point of a lot has the time of the lot, which may be seconds before its first run
              hours: Math.max(0, hit.atMs - f.fromMs) / 3_600_000,
            },
          ];
    });
    return {
      type,
      watched: of.length,
      found: hits.length,
      points: median(hits.map((h) => h.points)),
      hours: median(hits.map((h) => h.hours)),
    };
  });
}

/** A fault that no chart found, and how far its points went. */
export interface MissedFault {
  readonly id: string;
  readonly type: string;
  readonly charts: number;
  readonly points: number;
  /** The furthest point of the chart that saw most, in zone widths; null: no judged point. */
  readonly furthest: number | null;
}

/** The faults that no chart found: with judged points or without any. */
export function missedFaults(
  scores: readonly ChartScore[],
  faults: ReadonlyMap<string, { readonly type: string }>,
): MissedFault[] {
  const found = new Set(scores.flatMap((s) => s.found.map((f) => f.fault)));
  return [...faults].flatMap(([id, { type }]) => {
    if (found.has(id)) return [];
    const seen = scores.flatMap((s) => s.watched.filter((w) => w.fault === id));
    const furthest = seen.length === 0 ? null : Math.max(...seen.map((w) => w.furthest));
    return [{ id, type, charts: seen.length, points: seen.reduce((s, w) => s + w.points, 0), furthest }];
  });
}
