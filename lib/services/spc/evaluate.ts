import { bulkInsert, sql, type Tx } from '@/lib/db';
import type { Payload } from '@/lib/queue/jobs';
import { ruleWindow } from '@/lib/spc';
import { type RaisedViolation, raiseAlerts } from '../alerts/raise';
import { CONTEXT_POINTS, DISPERSION, judge, phaseAt, ruleOf } from './judge';
import { proposeBaselines } from './phase-one';
import {
  type ChartRow,
  insertPoints,
  lockCharts,
  type PhaseRow,
  type PointRow,
  phasesOf,
  removeRevised,
  stretches,
} from './store';
import { type CharacteristicValue, characteristicValues } from './values';

const VIOLATION = {
  table: 'violation',
  columns: {
    chart_id: 'uuid',
    at: 'timestamptz',
    record_id: 'uuid',
    rule: 'int4',
    version: 'int4',
    members: 'uuid[]',
    detail: 'jsonb',
  },
  onConflict: `ON CONFLICT (chart_id, at, record_id, rule) DO UPDATE SET version = EXCLUDED.version, members = EXCLUDED.members, detail = EXCLUDED.detail`,
} as const;

const fits = (c: ChartRow, v: CharacteristicValue) =>
  c.characteristic === v.characteristic &&
  c.parameter === v.parameter &&
  c.operation === v.operation &&
  (c.product === null || c.product === v.product) &&
  (c.tool === null || c.tool === v.tool) &&
  (c.chamber === null || c.chamber === v.chamber);

/**
 * Charts the values that these records bring: new points on every chart whose context they fit, and the rules again from the
 * earliest of them on, in process order. Idempotent; a late record re-judges what follows it.
 */
export async function evaluateCharts(
  tx: Tx,
  source: Payload<'spc'>['source'],
  refs: Payload<'spc'>['refs'],
): Promise<{ points: number; violations: number }> {
  const values = await characteristicValues(tx, source, refs);
  if (values.length === 0) return { points: 0, violations: 0 };
  const charts = await lockCharts(tx, values);
  const points = charts.flatMap((chart) => values.filter((v) => fits(chart, v)).map((value) => ({ chart, value })));
  if (points.length === 0) return { points: 0, violations: 0 };
  await insertPoints(tx, points);
  const since =
    source === 'measurement'
      ? await removeRevised(
          tx,
          refs.map((r) => r.id),
        )
      : new Map<string, number>();
  for (const { chart, value } of points) since.set(chart.id, Math.min(since.get(chart.id) ?? Number.POSITIVE_INFINITY, value.at));
  const touched = charts.filter((c) => since.has(c.id));
  const violations = await judgeCharts(tx, touched, since);
  return { points: points.length, violations };
}

/** Judges these charts from `since` on: used for new points, for new limits and for excluded points alike. */
export async function judgeCharts(tx: Tx, charts: readonly ChartRow[], since: ReadonlyMap<string, number>): Promise<number> {
  const phases = await phasesOf(
    tx,
    charts.map((c) => c.id),
  );
  const rebased = await proposeBaselines(tx, charts, phases);
  const from = new Map([...since].map(([id, t]) => [id, Math.min(t, rebased.get(id) ?? t)]));
  const rows = await stretches(tx, from, CONTEXT_POINTS);
  const changes: Change[] = [];
  const violations: (RaisedViolation & { members: string[]; detail: object })[] = [];
  for (const chart of charts) {
    const all = rows.get(chart.id) ?? [];
    judgeChart(chart, phases.get(chart.id)!, all, from.get(chart.id)!, changes, violations);
  }
  await writeJudgements(tx, changes, from);
  await bulkInsert(
    tx,
    VIOLATION,
    violations.map((v) => ({
      chart_id: v.chart.id,
      at: v.at,
      record_id: v.recordId,
      rule: v.rule,
      version: v.version,
      members: v.members,
      detail: v.detail,
    })),
  );
  await raiseAlerts(
    tx,
    violations.filter((v) => v.chart.alerting),
  );
  return violations.length;
}

interface Change {
  readonly chartId: string;
  readonly row: PointRow;
  readonly plotted: number;
  readonly dispersion: number | null;
  readonly ucl: number | null;
  readonly lcl: number | null;
  readonly version: number;
  readonly rules: number[];
}

function judgeChart(
  chart: ChartRow,
  phases: readonly PhaseRow[],
  rows: readonly PointRow[],
  since: number,
  changes: Change[],
  violations: (RaisedViolation & { members: string[]; detail: object })[],
): void {
  const raw = rows.map((r) => ({ at: r.at.getTime(), value: r.value, spread: r.spread, n: r.n, excluded: r.excluded !== null }));
  const first = raw.findIndex((p) => p.at >= since);
  if (first < 0) return;
  const before = ewmaBefore(chart, phases, rows, raw);
  const start = before === null ? 0 : 1;
  const judged = judge(chart.kind, phases, raw.slice(start), before);
  const rulesAt = new Map<number, number[]>();
  for (const v of judged.violations) {
    const end = v.end + start;
    if (end < first) continue;
    rulesAt.set(end, [...(rulesAt.get(end) ?? []), v.rule]);
    const row = rows[end]!;
    const phase = phaseAt(phases, raw[end]!.at);
    violations.push({
      chart,
      at: row.at,
      recordId: row.record_id,
      rule: v.rule,
      version: phase.version,
      value: row.value,
      lot: row.lot,
      slot: row.slot,
      runId: row.run_id,
      tool: row.tool,
      chamber: row.chamber,
      members: v.members.map((m) => rows[m + start]!.record_id),
      detail: {
        side: v.side,
        window: v.rule > DISPERSION ? 1 : ruleWindow(ruleOf(v.rule)),
        cl: phase.cl,
        ucl: judged.points[v.end]!.ucl,
        lcl: judged.points[v.end]!.lcl,
        sigma: phase.sigmaWithin,
      },
    });
  }
  for (let i = first; i < rows.length; i++) {
    const j = judged.points[i - start]!;
    changes.push({
      chartId: chart.id,
      row: rows[i]!,
      plotted: j.plotted,
      dispersion: j.dispersion,
      ucl: j.ucl,
      lcl: j.lcl,
      version: j.version,
      rules: rulesAt.get(i) ?? [],
    });
  }
}

/** An EWMA stretch that does not begin its phase continues from the stored statistic of its first row. */
function ewmaBefore(
  chart: ChartRow,
  phases: readonly PhaseRow[],
  rows: readonly PointRow[],
  raw: readonly { at: number }[],
): { value: number; count: number } | null {
  if (chart.kind !== 'ewma' || rows.length <= CONTEXT_POINTS) return null;
  const first = phaseAt(phases, raw[0]!.at);
  return first.cl === null ? null : { value: rows[0]!.plotted, count: CONTEXT_POINTS };
}

async function writeJudgements(tx: Tx, changes: readonly Change[], since: ReadonlyMap<string, number>): Promise<void> {
  const col = <T>(f: (c: Change) => T) => changes.map(f);
  await tx.exec(sql`
    UPDATE chart_point p SET plotted = u.plotted, dispersion = u.dispersion, ucl = u.ucl, lcl = u.lcl, version = u.version, rules = u.rules::int4[]
    FROM unnest(${col((c) => c.chartId)}::uuid[], ${col((c) => c.row.at)}::timestamptz[], ${col((c) => c.row.record_id)}::uuid[], ${col((c) => c.plotted)}::float8[],
      ${col((c) => c.dispersion)}::float8[], ${col((c) => c.ucl)}::float8[], ${col((c) => c.lcl)}::float8[], ${col((c) => c.version)}::int4[], ${col((c) => `{${c.rules.join(',')}}`)}::text[])
      AS u(chart_id, at, record_id, plotted, dispersion, ucl, lcl, version, rules)
    WHERE p.chart_id = u.chart_id AND p.at = u.at AND p.record_id = u.record_id`);
  // Signals that the re-judged stretch no longer holds are taken back; their alerts keep the record of what was seen.
  const charts = [...since.keys()];
  await tx.exec(sql`
    DELETE FROM violation v USING unnest(${charts}::uuid[], ${charts.map((c) => new Date(since.get(c)!))}::timestamptz[]) AS u(chart_id, since)
    WHERE v.chart_id = u.chart_id AND v.at >= u.since AND NOT EXISTS (
      SELECT 1 FROM chart_point p WHERE p.chart_id = v.chart_id AND p.at = v.at AND p.record_id = v.record_id AND v.rule = ANY(p.rules))`);
}
