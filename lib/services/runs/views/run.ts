import { db, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { JUDGEMENT, type PointJudgement } from '../../characteristics/judged-point';
import { type RunHead, runHead } from './run-head';
import { type RunTrace, runTrace } from './run-trace';

export interface RunView {
  run: RunHead;
  trace: RunTrace | null;
  measurements: {
    id: string;
    parameter: string;
    unit: string;
    mean: number;
    sd: number | null;
    n: number;
    measuredMs: number;
    out: boolean;
  }[];
  overlays: { id: string; measuredMs: number }[];
  predictions: {
    modelId: string;
    parameter: string;
    unit: string;
    value: number;
    uValue: number;
    lo: number;
    hi: number;
    reliable: boolean;
    version: number;
  }[];
  points: (PointJudgement & { chartId: string; title: string; recordId: string; value: number; unit: string; atMs: number })[];
  alerts: { id: string; title: string; state: string; severity: string }[];
  moves: {
    loopId: string;
    loop: string;
    knob: string;
    knobUnit: string;
    setpoint: number;
    advised: number;
    dHat: number;
    mode: string;
    version: number;
    atMs: number;
  }[];
  /** The run before and after on the same chamber. */
  neighbours: { before: string | null; after: string | null };
  lotRuns: { id: string; slot: number; chamber: string }[];
}

/** Everything known of one process run. @throws AppError `not_found`. */
export async function runView(id: string): Promise<RunView> {
  const run = await runHead(id);
  if (run === undefined) throw new AppError('not_found', `there is no run ${id}`);
  const [trace, measurements, overlays, predictions, points, moves, neighbours, lotRuns] = await Promise.all([
    runTrace(run),
    measurementsOf(id),
    db().rows<{ id: string; measured_at: Date }>(sql`SELECT id, measured_at FROM overlay_measurement WHERE run_id = ${id}`),
    db().rows<RunView['predictions'][number]>(sql`
      SELECT p.model_id AS "modelId", m.parameter, m.unit, p.value, p.u_value AS "uValue", p.lo, p.hi, p.reliable, p.version FROM vm_prediction p JOIN vm_model m ON m.id = p.model_id WHERE p.run_id = ${id}`),
    pointsOf(id),
    movesOf(run),
    neighboursOf(run),
    db().rows<{ id: string; slot: number; chamber: string }>(sql`
      SELECT id, slot, chamber FROM run WHERE lot = ${run.lot} AND operation = ${run.operation} AND started_at BETWEEN ${new Date(run.startedMs - 86_400_000)} AND ${new Date(run.startedMs + 86_400_000)} ORDER BY slot LIMIT 50`),
  ]);
  const alerts = await db().rows<RunView['alerts'][number]>(sql`
    SELECT DISTINCT a.id, a.title, a.state::text, a.severity FROM alert a LEFT JOIN alert_signal v ON v.alert_id = a.id AND v.record_id = ANY(${[...measurements.map((m) => m.id), ...overlays.map((o) => o.id), id]}::uuid[])
    WHERE a.run_id = ${id} OR v.record_id IS NOT NULL LIMIT 20`);
  return {
    run,
    trace,
    measurements,
    overlays: overlays.map((o) => ({ id: o.id, measuredMs: o.measured_at.getTime() })),
    predictions,
    points,
    alerts,
    moves,
    neighbours,
    lotRuns,
  };
}

async function measurementsOf(runId: string): Promise<RunView['measurements']> {
  const rows = await db().rows<{
    id: string;
    parameter: string;
    unit: string;
    mean: number;
    sd: number | null;
    n: number;
    measured_at: Date;
    out: boolean;
  }>(sql`
    SELECT m.id, m.parameter, m.unit, m.mean, m.sd, m.n, m.measured_at, EXISTS (SELECT 1 FROM chart_point p WHERE p.record_id = m.id AND cardinality(p.rules) > 0) AS out
    FROM measurement m WHERE m.run_id = ${runId} AND m.superseded_by IS NULL ORDER BY m.parameter`);
  return rows.map(({ measured_at, ...r }) => ({ ...r, measuredMs: measured_at.getTime() }));
}

async function pointsOf(runId: string): Promise<RunView['points']> {
  const rows = await db().rows<Omit<RunView['points'][number], 'atMs'> & { at: Date }>(sql`
    SELECT p.chart_id AS "chartId", c.title, p.record_id AS "recordId", p.value, c.unit, ${JUDGEMENT}, p.at FROM chart_point p JOIN chart c ON c.id = p.chart_id
    WHERE p.run_id = ${runId} ORDER BY cardinality(p.rules) DESC, c.title LIMIT 60`);
  return rows.map(({ at, ...r }) => ({ ...r, atMs: at.getTime() }));
}

async function movesOf(run: RunHead): Promise<RunView['moves']> {
  const rows = await db().rows<Omit<RunView['moves'][number], 'atMs'> & { at: Date }>(sql`
    SELECT l.id AS "loopId", l.name AS loop, l.knob, l.knob_unit AS "knobUnit", a.setpoint, a.advised, a.d_hat AS "dHat", a.mode::text, a.version, a.at
    FROM advice a JOIN control_loop l ON l.id = a.loop_id
    WHERE ${run.adviceId}::uuid IS NOT NULL AND a.id = ${run.adviceId} ORDER BY l.name`);
  return rows.map(({ at, ...r }) => ({ ...r, atMs: at.getTime() }));
}

async function neighboursOf(run: RunHead): Promise<RunView['neighbours']> {
  const at = new Date(run.startedMs);
  const row = await db().one<{ before: string | null; after: string | null }>(sql`
    SELECT (SELECT id FROM run WHERE tool = ${run.tool} AND chamber = ${run.chamber} AND started_at < ${at} AND started_at > ${new Date(run.startedMs - 7 * 86_400_000)} ORDER BY started_at DESC LIMIT 1) AS before,
      (SELECT id FROM run WHERE tool = ${run.tool} AND chamber = ${run.chamber} AND started_at > ${at} AND started_at < ${new Date(run.startedMs + 7 * 86_400_000)} ORDER BY started_at LIMIT 1) AS after`);
  return row!;
}
