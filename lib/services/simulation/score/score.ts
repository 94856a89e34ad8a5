import { alarmsOf, type ChartKind, falseAlarmRate, judge, type Phase, type RawPoint, ruleFits } from '@/lib/spc';

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

/** What one chart shows. */
export interface ChartScore {
  /** Faults of which it has a judged point. */
  readonly watched: readonly string[];
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
  return { watched: [...touched.keys()], found, clean, falseAlarms, expected };
}

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
  const watched = new Set(scores.flatMap((s) => s.watched));
  const first = new Map<string, Found>();
  for (const f of scores.flatMap((s) => s.found)) {
    const known = first.get(f.fault);
    if (known === undefined || f.atMs < known.atMs) first.set(f.fault, f);
  }
  return types.map((type) => {
    const of = [...faults].filter(([id, f]) => f.type === type && watched.has(id));
    const hits = of.flatMap(([id, f]) => {
      const hit = first.get(id);
      return hit === undefined ? [] : [{ points: hit.points, hours: (hit.atMs - f.fromMs) / 3_600_000 }];
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
