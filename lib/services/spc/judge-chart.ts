import {
  CONTEXT_POINTS,
  isDispersionRule,
  type JudgedPoint,
  judge,
  kindOf,
  type Memory,
  phaseAt,
  type RawPoint,
  ruleOf,
  ruleWindow,
} from '@/lib/spc';
import type { RaisedViolation } from '../alerts/raise';
import type { ChartRow, PhaseRow, PointRow } from './store';

/** The new state of a point. */
export interface PointChange {
  readonly chartId: string;
  readonly row: PointRow;
  readonly judged: JudgedPoint;
  readonly rules: number[];
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
): void {
  const raw = rows.map((r) => ({ at: r.at.getTime(), value: r.value, spread: r.spread, n: r.n, excluded: r.excluded !== null }));
  const first = raw.findIndex((p) => p.at >= since);
  if (first < 0) return;
  const { start, before } = whereToStart(chart, phases, rows, raw, first);
  const judged = judge(chart.kind, phases, raw.slice(start), before);
  const rulesAt = new Map<number, number[]>();
  for (const v of judged.violations) {
    const end = v.end + start;
    if (end < first) continue;
    rulesAt.set(end, [...(rulesAt.get(end) ?? []), v.rule]);
    const row = rows[end]!;
    const point = judged.points[v.end]!;
    const phase = phaseAt(phases, raw[end]!.at);
    const onDispersion = isDispersionRule(v.rule);
    const limits = onDispersion ? point.dispersionLimits : point.limits;
    out.violations.push({
      chart,
      at: row.at,
      recordId: row.record_id,
      rule: v.rule,
      version: phase.version,
      limits: onDispersion ? phase.dispSource : phase.limitsSource,
      value: row.value,
      lot: row.lot,
      slot: row.slot,
      runId: row.run_id,
      tool: row.tool,
      chamber: row.chamber,
      members: v.members.map((m) => rows[m + start]!.record_id),
      detail: {
        side: v.side,
        window: onDispersion ? 1 : ruleWindow(ruleOf(v.rule)),
        judged: onDispersion ? point.dispersion : point.plotted,
        cl: limits?.cl ?? null,
        ucl: limits?.ucl ?? null,
        lcl: limits?.lcl ?? null,
        sigma: phase.sigmaWithin,
      },
    });
  }
  for (let i = first; i < rows.length; i++)
    out.changes.push({ chartId: chart.id, row: rows[i]!, judged: judged.points[i - start]!, rules: rulesAt.get(i) ?? [] });
}

/**
 * Where the computation of a chart starts. A chart without memory: at its first row. With memory, an interval whose context is full and lies in one
 * phase continues from the stored statistic of its first point that counts; any other interval holds the beginning of its phase (or of the chart) and
 * starts there.
 */
function whereToStart(
  chart: ChartRow,
  phases: readonly PhaseRow[],
  rows: readonly PointRow[],
  raw: readonly RawPoint[],
  first: number,
): { start: number; before: Memory | null } {
  const whole = { start: 0, before: null };
  const { memoryAfter } = kindOf(chart.kind);
  if (memoryAfter === undefined || first < CONTEXT_POINTS) return whole;
  if (phaseAt(phases, raw[0]!.at).version !== phaseAt(phases, raw[first]!.at).version) return whole;
  const s = raw.findIndex((p) => !p.excluded);
  if (s < 0 || s >= first) return whole;
  const { plotted, ucl } = rows[s]!;
  return { start: s + 1, before: memoryAfter(plotted, ucl, phaseAt(phases, raw[s]!.at), CONTEXT_POINTS) };
}
