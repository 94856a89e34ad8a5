import { estimateGain, type GainVerdict, type LoopTiming } from '@/lib/control';
import { type Db, perDatabase, sql } from '@/lib/db';
import { EARLIEST_FIRST, LATEST_FIRST } from './thread-storage';

/** Newest observations of a loop from which its gain is estimated. */
const OBSERVATIONS = 1500;
/** Period of process time from which the delay is taken, and the longest time from processing to measurement that is looked for. */
const TIMING_DAYS = 60;
const LONGEST_DELAY_DAYS = 30;

const remembered = perDatabase(() => new Map<string, { learned: number; verdict: GainVerdict }>());

interface Row {
  loop_id: string;
  thread_id: string;
  lot: string;
  x: number;
  y: number;
  after_maintenance: boolean;
}

/**
 * The process gain of each loop from the observations of its threads (without the outliers that the loop set aside; wafers of one lot and setpoint
 * count as their mean). An estimate is kept until a thread of the loop has learned something new.
 */
export async function loopGains(tx: Db, loopIds: readonly string[]): Promise<Map<string, GainVerdict>> {
  const counts = await tx.rows<{ loop_id: string; learned: number }>(sql`
    SELECT l.id AS loop_id, COALESCE(sum(t.learned), 0)::int AS learned FROM control_loop l LEFT JOIN control_thread t ON t.loop_id = l.id
    WHERE l.id = ANY(${[...loopIds]}::uuid[]) GROUP BY l.id`);
  const known = remembered();
  const stale = counts.filter((c) => known.get(c.loop_id)?.learned !== c.learned);
  if (stale.length > 0) {
    const rows = await tx.rows<Row>(sql`
      SELECT s.loop_id, s.thread_id, s.lot, s.x_applied AS x, s.y,
        EXISTS (SELECT 1 FROM control_journal j WHERE j.thread_id = s.thread_id AND j.kind = 'reset' AND j.at <= s.at AND j.at > s.before) AS after_maintenance
      FROM (
        SELECT t.loop_id, s.thread_id, s.lot, s.x_applied, s.y, s.at, s.measured_at, s.record_id, s.accepted,
          lag(s.at) OVER (PARTITION BY s.thread_id ORDER BY ${EARLIEST_FIRST}) AS before,
          row_number() OVER (PARTITION BY t.loop_id ORDER BY ${LATEST_FIRST}) AS newest
        FROM control_thread t JOIN control_step s ON s.thread_id = t.id WHERE t.loop_id = ANY(${stale.map((c) => c.loop_id)}::uuid[]) AND s.accepted) s
      WHERE s.newest <= ${OBSERVATIONS} ORDER BY s.thread_id, ${EARLIEST_FIRST}`);
    for (const c of stale)
      known.set(c.loop_id, { learned: c.learned, verdict: estimateGain(threadsOf(rows.filter((r) => r.loop_id === c.loop_id))) });
  }
  return new Map(counts.map((c) => [c.loop_id, known.get(c.loop_id)!.verdict]));
}

export async function loopGain(tx: Db, loopId: string): Promise<GainVerdict> {
  return (await loopGains(tx, [loopId])).get(loopId) ?? { estimate: null, reason: 'there is no such loop' };
}

/** Runs of each thread in process order, the wafers of one lot at one setpoint as their mean. */
function threadsOf(rows: readonly Row[]) {
  const threads: { x: number[]; y: number[]; afterMaintenance: boolean[] }[] = [];
  let before: Row | null = null;
  let inLot = 1;
  for (const r of rows) {
    if (before?.thread_id !== r.thread_id) threads.push({ x: [], y: [], afterMaintenance: [] });
    const t = threads.at(-1)!;
    const last = t.y.length - 1;
    if (last >= 0 && before !== null && before.lot === r.lot && before.x === r.x && !r.after_maintenance) {
      inLot++;
      t.y[last]! += (r.y - t.y[last]!) / inLot;
    } else {
      inLot = 1;
      t.x.push(r.x);
      t.y.push(r.y);
      t.afterMaintenance.push(r.after_maintenance);
    }
    before = r;
  }
  return threads;
}

/**
 * How measurements reached each loop's threads in the 60 days before its newest observation: lots between a run and the time when its thread learned
 * of it (from whatever kind of record, and however long after the measurement), counted by the advice given meanwhile without knowing it, and the
 * observations per lot. Advice from before the journal existed counts up to the time of the measurement. Loops without observations are not in the
 * result.
 */
export async function loopTimings(tx: Db, loopIds: readonly string[]): Promise<Map<string, LoopTiming>> {
  const rows = await tx.rows<{ loop_id: string; delay50: number; delay90: number; a_lot: number }>(sql`
    WITH newest AS (
      SELECT loop_id, max(last_at) AS at FROM control_thread WHERE loop_id = ANY(${[...loopIds]}::uuid[]) AND last_at IS NOT NULL GROUP BY loop_id),
    arrived AS (
      SELECT t.loop_id, s.thread_id, s.lot, min(s.at) AS at, min(j.seq) AS seq, COALESCE(min(m.measured_at), min(o.measured_at)) AS measured_at, count(DISTINCT s.record_id) AS wafers
      FROM newest n JOIN control_thread t ON t.loop_id = n.loop_id
      JOIN control_step s ON s.thread_id = t.id AND s.at > n.at - make_interval(days => ${TIMING_DAYS}::int)
      JOIN control_journal j ON j.thread_id = s.thread_id AND j.at = s.at AND j.kind = 'observation'
      LEFT JOIN measurement m ON m.id = s.record_id AND m.measured_at >= s.at AND m.measured_at < s.at + make_interval(days => ${LONGEST_DELAY_DAYS}::int)
      LEFT JOIN overlay_measurement o ON o.id = s.record_id AND o.measured_at >= s.at AND o.measured_at < s.at + make_interval(days => ${LONGEST_DELAY_DAYS}::int)
      GROUP BY t.loop_id, s.thread_id, s.lot)
    SELECT a.loop_id, percentile_disc(0.5) WITHIN GROUP (ORDER BY d.n)::float8 AS delay50, percentile_disc(0.9) WITHIN GROUP (ORDER BY d.n)::float8 AS delay90,
      avg(a.wafers)::float8 AS a_lot
    FROM arrived a CROSS JOIN LATERAL (
      SELECT count(*)::int AS n FROM advice v WHERE v.thread_id = a.thread_id AND v.at > a.at AND (v.seen < a.seq OR (v.seen IS NULL AND v.at <= a.measured_at))) d
    GROUP BY a.loop_id`);
  return new Map(rows.map((r) => [r.loop_id, { delayMedian: r.delay50, delay90: r.delay90, observationsALot: r.a_lot }]));
}
