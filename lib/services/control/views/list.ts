import type { LoopJudgement, RunToRunConfig } from '@/lib/control';
import { db, sql, where } from '@/lib/db';
import { rangeMoments } from '@/lib/spc';
import { judgeInForce } from '../judge-change';
import { EARLIEST_FIRST } from '../thread-storage';
import { type LoopCapability, type LoopHead, loopCapability, WITHOUT_CONTROL } from './loop-head';

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
  /** With control, and the same wafers without it by the model of the version that learned each. */
  withControl: LoopCapability | null;
  withoutControl: LoopCapability | null;
  /** The configuration in force, judged by history; null where it cannot work, so that tools are refused. */
  judgement: LoopJudgement | null;
  /** Changes that wait for a second person. */
  pending: number;
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
  omean: number | null;
  osd: number | null;
  omr: number | null;
  pending: number;
  moves: number | null;
  clipped: number | null;
  spark: Float64Array | null;
}

/** Every loop with what it achieved in the window: statistics of all wafers that its threads used, and of the same wafers without control, by its model. */
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
      SELECT s.*, abs(s.y - lag(s.y) OVER thread) AS mr, abs(s.off - lag(s.off) OVER thread) AS omr FROM (
        SELECT l.id AS loop_id, s.thread_id, s.at, s.measured_at, s.record_id, s.y, ${WITHOUT_CONTROL} AS off
        FROM loops l JOIN control_thread t ON t.loop_id = l.id JOIN control_step s ON s.thread_id = t.id AND s.at >= ${from} AND s.at <= ${to}
          JOIN loop_version v ON v.loop_id = l.id AND v.version = s.version) s
      WINDOW thread AS (PARTITION BY s.thread_id ORDER BY ${EARLIEST_FIRST})),
    stats AS (
      SELECT loop_id, count(*)::int AS n, avg(y) AS mean, stddev_samp(y) AS sd, avg(mr) AS mr, avg(off) AS omean, stddev_samp(off) AS osd, avg(omr) AS omr, max(at) AS last
      FROM steps GROUP BY loop_id),
    moves AS (
      SELECT a.loop_id, count(*) FILTER (WHERE a.setpoint <> (a.explanation->>'reference')::float8)::int AS moves,
        count(*) FILTER (WHERE a.explanation->'clips' @> '[{"kind":"step"}]' OR a.explanation->'clips' @> '[{"kind":"absolute"}]')::int AS clipped
      FROM advice a JOIN loops l ON l.id = a.loop_id WHERE a.at >= ${from} AND a.at <= ${to} GROUP BY a.loop_id)
    SELECT l.*, (SELECT count(*)::int FROM control_thread t WHERE t.loop_id = l.id) AS threads, s.last, s.n, s.mean, s.sd, s.mr, s.omean, s.osd, s.omr,
      (SELECT count(*)::int FROM loop_proposal p WHERE p.loop_id = l.id AND p.state = 'pending') AS pending, m.moves, m.clipped,
      (SELECT array_agg(q.y ORDER BY q.at) FROM (SELECT p.y, p.at FROM steps p WHERE p.loop_id = l.id ORDER BY p.at DESC LIMIT 50) q) AS spark
    FROM loops l LEFT JOIN stats s ON s.loop_id = l.id LEFT JOIN moves m ON m.loop_id = l.id ORDER BY l.area, l.name`);
  const judged = await judgeInForce(db(), rows);
  return rows.map((r, i) => toRow(r, judged[i]?.judgement ?? null));
}

const D2 = rangeMoments(2).d2;

function toRow(r: Row, judgement: LoopJudgement | null): LoopRow {
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
    withoutControl: loopCapability({ n: r.n ?? 0, mean: r.omean, sigmaOverall: r.osd, sigmaWithin: within(r.omr) }, r.lsl, r.usl),
    judgement,
    pending: r.pending,
    moves: r.moves ?? 0,
    clipped: r.clipped ?? 0,
    spark: r.spark ?? new Float64Array(0),
  };
}
