import { forget, initialThread, observe, type RunToRunConfig, type ThreadState, uDisturbance } from '@/lib/control';
import { bulkInsert, recordId, sql, type Tx } from '@/lib/db';
import type { Payload, Ref } from '@/lib/queue/jobs';
import { type CharacteristicValue, characteristicValues } from '../spc/values';

/** Equipment events after which an estimate is worth less. */
const RESETS = ['pm', 'consumable_change'] as const;

interface LoopRow {
  id: string;
  operation: string;
  product: string;
  characteristic: string;
  parameter: string;
  knob: string;
  version: number;
}

interface NewObservation {
  readonly threadId: string;
  readonly loop: LoopRow;
  readonly value: CharacteristicValue;
  readonly xApplied: number;
}

interface StepRow {
  thread_id: string;
  at: Date;
  record_id: string;
  run_id: string | null;
  lot: string;
  slot: number;
  y: number;
  u_y: number | null;
  x_applied: number;
  version: number;
}

interface ThreadRow {
  id: string;
  loop_id: string;
  tool: string;
  chamber: string;
}

export const threadId = (loopId: string, tool: string, chamber: string): string => recordId('thread', loopId, tool, chamber);

/**
 * Brings control threads up to date with these records: each new observation enters its thread at its process time, and the thread is
 * replayed from the last state before the earliest of them, equipment events included, with the configuration that each step had.
 */
export async function updateThreads(tx: Tx, source: Payload<'control'>['source'], refs: readonly Ref[]): Promise<number> {
  if (source === 'event') return replayAfterEvents(tx, refs);
  const values = await characteristicValues(tx, source, refs);
  const found = await matchLoops(tx, values);
  if (found.length === 0) return 0;
  const since = source === 'measurement' ? await removeRevised(tx, refs) : new Map<string, number>();
  for (const o of found) since.set(o.threadId, Math.min(since.get(o.threadId) ?? Number.POSITIVE_INFINITY, o.value.at));
  const threads = new Map(
    found.map((o) => [o.threadId, { id: o.threadId, loop_id: o.loop.id, tool: o.value.tool!, chamber: o.value.chamber! }]),
  );
  await bulkInsert(
    tx,
    THREAD,
    [...threads.values()].map((t) => ({ ...t, state: initialThread() })),
  );
  await replay(tx, since, found);
  return found.length;
}

const THREAD = {
  table: 'control_thread',
  columns: { id: 'uuid', loop_id: 'uuid', tool: 'text', chamber: 'text', state: 'jsonb' },
  onConflict: 'ON CONFLICT DO NOTHING',
} as const;

/** Takes observations that these measurements correct out of their threads; says from when each thread must be replayed. */
async function removeRevised(tx: Tx, refs: readonly Ref[]): Promise<Map<string, number>> {
  const rows = await tx.rows<{ thread_id: string; at: Date }>(sql`
    DELETE FROM control_step s USING measurement m WHERE m.id = ANY(${refs.map((r) => r.id)}::uuid[]) AND m.revises IS NOT NULL AND s.record_id = m.revises
    RETURNING s.thread_id, s.at`);
  const since = new Map<string, number>();
  for (const r of rows) since.set(r.thread_id, Math.min(since.get(r.thread_id) ?? Number.POSITIVE_INFINITY, r.at.getTime()));
  return since;
}

/** Observations with the loop they belong to and the setpoint their run really used. */
async function matchLoops(tx: Tx, values: readonly CharacteristicValue[]): Promise<NewObservation[]> {
  if (values.length === 0) return [];
  const loops = await tx.rows<LoopRow>(sql`
    SELECT id, operation, product, characteristic, parameter, knob, version FROM control_loop WHERE operation = ANY(${[...new Set(values.map((v) => v.operation))]}::text[])`);
  const pairs = values.flatMap((value) =>
    loops
      .filter(
        (l) =>
          l.operation === value.operation &&
          l.product === value.product &&
          l.characteristic === value.characteristic &&
          l.parameter === value.parameter,
      )
      .map((loop) => ({ loop, value })),
  );
  const runIds = [...new Set(pairs.flatMap((p) => p.value.runId ?? []))];
  if (runIds.length === 0) return [];
  const times = pairs.map((p) => p.value.at);
  const runs = await tx.rows<{ id: string; setpoints: Record<string, number> }>(sql`
    SELECT id, setpoints FROM run WHERE id = ANY(${runIds}::uuid[]) AND started_at BETWEEN ${new Date(Math.min(...times))} AND ${new Date(Math.max(...times))}`);
  const setpoints = new Map(runs.map((r) => [r.id, r.setpoints]));
  return pairs.flatMap(({ loop, value }) => {
    const xApplied = value.runId === null ? undefined : setpoints.get(value.runId)?.[loop.knob];
    // A run that does not say what it used cannot teach the controller.
    if (xApplied === undefined || value.tool === null || value.chamber === null) return [];
    return [{ threadId: threadId(loop.id, value.tool, value.chamber), loop, value, xApplied }];
  });
}

async function replayAfterEvents(tx: Tx, refs: readonly Ref[]): Promise<number> {
  const rows = await tx.rows<{ id: string; at: Date }>(sql`
    SELECT t.id, min(e.at) AS at FROM equipment_event e JOIN control_thread t ON t.tool = e.tool AND (e.chamber IS NULL OR t.chamber = e.chamber)
    WHERE e.id = ANY(${refs.map((r) => r.id)}::uuid[]) AND e.kind = ANY(${[...RESETS]}::text[]) GROUP BY t.id`);
  if (rows.length === 0) return 0;
  await replay(tx, new Map(rows.map((r) => [r.id, r.at.getTime()])), []);
  return rows.length;
}

/** Replays threads from the last state before `since`; the row lock makes two jobs on one thread follow each other. */
async function replay(tx: Tx, since: ReadonlyMap<string, number>, fresh: readonly NewObservation[]): Promise<void> {
  const ids = [...since.keys()].sort();
  const at = ids.map((id) => new Date(since.get(id)!));
  const threads = await tx.rows<ThreadRow>(
    sql`SELECT id, loop_id, tool, chamber FROM control_thread WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR UPDATE`,
  );
  const u = sql`unnest(${ids}::uuid[], ${at}::timestamptz[]) AS u(thread_id, since)`;
  const before = await tx.rows<{ thread_id: string; at: Date; state: ThreadState }>(sql`
    SELECT u.thread_id, s.at, s.state FROM ${u} CROSS JOIN LATERAL (SELECT at, state FROM control_step s WHERE s.thread_id = u.thread_id AND s.at < u.since ORDER BY at DESC, record_id DESC LIMIT 1) s`);
  const later = await tx.rows<StepRow>(sql`
    SELECT s.thread_id, s.at, s.record_id, s.run_id, s.lot, s.slot, s.y, s.u_y, s.x_applied, s.version FROM ${u} JOIN control_step s ON s.thread_id = u.thread_id AND s.at >= u.since`);
  const versions = await tx.rows<{ loop_id: string; version: number; config: RunToRunConfig }>(sql`
    SELECT loop_id, version, config FROM loop_version WHERE loop_id = ANY(${[...new Set(threads.map((t) => t.loop_id))]}::uuid[])`);
  const events = await tx.rows<{ tool: string; chamber: string | null; at: Date }>(sql`
    SELECT tool, chamber, at FROM equipment_event WHERE tool = ANY(${[...new Set(threads.map((t) => t.tool))]}::text[]) AND kind = ANY(${[...RESETS]}::text[]) ORDER BY at`);
  const current = new Map(fresh.map((f) => [f.loop.id, f.loop.version]));
  const configOf = (loopId: string, version: number) =>
    versions.find((v) => v.loop_id === loopId && v.version === version)!.config;
  const latest = (loopId: string) =>
    current.get(loopId) ?? Math.max(...versions.filter((v) => v.loop_id === loopId).map((v) => v.version));
  const steps: StepOut[] = [];
  const ends: ThreadEnd[] = [];
  for (const t of threads) {
    const known = later.filter((s) => s.thread_id === t.id);
    const seen = new Set(known.map((s) => s.record_id));
    const added = fresh.filter((f) => f.threadId === t.id && !seen.has(f.value.recordId)).map((f) => newStep(t.id, f));
    const timeline = [...known, ...added].sort((a, b) => a.at.getTime() - b.at.getTime() || (a.record_id < b.record_id ? -1 : 1));
    const start = before.find((b) => b.thread_id === t.id);
    const resets = events
      .filter((e) => e.tool === t.tool && (e.chamber === null || e.chamber === t.chamber))
      .map((e) => e.at.getTime());
    ends.push(walk(t, timeline, start, resets, (version) => configOf(t.loop_id, version), latest(t.loop_id), steps));
  }
  await write(tx, steps, ends);
}

const newStep = (thread: string, f: NewObservation): StepRow => ({
  thread_id: thread,
  at: new Date(f.value.at),
  record_id: f.value.recordId,
  run_id: f.value.runId,
  lot: f.value.lot,
  slot: f.value.slot,
  y: f.value.value,
  u_y: f.value.uValue,
  x_applied: f.xApplied,
  version: f.loop.version,
});

interface StepOut extends StepRow {
  readonly disturbance: number;
  readonly accepted: boolean;
  readonly d_hat: number;
  readonly u_d_hat: number | null;
  readonly state: ThreadState;
}

interface ThreadEnd {
  readonly id: string;
  readonly state: ThreadState;
  readonly last: Date | null;
}

function walk(
  t: ThreadRow,
  timeline: readonly StepRow[],
  start: { at: Date; state: ThreadState } | undefined,
  resets: readonly number[],
  configOf: (version: number) => RunToRunConfig,
  latest: number,
  out: StepOut[],
): ThreadEnd {
  let state = start?.state ?? initialThread();
  let at = start?.at.getTime() ?? 0;
  for (const step of timeline) {
    const config = configOf(step.version);
    for (const r of resets) if (r > at && r <= step.at.getTime()) state = forget(state, config);
    at = step.at.getTime();
    const o = observe(state, { y: step.y, xApplied: step.x_applied }, config);
    state = o.state;
    out.push({
      ...step,
      disturbance: o.disturbance,
      accepted: o.accepted,
      d_hat: state.dHat,
      u_d_hat: uDisturbance(state, config),
      state,
    });
  }
  const lastAt = at;
  for (const r of resets) if (r > lastAt) state = forget(state, configOf(latest));
  return { id: t.id, state, last: lastAt === 0 ? null : new Date(lastAt) };
}

const STEP = {
  table: 'control_step',
  columns: {
    thread_id: 'uuid',
    at: 'timestamptz',
    record_id: 'uuid',
    run_id: 'uuid',
    lot: 'text',
    slot: 'int2',
    y: 'float8',
    u_y: 'float8',
    x_applied: 'float8',
    disturbance: 'float8',
    accepted: 'bool',
    d_hat: 'float8',
    u_d_hat: 'float8',
    version: 'int4',
    state: 'jsonb',
  },
  onConflict: `ON CONFLICT (thread_id, at, record_id) DO UPDATE SET disturbance = EXCLUDED.disturbance, accepted = EXCLUDED.accepted, d_hat = EXCLUDED.d_hat,
    u_d_hat = EXCLUDED.u_d_hat, state = EXCLUDED.state`,
} as const;

async function write(tx: Tx, steps: readonly StepOut[], ends: readonly ThreadEnd[]): Promise<void> {
  await bulkInsert(tx, STEP, steps);
  await tx.exec(sql`
    UPDATE control_thread t SET state = u.state::jsonb, last_at = u.last, updated_at = now(), n = (SELECT count(*) FROM control_step s WHERE s.thread_id = t.id)
    FROM unnest(${ends.map((e) => e.id)}::uuid[], ${ends.map((e) => JSON.stringify(e.state))}::text[], ${ends.map((e) => e.last)}::timestamptz[]) AS u(id, state, last) WHERE t.id = u.id`);
}
