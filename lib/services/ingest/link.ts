import { type Db, type RowOf, type Sql, sql, type Tx, transaction } from '@/lib/db';
import type { FieldIssue } from '@/lib/formats/incoming';
import { enqueueLater } from '@/lib/queue/outbox';
import { feed } from '../live/feed';
import { issue } from '../master/checks';
import type { Accepted } from './types';

export interface MadeBy {
  readonly id: string;
  readonly tool: string;
  readonly chamber: string;
  readonly startedAt: Date;
}

interface Measured {
  readonly lot: string;
  readonly operation: string;
  readonly wafer: number;
  readonly measuredAt: string;
  readonly runKey?: string | undefined;
}

type Candidate = RowOf<'run', 'id' | 'key' | 'lot' | 'operation' | 'slot' | 'tool' | 'chamber' | 'started_at'>;

/**
 * The runs that made what was measured: by the sender's run key, else the last run of that wafer at that operation. A measurement is never linked to
 * a run that began after it.
 */
export async function findRuns(tx: Db, records: readonly Measured[]): Promise<(MadeBy | undefined)[]> {
  const candidates = await tx.rows<Candidate>(sql`
    SELECT r.id, r.key, r.lot, r.operation, r.slot, r.tool, r.chamber, r.started_at
    FROM (SELECT DISTINCT * FROM unnest(${records.map((r) => r.lot)}::text[], ${records.map((r) => r.operation)}::text[], ${records.map((r) => r.wafer)}::int2[]) AS w(lot, operation, slot)) w
    JOIN run r ON r.lot = w.lot AND r.operation = w.operation AND r.slot = w.slot`);
  const byWafer = new Map<string, Candidate[]>();
  for (const c of candidates) {
    const k = `${c.lot}|${c.operation}|${c.slot}`;
    byWafer.set(k, [...(byWafer.get(k) ?? []), c]);
  }
  return records.map((r) => {
    const all = byWafer.get(`${r.lot}|${r.operation}|${r.wafer}`) ?? [];
    const before = all
      .filter((c) => c.started_at.getTime() <= Date.parse(r.measuredAt))
      .sort((a, b) => b.started_at.getTime() - a.started_at.getTime());
    const c = r.runKey === undefined ? before[0] : before.find((q) => q.key === r.runKey);
    return c === undefined ? undefined : { id: c.id, tool: c.tool, chamber: c.chamber, startedAt: c.started_at };
  });
}

/** Columns of a measured record about the run that made it; empty until that has arrived. */
export const runColumns = (r: Measured, made: MadeBy | undefined) => ({
  run_id: made?.id ?? null,
  run_key: r.runKey ?? null,
  processed_at: made?.startedAt ?? null,
  tool: made?.tool ?? null,
  chamber: made?.chamber ?? null,
});

/** The outcome of linking records to the runs they name. */
export interface Linked<R> {
  /** Records that may be written, with the run of each where it has arrived. */
  readonly kept: readonly Accepted<R>[];
  readonly made: readonly (MadeBy | undefined)[];
  readonly refused: ReadonlyMap<string, readonly FieldIssue[]>;
  readonly pending: ReadonlyMap<string, readonly FieldIssue[]>;
}

/**
 * Finds the run of each record. A record may arrive before the run that it names: it is kept, and its result says that it waits for the run. One that
 * names a run of another wafer or operation, or one that began after the measurement, would wait forever: it is refused.
 */
export async function linkRuns<R extends Measured>(tx: Db, records: readonly Accepted<R>[]): Promise<Linked<R>> {
  const made = await findRuns(
    tx,
    records.map((r) => r.record),
  );
  const waiting = records.filter((r, i) => r.record.runKey !== undefined && made[i] === undefined);
  const foreign = await runsNamed(tx, [...new Set(waiting.map((r) => r.record.runKey!))]);
  const isForeign = (r: Accepted<R>) => foreign.has(r.record.runKey!);
  const kept = records.map((r, i) => made[i] !== undefined || r.record.runKey === undefined || !isForeign(r));
  return {
    kept: records.filter((_, i) => kept[i]),
    made: made.filter((_, i) => kept[i]),
    refused: new Map(waiting.filter(isForeign).map((r) => [r.id, [notItsRun(r.record, foreign.get(r.record.runKey!)!)]])),
    pending: new Map(waiting.filter((r) => !isForeign(r)).map((r) => [r.id, [comingRun(r.record)]])),
  };
}

type Named = RowOf<'run', 'key' | 'lot' | 'slot' | 'operation' | 'started_at'>;

/** The run with each key, of any wafer; of several with one key the last. */
async function runsNamed(tx: Db, keys: readonly string[]): Promise<ReadonlyMap<string, Named>> {
  if (keys.length === 0) return new Map();
  const rows = await tx.rows<Named>(
    sql`SELECT DISTINCT ON (key) key, lot, slot, operation, started_at FROM run WHERE key = ANY(${keys}::text[]) ORDER BY key, started_at DESC`,
  );
  return new Map(rows.map((r) => [r.key, r]));
}

const wafer = (r: { lot: string; operation: string }, slot: number): string =>
  `lot ${r.lot}, wafer ${slot}, operation ${r.operation}`;

const sameWafer = (r: Measured, run: Named): boolean =>
  run.lot === r.lot && run.operation === r.operation && run.slot === r.wafer;

const notItsRun = (r: Measured, run: Named): FieldIssue => (sameWafer(r, run) ? laterRun(r, run) : foreignRun(r, run));

const laterRun = (r: Measured, run: Named): FieldIssue =>
  issue(
    'measuredAt',
    `${r.measuredAt} is before run "${run.key}" began (${run.started_at.toISOString()}), so that run cannot have made what was measured; check the clocks of station and tool, or send the key of the run that did`,
    'before_run',
  );

const foreignRun = (r: Measured, run: Named): FieldIssue =>
  issue(
    'runKey',
    `run "${run.key}" is of ${wafer(run, run.slot)}, but this record is of ${wafer(r, r.wafer)}; send the key of the run that made this wafer, or leave runKey out: the run is then found by lot, wafer and operation`,
    'foreign_run',
  );

const comingRun = (r: Measured): FieldIssue =>
  issue(
    'runKey',
    `run "${r.runKey}" of ${wafer(r, r.wafer)} is not here yet; this record is linked to it when it arrives, and charted then`,
    'pending',
  );

interface Misnamed extends Named {
  record: string;
  of_lot: string;
  of_operation: string;
  of_slot: number;
  of_wafer: boolean;
}

/** Reports records that waited for one of these runs and will never be linked: the run is not of their wafer or began after they were measured. */
export async function tellMisnamed(tx: Tx, runs: readonly Accepted<MakingRun>[]): Promise<void> {
  const of = runs.map((r) => r.record);
  const keys = of.map((r) => r.key);
  const waits = (table: Sql) => sql`
    SELECT m.key AS record, m.lot AS of_lot, m.operation AS of_operation, m.slot AS of_slot, r.key, r.lot, r.slot, r.operation, r.started_at,
      (m.lot, m.operation, m.slot) IS NOT DISTINCT FROM (r.lot, r.operation, r.slot) AS of_wafer
    FROM unnest(${keys}::text[], ${of.map((r) => r.lot)}::text[], ${of.map((r) => r.operation)}::text[], ${of.map((r) => r.wafer)}::int2[], ${of.map((r) => r.startedAt)}::timestamptz[])
      AS r(key, lot, operation, slot, started_at)
      JOIN ${table} m ON m.run_key = r.key AND ((m.lot, m.operation, m.slot) IS DISTINCT FROM (r.lot, r.operation, r.slot) OR m.measured_at < r.started_at)
    WHERE m.run_id IS NULL AND m.run_key IS NOT NULL`;
  const rows = await tx.rows<Misnamed>(sql`${waits(sql`measurement`)} UNION ALL ${waits(sql`overlay_measurement`)} ORDER BY 1`);
  await feed(
    tx,
    rows.map((m) => ({
      kind: 'measurement',
      text: `Measurement "${m.record}" of ${wafer({ lot: m.of_lot, operation: m.of_operation }, m.of_slot)} names run "${m.key}", which ${m.of_wafer ? `began after it was measured (${m.started_at.toISOString()})` : `is of ${wafer(m, m.slot)}`}: it stays without a run. Send a correction with the key of its own run`,
      detail: { lot: m.of_lot, runKey: m.key },
    })),
  );
}

/** The columns of a run that linking needs. */
interface MakingRun {
  readonly key: string;
  readonly lot: string;
  readonly operation: string;
  readonly wafer: number;
  readonly tool: string;
  readonly chamber: string;
  readonly startedAt: string;
}

interface Relinked {
  id: string;
  at: Date;
}

/** Links measurements that arrived before their run, by its key where the measurement names one. The measurement goes through its stages again. */
export async function linkEarlierMeasurements(tx: Tx, records: readonly Accepted<MakingRun>[]): Promise<void> {
  const lots = records.map((r) => r.record.lot);
  const ops = records.map((r) => r.record.operation);
  const slots = records.map((r) => r.record.wafer);
  const ids = records.map((r) => r.id);
  const at = records.map((r) => r.record.startedAt);
  const tools = records.map((r) => r.record.tool);
  const chambers = records.map((r) => r.record.chamber);
  const keys = records.map((r) => r.record.key);
  const u = sql`unnest(${lots}::text[], ${ops}::text[], ${slots}::int2[], ${ids}::uuid[], ${at}::timestamptz[], ${tools}::text[], ${chambers}::text[], ${keys}::text[]) AS u(lot, operation, slot, id, at, tool, chamber, key)`;
  const measured = await tx.rows<Relinked>(sql`
    UPDATE measurement m SET run_id = u.id, processed_at = u.at, tool = u.tool, chamber = u.chamber FROM ${u}
    WHERE m.run_id IS NULL AND m.lot = u.lot AND m.operation = u.operation AND m.slot = u.slot AND m.measured_at >= u.at AND (m.run_key = u.key OR m.run_key IS NULL) RETURNING m.id, m.measured_at AS at`);
  const overlay = await tx.rows<Relinked>(sql`
    UPDATE overlay_measurement m SET run_id = u.id, processed_at = u.at, tool = u.tool, chamber = u.chamber FROM ${u}
    WHERE m.run_id IS NULL AND m.lot = u.lot AND m.operation = u.operation AND m.slot = u.slot AND m.measured_at >= u.at AND (m.run_key = u.key OR m.run_key IS NULL) RETURNING m.id, m.measured_at AS at`);
  const refs = (rows: Relinked[]) => rows.map((r) => ({ id: r.id, at: r.at.getTime() }));
  // A key of its own: the first task of these measurements may be running right now, having read them without their run.
  const key = (queue: string, rows: Relinked[]) => `${queue}_linked_${records[0]!.id}_${rows[0]!.id}`;
  await enqueueLater(tx, [
    ...(measured.length > 0
      ? [{ queue: 'spatial' as const, key: key('spatial', measured), payload: { v: 1 as const, refs: refs(measured) } }]
      : []),
    ...(overlay.length > 0
      ? [{ queue: 'overlay' as const, key: key('overlay', overlay), payload: { v: 1 as const, refs: refs(overlay) } }]
      : []),
  ]);
}

/** Waiting records per sweep. */
const SWEEP = 500;

/**
 * Links records that still wait although their run has arrived: both were written concurrently, and neither saw the other.
 * @returns how many runs had such records.
 */
export async function linkWaiting(): Promise<number> {
  const waiting = (table: Sql) =>
    sql`SELECT run_key, lot, operation, slot, measured_at FROM ${table} WHERE run_id IS NULL AND run_key IS NOT NULL`;
  return transaction(async (tx) => {
    const rows = await tx.rows<{ id: string; started_at: Date } & Omit<MakingRun, 'wafer' | 'startedAt'> & { slot: number }>(sql`
      SELECT DISTINCT r.id, r.key, r.lot, r.operation, r.slot, r.tool, r.chamber, r.started_at
      FROM (${waiting(sql`measurement`)} UNION ALL ${waiting(sql`overlay_measurement`)}) m
        JOIN run r ON r.key = m.run_key AND r.lot = m.lot AND r.operation = m.operation AND r.slot = m.slot AND r.started_at <= m.measured_at LIMIT ${SWEEP}`);
    if (rows.length === 0) return 0;
    await linkEarlierMeasurements(
      tx,
      rows.map(({ id, slot, started_at, ...r }) => ({ id, record: { ...r, wafer: slot, startedAt: started_at.toISOString() } })),
    );
    return rows.length;
  });
}
