import { checkRunToRun, type HistoricalRun, type Replay, type RunToRunConfig, replay } from '@/lib/control';
import { db, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { loopConfigIn } from '@/lib/formats/fab';
import { moments, sorted, sortedQuantile } from '@/lib/numerics';
import { loopHead } from './control-loop';
import { type LoopCapability, loopCapability } from './control-shared';

const OBSERVATIONS = 200;

export interface ReplaySide {
  capability: LoopCapability | null;
  rms: number;
  moves: number;
  clipped: number;
  outsideSpecification: number;
}

export interface LoopReplay {
  n: number;
  threads: number;
  fromMs: number;
  toMs: number;
  /** Observations between a run and the arrival of its measurement, assumed for both. */
  delay: number;
  recorded: ReplaySide;
  present: ReplaySide;
  proposed: ReplaySide;
}

interface Row {
  thread_id: string;
  at: Date;
  record_id: string;
  y: number;
  u_y: number | null;
  x_applied: number;
  after_pm: boolean;
  delay: number | null;
}

/**
 * The last 200 observations of a loop run again with the present and with the proposed configuration, thread by thread, with the delay
 * that was observed. Both sides share every assumption (model gain right, the same disturbances), so their difference is the change.
 * @throws AppError `invalid_input` for a configuration that cannot work or a loop without observations.
 */
export async function replayLoop(loopId: string, config: unknown): Promise<LoopReplay> {
  const proposed = loopConfigIn.parse(config);
  checkRunToRun(proposed);
  const loop = await loopHead(loopId);
  const rows = await historyOf(loopId);
  if (rows.length < 10) throw new AppError('invalid_input', `only ${rows.length} observations so far; a replay needs 10 or more`);
  const byThread = new Map<string, Row[]>();
  for (const r of rows) {
    const list = byThread.get(r.thread_id);
    if (list === undefined) byThread.set(r.thread_id, [r]);
    else list.push(r);
  }
  const delays = sorted(Float64Array.from(rows.flatMap((r) => (r.delay === null ? [] : [r.delay]))));
  const delay = delays.length === 0 ? 0 : Math.round(sortedQuantile(delays, 0.5));
  const all = (c: RunToRunConfig): Replay[] => [...byThread.values()].map((list) => replay(list.map(historical), c, { delay }));
  const now = all(loop.config);
  const next = all(proposed);
  const side = (replays: readonly Replay[], pick: 'recorded' | 'replayed', c: RunToRunConfig): ReplaySide => {
    const y = replays.flatMap((r, t) =>
      pick === 'replayed' ? r.runs.map((q) => q.y) : [...byThread.values()][t]!.map((q) => q.y),
    );
    const m = moments(Float64Array.from(y));
    const sigmaOverall = m.n > 1 ? Math.sqrt(m.variance) : null;
    return {
      capability: loopCapability({ n: m.n, mean: m.mean, sigmaOverall, sigmaWithin: null }, loop.lsl, loop.usl),
      rms: Math.sqrt(y.reduce((s, v) => s + (v - c.target) ** 2, 0) / y.length),
      moves: replays.reduce((s, r) => s + r[pick].moves, 0),
      clipped: replays.reduce((s, r) => s + r[pick].clippedRuns, 0),
      outsideSpecification: y.filter((v) => (loop.lsl !== null && v < loop.lsl) || (loop.usl !== null && v > loop.usl)).length,
    };
  };
  return {
    n: rows.length,
    threads: byThread.size,
    fromMs: rows[0]!.at.getTime(),
    toMs: rows.at(-1)!.at.getTime(),
    delay,
    recorded: side(now, 'recorded', loop.config),
    present: side(now, 'replayed', loop.config),
    proposed: side(next, 'replayed', proposed),
  };
}

const historical = (r: Row): HistoricalRun => ({
  id: r.record_id,
  xApplied: r.x_applied,
  y: r.y,
  ...(r.u_y === null ? {} : { uY: r.u_y }),
  ...(r.after_pm ? { afterPm: true } : {}),
});

async function historyOf(loopId: string): Promise<Row[]> {
  const rows = await db().rows<Row>(sql`
    WITH newest AS (
      SELECT s.thread_id, t.tool, t.chamber, s.at, s.record_id, s.y, s.u_y, s.x_applied FROM control_thread t JOIN control_step s ON s.thread_id = t.id
      WHERE t.loop_id = ${loopId} ORDER BY s.at DESC, s.record_id DESC LIMIT ${OBSERVATIONS}),
    dated AS (
      SELECT n.*, lag(n.at) OVER (PARTITION BY n.thread_id ORDER BY n.at, n.record_id) AS before, COALESCE(m.measured_at, o.measured_at) AS measured_at
      FROM newest n LEFT JOIN measurement m ON m.id = n.record_id AND m.measured_at >= n.at LEFT JOIN overlay_measurement o ON o.id = n.record_id AND o.measured_at >= n.at)
    SELECT d.thread_id, d.at, d.record_id, d.y, d.u_y, d.x_applied,
      EXISTS (SELECT 1 FROM equipment_event e WHERE e.tool = d.tool AND (e.chamber IS NULL OR e.chamber = d.chamber) AND e.kind IN ('pm', 'consumable_change')
        AND e.at > d.before AND e.at <= d.at) AS after_pm,
      CASE WHEN d.measured_at IS NULL THEN NULL ELSE (SELECT count(*)::int FROM dated q WHERE q.thread_id = d.thread_id AND q.at > d.at AND q.at <= d.measured_at) END AS delay
    FROM dated d ORDER BY d.at, d.record_id`);
  return rows;
}
