import { variableWords } from '@/lib/characteristic';
import {
  CONTEXT_EVENTS,
  CONTEXT_POINTS,
  isDispersionRule,
  isWithinRule,
  type JudgedPoint,
  judge,
  kindOf,
  leading,
  type Memory,
  MOST_CONTEXT_RECORDS,
  missingOf,
  type Phase,
  phaseAt,
  type RawPoint,
  ruleOf,
  ruleWindow,
} from '@/lib/spc';
import type { RaisedViolation } from '../alerts/raise';
import type { ChartRow, PhaseRow, PointRow } from './store';
import { NO_TARGETS, type ProductTargets, rawPoint } from './targets';

/** The new state of a point. */
export interface PointChange {
  readonly chartId: string;
  readonly row: PointRow;
  readonly judged: JudgedPoint;
  readonly rules: number[];
  /** Rules of severity "warning": the point stays in control. */
  readonly warnings: number[];
}

export interface ChartJudgement {
  readonly changes: PointChange[];
  readonly violations: RaisedViolation[];
}

/** Judges one interval of a chart and adds what it finds from `since` on to `out`; the rows before are context. */
export function judgeChart(
  chart: ChartRow,
  phases: readonly PhaseRow[],
  rows: readonly PointRow[],
  since: number,
  out: ChartJudgement,
  targets: ProductTargets = NO_TARGETS,
): void {
  const raw = rows.map((r) => rawPoint(r, targets));
  const first = raw.findIndex((p) => p.at >= since);
  if (first < 0) return;
  const { start, before } = whereToStart(chart, phases, rows, raw, first);
  const judged = judge(chart.kind, phases, raw.slice(start), before);
  const rulesAt = new Map<number, number[]>();
  const warningsAt = new Map<number, number[]>();
  for (const v of judged.violations) {
    const end = v.end + start;
    if (end < first) continue;
    const at = v.severity === 'warning' ? warningsAt : rulesAt;
    at.set(end, [...(at.get(end) ?? []), v.rule]);
    if (v.severity === 'warning') continue;
    const row = rows[end]!;
    const point = judged.points[v.end]!;
    const phase = phaseAt(phases, raw[end]!.at);
    const onDispersion = isDispersionRule(v.rule);
    const onWithin = isWithinRule(v.rule);
    const because = contributors(chart, phase, raw[end]!, point, onDispersion);
    const limits = onWithin ? point.withinLimits : onDispersion ? point.dispersionLimits : point.limits;
    out.violations.push({
      chart,
      at: row.at,
      recordId: row.record_id,
      rule: v.rule,
      version: phase.version,
      limits: onWithin ? 'study' : onDispersion ? phase.dispSource : phase.limitsSource,
      // of several variables the statistic that signalled: their number says nothing
      value: chart.variables === null ? row.value : (onDispersion ? point.dispersion : point.plotted)!,
      because,
      lot: row.lot,
      slot: row.slot,
      runId: row.run_id,
      tool: row.tool,
      chamber: row.chamber,
      members: v.members.map((m) => rows[m + start]!.record_id),
      detail: {
        side: v.side,
        window: ruleWindow(ruleOf(v.rule)),
        judged: onWithin ? point.within : onDispersion ? point.dispersion : locationOf(point, v.side),
        cl: limits?.cl ?? null,
        ucl: limits?.ucl ?? null,
        lcl: limits?.lcl ?? null,
        sigma: phase.sigmaWithin,
        ...(because === null ? {} : { contributors: because }),
      },
    });
  }
  for (let i = first; i < rows.length; i++)
    out.changes.push({
      chartId: chart.id,
      row: rows[i]!,
      judged: named(chart, rows[i]!, judged.points[i - start]!),
      rules: rulesAt.get(i) ?? [],
      warnings: warningsAt.get(i) ?? [],
    });
}

/** The variables that a signal points to, in words; null for charts of one value. */
function contributors(chart: ChartRow, phase: Phase, p: RawPoint, judged: JudgedPoint, onDispersion: boolean): string | null {
  if (chart.variables === null) return null;
  const statistics = kindOf(chart.kind).contributions?.(phase, p, judged.memory) ?? [];
  const mine = statistics.find((s) => (s.statistic === 'spe') === onDispersion);
  if (mine === undefined) return null;
  return leading(mine)
    .map((c) => variableWords(chart.variables![c.variable]!))
    .join(', ');
}

/** Why a point of several variables is a gap, with the names of what is missing. */
function named(chart: ChartRow, row: PointRow, judged: JudgedPoint): JudgedPoint {
  const missing = chart.variables === null ? [] : missingOf(row.vector);
  if (missing.length === 0) return judged;
  const names = missing.slice(0, MISSING_NAMED).map((j) => variableWords(chart.variables![j]!));
  const more = missing.length - names.length;
  return { ...judged, unjudged: `not known: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}` };
}

/** Missing variables that are named. */
const MISSING_NAMED = 3;

/** The statistic that signalled: of two plotted ones the one on the side of the signal. */
const locationOf = (p: JudgedPoint, side: 'above' | 'below' | null): number =>
  p.low !== null && side === 'below' ? p.low : p.plotted;

/**
 * Where the computation of a chart starts. A chart without memory: at its first row, so that runs of points are seen. One that remembers its past
 * has the limits alone: where the rows hold the beginning of the phase (or of the chart) it starts there, else it continues from what is stored with the
 * point before the first new one. A chart of gaps, whose memory outlives phases and whose rules look back, continues from its first row.
 */
function whereToStart(
  chart: ChartRow,
  phases: readonly PhaseRow[],
  rows: readonly PointRow[],
  raw: readonly RawPoint[],
  first: number,
): { start: number; before: Memory | null } {
  const { memory, rules } = kindOf(chart.kind);
  if (memory === null) return { start: 0, before: null };
  const isOfPhase = (k: number): boolean => phaseAt(phases, raw[k]!.at).version === phaseAt(phases, raw[first]!.at).version;
  if (rules === undefined) {
    const whole = first < CONTEXT_POINTS || !isOfPhase(0);
    return whole ? { start: 0, before: null } : { start: first, before: rows[first - 1]!.memory };
  }
  // Its rules look back: what is plotted before is computed again, from the beginning of the chart or from the memory before the second row on.
  const events = raw.slice(0, first).filter((p) => p.value > 0).length;
  if (first === 0 || (events < CONTEXT_EVENTS && first < MOST_CONTEXT_RECORDS)) return { start: 0, before: null };
  return { start: 1, before: rows[0]!.memory };
}
