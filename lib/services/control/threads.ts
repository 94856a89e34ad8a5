import {
  compareEntries,
  initialThread,
  isInformative,
  learn,
  type RunToRunConfig,
  type ThreadEntry,
  type ThreadState,
  uDisturbance,
} from '@/lib/control';
import { bulkInsert, recordId, sql, type Tx } from '@/lib/db';
import type { Payload, Ref } from '@/lib/queue/jobs';
import { type CharacteristicValue, characteristicValues } from '../characteristics/values';
import { oneValueARun } from './repeats';
import {
  type Known,
  newResets,
  type Observed,
  RESETS,
  type StepOut,
  saveThreads,
  type ThreadEnd,
  timelines,
  withdrawn,
} from './thread-storage';

interface LoopRow {
  id: string;
  operation: string;
  product: string;
  characteristic: string;
  parameter: string;
  knob: string;
  min: number;
  max: number;
}

interface NewObservation {
  readonly threadId: string;
  readonly loopId: string;
  readonly value: CharacteristicValue;
  readonly xApplied: number;
  readonly adviceId: string | null;
}

interface ThreadRow {
  id: string;
  loop_id: string;
  learned: number;
}

export const threadId = (loopId: string, tool: string, chamber: string): string => recordId('thread', loopId, tool, chamber);

/**
 * Brings control threads up to date with these records: what is new enters each thread's journal in the order of learning and its timeline
 * at its process time, and the thread is walked again from the last state before the earliest of them, each entry with the
 * configuration that was in force when it was learned. A record that is known already changes nothing; of several measurements of one wafer
 * after one run the newest counts.
 * @returns observations found for a loop, or threads met by maintenance.
 */
export async function updateThreads(tx: Tx, source: Payload<'control'>['source'], refs: readonly Ref[]): Promise<number> {
  if (source === 'event') {
    const ids = await threadsOfEvents(tx, refs);
    await update(tx, ids, [], []);
    return ids.length;
  }
  const values = await characteristicValues(tx, source, refs, await regulated(tx));
  const found = await matchLoops(tx, values);
  const corrected = source === 'measurement' ? await correctedThreads(tx, refs) : [];
  if (found.length === 0 && corrected.length === 0) return 0;
  const threads = new Map(
    found.map((o) => [o.threadId, { id: o.threadId, loop_id: o.loopId, tool: o.value.tool!, chamber: o.value.chamber! }]),
  );
  await bulkInsert(
    tx,
    'control_thread',
    [...threads.values()].map((t) => ({ ...t, state: initialThread() })),
    'ignore',
  );
  await update(tx, [...threads.keys(), ...corrected], found, source === 'measurement' ? refs : []);
  return found.length;
}

/** What any loop regulates. */
async function regulated(tx: Tx): Promise<ReadonlySet<string>> {
  const rows = await tx.rows<{ characteristic: string }>(sql`SELECT DISTINCT characteristic FROM control_loop`);
  return new Set(rows.map((r) => r.characteristic));
}

/** Observations with the loop they belong to and the setpoint their run really used. */
async function matchLoops(tx: Tx, values: readonly CharacteristicValue[]): Promise<NewObservation[]> {
  if (values.length === 0) return [];
  const loops = await tx.rows<LoopRow>(sql`
    SELECT l.id, l.operation, l.product, l.characteristic, l.parameter, l.knob, (v.config->>'min')::float8 AS min, (v.config->>'max')::float8 AS max
    FROM control_loop l JOIN loop_version v ON v.loop_id = l.id AND v.version = l.version
    WHERE l.operation = ANY(${[...new Set(values.map((v) => v.operation))]}::text[])`);
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
  const runs = await tx.rows<{ id: string; setpoints: Record<string, number>; advice_id: string | null }>(sql`
    SELECT id, setpoints, advice_id FROM run WHERE id = ANY(${runIds}::uuid[]) AND started_at BETWEEN ${new Date(Math.min(...times))} AND ${new Date(Math.max(...times))}`);
  const used = new Map(runs.map((r) => [r.id, r]));
  return pairs.flatMap(({ loop, value }) => {
    const run = value.runId === null ? undefined : used.get(value.runId);
    const xApplied = run !== undefined && Object.hasOwn(run.setpoints, loop.knob) ? run.setpoints[loop.knob] : undefined;
    // The controller cannot learn from a run that does not state its setpoint, or used one outside the range of the loop's model.
    if (run === undefined || xApplied === undefined || value.tool === null || value.chamber === null) return [];
    if (!isInformative(xApplied, loop.min, loop.max)) return [];
    return [
      { threadId: threadId(loop.id, value.tool, value.chamber), loopId: loop.id, value, xApplied, adviceId: run.advice_id },
    ];
  });
}

async function threadsOfEvents(tx: Tx, refs: readonly Ref[]): Promise<string[]> {
  const rows = await tx.rows<{ id: string }>(sql`
    SELECT DISTINCT t.id FROM equipment_event e JOIN control_thread t ON t.tool = e.tool AND (e.chamber IS NULL OR t.chamber = e.chamber)
    WHERE e.id = ANY(${refs.map((r) => r.id)}::uuid[]) AND e.kind = ANY(${[...RESETS]}::text[])`);
  return rows.map((r) => r.id);
}

async function correctedThreads(tx: Tx, refs: readonly Ref[]): Promise<string[]> {
  const rows = await tx.rows<{ thread_id: string }>(sql`
    SELECT DISTINCT s.thread_id FROM corrected_by(${refs.map((r) => r.id)}::uuid[]) c JOIN control_step s ON s.record_id = c.id`);
  return rows.map((r) => r.thread_id);
}

/** The row locks serialise two jobs on one thread, and make a change of configuration wait until it is known which entries are older. */
async function update(
  tx: Tx,
  threadIds: readonly string[],
  fresh: readonly NewObservation[],
  refs: readonly Ref[],
): Promise<void> {
  const ids = [...new Set(threadIds)].sort();
  if (ids.length === 0) return;
  const inForce = await tx.rows<{ id: string; version: number }>(sql`
    SELECT id, version FROM control_loop WHERE id IN (SELECT loop_id FROM control_thread WHERE id = ANY(${ids}::uuid[])) ORDER BY id FOR SHARE`);
  const version = new Map(inForce.map((l) => [l.id, l.version]));
  const threads = await tx.rows<ThreadRow>(
    sql`SELECT id, loop_id, learned FROM control_thread WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR UPDATE`,
  );
  const versionOf = new Map(threads.map((t) => [t.id, version.get(t.loop_id)!]));
  const taken = await withdrawn(tx, refs);
  const known = await knownRecords(tx, ids, fresh);
  const { added, displaced } = await oneValueARun(
    tx,
    fresh.filter((f) => !known.has(`${f.threadId} ${f.value.recordId}`)),
  );
  const news = [
    ...taken,
    ...displaced,
    ...added.map((f) => observed(f, versionOf.get(f.threadId)!)),
    ...(await newResets(tx, ids, versionOf)),
  ];
  const since = new Map<string, number>();
  for (const e of news) since.set(e.thread_id, Math.min(since.get(e.thread_id) ?? Number.POSITIVE_INFINITY, e.at.getTime()));
  const { bases, later } = await timelines(tx, since);
  const configs = await configsOf(tx, threads);
  const steps: StepOut[] = [];
  const ends: ThreadEnd[] = [];
  for (const t of threads) {
    if (!since.has(t.id)) continue;
    const mine = (list: readonly Known[]) => list.filter((e) => e.thread_id === t.id);
    const timeline = mine([...later, ...news]).filter((e) => e.kind !== 'withdrawal');
    const base = bases.get(t.id);
    const learned = t.learned + mine(news).length;
    ends.push({ id: t.id, learned, ...walk(timeline, base, (v) => configs.get(`${t.loop_id} ${v}`)!, steps) });
  }
  await saveThreads(
    tx,
    steps,
    ends,
    threads.flatMap((t) => news.filter((e) => e.thread_id === t.id).map((e, i) => ({ ...e, seq: t.learned + 1 + i }))),
  );
}

const observed = (f: NewObservation, version: number): Observed => ({
  thread_id: f.threadId,
  kind: 'observation',
  at: new Date(f.value.at),
  source_id: f.value.recordId,
  version,
  y: f.value.value,
  u_y: f.value.uValue,
  x_applied: f.xApplied,
  advice_id: f.adviceId,
  run_id: f.value.runId,
  lot: f.value.lot,
  slot: f.value.slot,
  measured_at: f.value.measuredAt === null ? null : new Date(f.value.measuredAt),
});

async function knownRecords(tx: Tx, threads: readonly string[], fresh: readonly NewObservation[]): Promise<Set<string>> {
  const rows = await tx.rows<{ thread_id: string; source_id: string }>(sql`
    SELECT thread_id, source_id FROM control_journal WHERE thread_id = ANY(${[...threads]}::uuid[]) AND kind = 'observation'
      AND source_id = ANY(${fresh.map((f) => f.value.recordId)}::uuid[])`);
  return new Set(rows.map((r) => `${r.thread_id} ${r.source_id}`));
}

async function configsOf(tx: Tx, threads: readonly ThreadRow[]): Promise<Map<string, RunToRunConfig>> {
  const rows = await tx.rows<{ loop_id: string; version: number; config: RunToRunConfig }>(sql`
    SELECT loop_id, version, config FROM loop_version WHERE loop_id = ANY(${[...new Set(threads.map((t) => t.loop_id))]}::uuid[])`);
  return new Map(rows.map((r) => [`${r.loop_id} ${r.version}`, r.config]));
}

function walk(
  timeline: readonly Known[],
  base: { at: Date; state: ThreadState } | undefined,
  configOf: (version: number) => RunToRunConfig,
  out: StepOut[],
): { state: ThreadState; last: Date | null } {
  let state = base?.state ?? initialThread();
  let last = base?.at ?? null;
  const entries = timeline.map((row) => ({ row, entry: entryOf(row, configOf(row.version)) }));
  for (const { row, entry } of entries.sort((a, b) => compareEntries(a.entry, b.entry))) {
    const next = learn(state, entry);
    state = next.state;
    if (next.observed === null || row.kind !== 'observation') continue;
    last = row.at;
    out.push({
      ...row,
      disturbance: next.observed.disturbance,
      accepted: next.observed.accepted,
      d_hat: state.dHat,
      u_d_hat: uDisturbance(state, entry.config),
      state,
    });
  }
  return { state, last };
}

function entryOf(row: Known, config: RunToRunConfig): ThreadEntry {
  const common = { at: row.at.getTime(), id: row.source_id, config };
  return row.kind === 'observation'
    ? {
        ...common,
        kind: 'observation',
        measuredAt: row.measured_at?.getTime() ?? null,
        y: row.y,
        uY: row.u_y,
        xApplied: row.x_applied,
      }
    : { ...common, kind: 'reset' };
}
