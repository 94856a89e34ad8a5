import { isLimitRule, ruleOf } from '../chart-rules';
import { chartRule, DISPERSION, isDispersionRule, isWithinRule, WITHIN } from '../rule-book';
import type { RuleSeverity } from '../rules';
import { evaluateSeries, zoneScore } from '../run-rules';
import type { KindOfChart, Memory } from './kind';
import { type ChartKind, kindOf } from './kinds';
import { asControlLimits, type DispersionLimits, type Phase, phaseAt, type RawPoint, type StoredLimits } from './phase';

export interface JudgedPoint {
  readonly version: number;
  /** NaN: nothing is plotted. */
  readonly plotted: number;
  /** Second plotted statistic; null for kinds without one. */
  readonly low: number | null;
  readonly dispersion: number | null;
  /** Third statistic; null for kinds without one. */
  readonly within: number | null;
  /** The limits that judged this point; null while there are none. */
  readonly limits: StoredLimits | null;
  readonly dispersionLimits: DispersionLimits | null;
  readonly withinLimits: StoredLimits | null;
  /** Why no limits judge it although its phase has some; null: they do, or there are none yet. */
  readonly unjudged: string | null;
  /** The chart's memory after this point; null for kinds without one. */
  readonly memory: Memory | null;
}

export interface JudgedViolation {
  /** Index of the signalling point. */
  readonly end: number;
  /** Its number on the chart. */
  readonly rule: number;
  /** A warning marks the point, which stays in control. */
  readonly severity: RuleSeverity;
  readonly side: 'above' | 'below' | null;
  readonly members: readonly number[];
}

/** Points before the first new one that must be read again: longer than any rule's window. What a kind remembers beyond it is stored with each point. */
export const CONTEXT_POINTS = 60;

/** The same in events, for charts of the gaps between them, and the most records that are read for it. */
export const CONTEXT_EVENTS = 20;
export const MOST_CONTEXT_RECORDS = 20_000;

/**
 * Judges an interval of a chart in process order: plotted statistic, dispersion, limits and rule signals of each point. Runs
 * restart where the phase changes; excluded points are plotted with the limits of their position but are not judged.
 * @param before - the chart's memory of the points before the first, when the interval does not begin the phase (or the memory outlives a phase).
 */
export function judge(
  kind: ChartKind,
  phases: readonly Phase[],
  points: readonly RawPoint[],
  before: Memory | null,
): { points: JudgedPoint[]; violations: JudgedViolation[] } {
  const out: JudgedPoint[] = [];
  const violations: JudgedViolation[] = [];
  let from = 0;
  while (from < points.length) {
    const phase = phaseAt(phases, points[from]!.at);
    let to = from + 1;
    while (to < points.length && phaseAt(phases, points[to]!.at).version === phase.version) to++;
    const segment = { kind: kindOf(kind), phase, from, to };
    const earlier = from === 0 ? before : segment.kind.carries === true ? out[from - 1]!.memory : null;
    const z = place(segment, points, earlier, out);
    if (phase.cl !== null) {
      violations.push(...signals(segment, z, out));
      violations.push(...besides(segment, points, DISPERSION + 1, (i) => [out[i]!.dispersion, out[i]!.dispersionLimits]));
      violations.push(...besides(segment, points, WITHIN + 1, (i) => [out[i]!.within, out[i]!.withinLimits]));
    }
    from = to;
  }
  return { points: out, violations };
}

/** Points `from` up to `to` (not included), all of one phase. */
interface Segment {
  readonly kind: KindOfChart;
  readonly phase: Phase;
  readonly from: number;
  readonly to: number;
}

/** Adds the position of each point of a segment to `out`. @returns their distances from the centre in zones; NaN for points that are not judged. */
function place(
  { kind, phase, from, to }: Segment,
  points: readonly RawPoint[],
  before: Memory | null,
  out: JudgedPoint[],
): Float64Array {
  const z = new Float64Array(to - from).fill(Number.NaN);
  const walk = kind.walk(phase, before);
  for (let i = from; i < to; i++) {
    const p = points[i]!;
    const { plotted, low, limits, unjudged } = walk.place(p);
    if (!p.excluded) walk.count();
    const dispersion = kind.dispersionOf(p, points[i - 1], phase);
    const within = kind.within === undefined ? null : p.spread;
    if (limits !== null && !p.excluded) z[i - from] = furthest(limits, plotted, low);
    out.push({
      version: phase.version,
      plotted,
      low: low ?? null,
      dispersion,
      within,
      limits,
      dispersionLimits: dispersion === null ? null : kind.dispersionLimits(phase, p.n),
      withinLimits: within === null ? null : (kind.withinLimits?.(phase, p.n) ?? null),
      unjudged: unjudged ?? null,
      memory: walk.memory?.() ?? null,
    });
  }
  return z;
}

/** Distance from the centre in zones; of two statistics that of the one that lies further out. NaN stays NaN: nothing is judged. */
function furthest(limits: StoredLimits, plotted: number, low: number | undefined): number {
  const of = (v: number): number => (Number.isNaN(v) ? Number.NaN : zoneScore(v, asControlLimits(limits)));
  const z = of(plotted);
  if (low === undefined) return z;
  const zLow = of(low);
  return Math.abs(zLow) > Math.abs(z) ? zLow : z;
}

function signals({ kind, phase, from, to }: Segment, z: Float64Array, judged: readonly JudgedPoint[]): JudgedViolation[] {
  const chosen = phase.rules.filter(
    (r) => !isDispersionRule(r) && !isWithinRule(r) && (kind.memory === null || kind.rules !== undefined || isLimitRule(r)),
  );
  const plotted = Float64Array.from({ length: to - from }, (_, k) => judged[from + k]!.plotted);
  return evaluated(chosen, z, plotted, from);
}

/** Signals of a statistic beside the location by its limit test and by its other rules. @param limit - number of its limit test. */
function besides(segment: Segment, points: readonly RawPoint[], limit: number, of: Beside): JudgedViolation[] {
  const mine = limit === DISPERSION + 1 ? isDispersionRule : isWithinRule;
  const others = segment.phase.rules.filter((r) => r !== limit && mine(r));
  const first = segment.phase.rules.includes(limit) ? besideSignals(segment, points, limit, of) : [];
  if (others.length === 0) return first;
  const { from, to } = segment;
  const n = to - from;
  const z = new Float64Array(n).fill(Number.NaN);
  const values = new Float64Array(n).fill(Number.NaN);
  for (let i = from; i < to; i++) {
    const [value, l] = of(i);
    if (points[i]!.excluded || value === null || l === null || l.cl === null) continue;
    values[i - from] = value;
    z[i - from] = zoneScore(value, asControlLimits({ cl: l.cl, ucl: l.ucl, lcl: l.lcl }));
  }
  return [...first, ...evaluated(others, z, values, from)];
}

/** Signals of rules over a segment that begins at point `from`. */
function evaluated(numbers: readonly number[], z: Float64Array, values: Float64Array, from: number): JudgedViolation[] {
  if (numbers.length === 0) return [];
  const rules = numbers.map(ruleOf);
  return evaluateSeries(rules, z, values).violations.map((v) => {
    const rule = numbers[rules.findIndex((r) => r.id === v.ruleId)]!;
    return {
      end: from + v.end,
      rule,
      severity: chartRule(rule).severity,
      side: v.side,
      members: v.members.map((m) => from + m),
    };
  });
}

/** Value of a statistic beside the location at point i, with its limits. */
type Beside = (i: number) => readonly [number | null, DispersionLimits | null];

/** Signals of a statistic beside the location: a point strictly beyond its own limits. */
function besideSignals({ from, to }: Segment, points: readonly RawPoint[], rule: number, of: Beside): JudgedViolation[] {
  const out: JudgedViolation[] = [];
  for (let i = from; i < to; i++) {
    const [value, l] = of(i);
    if (points[i]!.excluded || value === null || l === null) continue;
    const side = l.ucl !== null && value > l.ucl ? 'above' : l.lcl !== null && value < l.lcl ? 'below' : null;
    if (side !== null) out.push({ end: i, rule, severity: 'out_of_control', side, members: [i] });
  }
  return out;
}
