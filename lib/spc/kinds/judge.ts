import { DISPERSION, ruleOf } from '../chart-rules';
import { evaluateSeries, zoneScore } from '../run-rules';
import type { KindOfChart, Memory } from './kind';
import { type ChartKind, kindOf } from './kinds';
import { asControlLimits, type DispersionLimits, type Phase, phaseAt, type RawPoint, type StoredLimits } from './phase';

export interface JudgedPoint {
  readonly version: number;
  readonly plotted: number;
  readonly dispersion: number | null;
  /** The limits that judged this point; null while there are none. */
  readonly limits: StoredLimits | null;
  readonly dispersionLimits: DispersionLimits | null;
}

export interface JudgedViolation {
  /** Index of the signalling point. */
  readonly end: number;
  /** Nelson number; 100 + number on the dispersion chart. */
  readonly rule: number;
  readonly side: 'above' | 'below' | null;
  readonly members: readonly number[];
}

/** Points before the first new one that must be read again: longer than any rule's window, and than the memory of an EWMA limit. */
export const CONTEXT_POINTS = 60;

/**
 * Judges an interval of a chart in process order: plotted statistic, dispersion, limits and rule signals of each point. Runs
 * restart where the phase changes; excluded points are plotted with the limits of their position but are not judged.
 * @param before - the chart's memory of the points before the first, when the interval does not begin the phase.
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
    const z = place(segment, points, from === 0 ? before : null, out);
    if (phase.cl !== null) violations.push(...signals(segment, z, out));
    if (phase.cl !== null && phase.rules.includes(DISPERSION + 1)) violations.push(...dispersionSignals(segment, points, out));
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
    const { plotted, limits } = walk.place(p);
    if (!p.excluded) walk.count();
    const dispersion = kind.dispersionOf(p, points[i - 1]);
    if (limits !== null && !p.excluded) z[i - from] = zoneScore(plotted, asControlLimits(limits));
    out.push({
      version: phase.version,
      plotted,
      dispersion,
      limits,
      dispersionLimits: dispersion === null ? null : kind.dispersionLimits(phase, p.n),
    });
  }
  return z;
}

function signals({ kind, phase, from, to }: Segment, z: Float64Array, judged: readonly JudgedPoint[]): JudgedViolation[] {
  const chosen = phase.rules.filter((r) => r < DISPERSION && (kind.memory === null || r === 1));
  const rules = chosen.map(ruleOf);
  const plotted = Float64Array.from({ length: to - from }, (_, k) => judged[from + k]!.plotted);
  return evaluateSeries(rules, z, plotted).violations.map((v) => ({
    end: from + v.end,
    rule: chosen[rules.findIndex((r) => r.id === v.ruleId)]!,
    side: v.side,
    members: v.members.map((m) => from + m),
  }));
}

function dispersionSignals(
  { from, to }: Segment,
  points: readonly RawPoint[],
  judged: readonly JudgedPoint[],
): JudgedViolation[] {
  const out: JudgedViolation[] = [];
  for (let i = from; i < to; i++) {
    const { dispersion, dispersionLimits: l } = judged[i]!;
    if (points[i]!.excluded || dispersion === null || l === null) continue;
    const side = l.ucl !== null && dispersion > l.ucl ? 'above' : l.lcl !== null && dispersion < l.lcl ? 'below' : null;
    if (side !== null) out.push({ end: i, rule: DISPERSION + 1, side, members: [i] });
  }
  return out;
}
