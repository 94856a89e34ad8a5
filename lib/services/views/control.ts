import type { RunToRunConfig } from '@/lib/control';
import { db, sql, where } from '@/lib/db';
import { rangeMoments } from '@/lib/spc';
import { type LoopCapability, type LoopHead, type LoopStability, loopCapability } from './control-shared';
import { loopStability } from './control-stability';

export interface LoopFilter {
  readonly fromMs: number;
  readonly toMs: number;
  readonly area: string | null;
  readonly product: string | null;
  readonly operation: string | null;
  readonly state: string | null;
}

export interface LoopRow extends LoopHead {
  threads: number;
  lastMs: number | null;
  /** Control on, and the same wafers with the nominal recipe (simulated twin). */
  withControl: LoopCapability | null;
  withoutControl: LoopCapability | null;
  stability: LoopStability | null;
  moves: number;
  clipped: number;
  /** Output of the newest observations of all threads, oldest first. */
  spark: Float64Array;
}

interface Row extends Omit<LoopHead, 'config'> {
  config: RunToRunConfig;
  threads: number;
  last: Date | null;
  n: number | null;
  mean: number | null;
  sd: number | null;
  mr: number | null;
  tn: number | null;
  tmean: number | null;
  tsd: number | null;
  tmr: number | null;
  delay50: number | null;
  delay90: number | null;
  a_lot: number | null;
  moves: number | null;
  clipped: number | null;
  spark: Float64Array | null;
}

/** Time from processing to measurement that is looked for, ms. */
export const LONGEST_DELAY_MS = 30 * 86_400_000;

/** Every loop with what it achieved in the window. Statistics of all wafers its threads used; the twin, where the fab has one, beside them. */
export async function listLoops(f: LoopFilter): Promise<LoopRow[]> {
  const from = new Date(f.fromMs);
  const to = new Date(f.toMs);
  const rows = await db().rows<Row>(sql`
    WITH loops AS (
      SELECT l.id, l.name, l.area, l.operation, l.product, l.characteristic, l.parameter, l.unit, l.knob, l.knob_unit AS "knobUnit", l.state::text, l.version, v.config, s.lsl, s.usl
      FROM control_loop l JOIN loop_version v ON v.loop_id = l.id AND v.version = l.version
      LEFT JOIN specification s ON s.product = l.product AND s.operation = l.operation AND s.parameter = l.parameter
      ${where([
        f.area !== null && sql`l.area = ${f.area}`,
        f.product !== null && sql`l.product = ${f.product}`,
        f.operation !== null && sql`l.operation = ${f.operation}`,
        f.state !== null && sql`l.state::text = ${f.state}`,
      ])}),
    steps AS (
      SELECT l.id AS loop_id, s.thread_id, s.at, s.record_id, s.lot, s.y, w.value AS twin,
        abs(s.y - lag(s.y) OVER thread) AS mr, abs(w.value - lag(w.value) OVER thread) AS tmr
      FROM loops l JOIN control_thread t ON t.loop_id = l.id JOIN control_step s ON s.thread_id = t.id AND s.at >= ${from} AND s.at <= ${to}
      LEFT JOIN run r ON r.id = s.run_id AND r.started_at = s.at LEFT JOIN sim_twin w ON w.run_key = r.key AND w.parameter = l.parameter
      WINDOW thread AS (PARTITION BY s.thread_id ORDER BY s.at, s.record_id)),
    arrived AS (
      SELECT s.loop_id, s.thread_id, s.lot, min(s.at) AS at, COALESCE(min(m.measured_at), min(o.measured_at)) AS measured_at, count(*) AS wafers
      FROM steps s LEFT JOIN measurement m ON m.id = s.record_id AND m.measured_at >= ${from} LEFT JOIN overlay_measurement o ON o.id = s.record_id AND o.measured_at >= ${from}
      GROUP BY s.loop_id, s.thread_id, s.lot),
    delays AS (
      SELECT a.loop_id, percentile_disc(0.5) WITHIN GROUP (ORDER BY d.n)::float8 AS delay50, percentile_disc(0.9) WITHIN GROUP (ORDER BY d.n)::float8 AS delay90, avg(a.wafers)::float8 AS a_lot
      FROM arrived a CROSS JOIN LATERAL (SELECT count(*)::int AS n FROM advice v WHERE v.thread_id = a.thread_id AND v.at > a.at AND v.at <= a.measured_at) d
      WHERE a.measured_at IS NOT NULL GROUP BY a.loop_id),
    stats AS (
      SELECT loop_id, count(*)::int AS n, avg(y) AS mean, stddev_samp(y) AS sd, avg(mr) AS mr, count(twin)::int AS tn, avg(twin) AS tmean, stddev_samp(twin) AS tsd, avg(tmr) AS tmr, max(at) AS last
      FROM steps GROUP BY loop_id),
    moves AS (
      SELECT a.loop_id, count(*) FILTER (WHERE a.setpoint <> (a.explanation->>'reference')::float8)::int AS moves,
        count(*) FILTER (WHERE a.explanation->'clips' @> '[{"kind":"step"}]' OR a.explanation->'clips' @> '[{"kind":"absolute"}]')::int AS clipped
      FROM advice a JOIN loops l ON l.id = a.loop_id WHERE a.at >= ${from} AND a.at <= ${to} GROUP BY a.loop_id)
    SELECT l.*, (SELECT count(*)::int FROM control_thread t WHERE t.loop_id = l.id) AS threads, s.last, s.n, s.mean, s.sd, s.mr, s.tn, s.tmean, s.tsd, s.tmr,
      d.delay50, d.delay90, d.a_lot, m.moves, m.clipped,
      (SELECT array_agg(q.y ORDER BY q.at) FROM (SELECT p.y, p.at FROM steps p WHERE p.loop_id = l.id ORDER BY p.at DESC LIMIT 50) q) AS spark
    FROM loops l LEFT JOIN stats s ON s.loop_id = l.id LEFT JOIN delays d ON d.loop_id = l.id LEFT JOIN moves m ON m.loop_id = l.id ORDER BY l.area, l.name`);
  return rows.map(toRow);
}

const D2 = rangeMoments(2).d2;

function toRow(r: Row): LoopRow {
  const within = (mr: number | null): number | null => (mr === null ? null : mr / D2);
  return {
    id: r.id,
    name: r.name,
    area: r.area,
    operation: r.operation,
    product: r.product,
    characteristic: r.characteristic,
    parameter: r.parameter,
    unit: r.unit,
    knob: r.knob,
    knobUnit: r.knobUnit,
    state: r.state,
    version: r.version,
    config: r.config,
    lsl: r.lsl,
    usl: r.usl,
    threads: r.threads,
    lastMs: r.last?.getTime() ?? null,
    withControl: loopCapability({ n: r.n ?? 0, mean: r.mean, sigmaOverall: r.sd, sigmaWithin: within(r.mr) }, r.lsl, r.usl),
    withoutControl: loopCapability(
      { n: r.tn ?? 0, mean: r.tmean, sigmaOverall: r.tsd, sigmaWithin: within(r.tmr) },
      r.lsl,
      r.usl,
    ),
    stability: loopStability(r.config.lambda, r.delay50, r.delay90, r.a_lot),
    moves: r.moves ?? 0,
    clipped: r.clipped ?? 0,
    spark: r.spark ?? new Float64Array(0),
  };
}
