import { DISPERSION, type EwmaState, ruleOf, ruleWindow } from '@/lib/spc';
import type { RaisedViolation } from '../alerts/raise';
import { CONTEXT_POINTS, DEFAULT_WIDTH_L, type JudgedPoint, judge, type Phase, phaseAt, type RawPoint } from './judge';
import type { ChartRow, PhaseRow, PointRow } from './store';

/** What a point is from now on. */
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

/** Judges one chart's stretch and adds what it finds from `since` on to `out`; the rows before are context. */
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
  const { start, before } = chart.kind === 'ewma' ? ewmaStart(phases, rows, raw, first) : { start: 0, before: null };
  const judged = judge(chart.kind, phases, raw.slice(start), before);
  const rulesAt = new Map<number, number[]>();
  for (const v of judged.violations) {
    const end = v.end + start;
    if (end < first) continue;
    rulesAt.set(end, [...(rulesAt.get(end) ?? []), v.rule]);
    const row = rows[end]!;
    const point = judged.points[v.end]!;
    const phase = phaseAt(phases, raw[end]!.at);
    const onDispersion = v.rule > DISPERSION;
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
 * Where an EWMA begins to be computed again. A stretch whose context is full and lies in one phase continues from the stored statistic
 * of its first point that counts; every other one holds the beginning of its phase (or of the chart) and starts there.
 */
function ewmaStart(
  phases: readonly PhaseRow[],
  rows: readonly PointRow[],
  raw: readonly RawPoint[],
  first: number,
): { start: number; before: EwmaState | null } {
  const whole = { start: 0, before: null };
  if (first < CONTEXT_POINTS) return whole;
  if (phaseAt(phases, raw[0]!.at).version !== phaseAt(phases, raw[first]!.at).version) return whole;
  const s = raw.findIndex((p) => !p.excluded);
  if (s < 0 || s >= first) return whole;
  return { start: s + 1, before: stateAfter(rows[s]!, phaseAt(phases, raw[s]!.at)) };
}

/** The state that a judged point left: how far the ramp had widened stands in its limits, Var z/σ² = ((UCL − CL)/(L σ))². */
function stateAfter(row: PointRow, { cl, sigmaWithin, widthL }: Phase): EwmaState {
  const state = { value: row.plotted, count: CONTEXT_POINTS };
  if (cl === null || sigmaWithin === null || row.ucl === null) return state;
  return { ...state, ratio: ((row.ucl - cl) / ((widthL ?? DEFAULT_WIDTH_L) * sigmaWithin)) ** 2 };
}
