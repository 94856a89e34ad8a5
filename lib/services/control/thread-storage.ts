import type { ThreadState } from '@/lib/control';
import { bulkInsert, sql, type Tx } from '@/lib/db';
import type { Ref } from '@/lib/queue/jobs';

/** Order of the steps `s` of a thread, descending and ascending: as `compareEntries`. */
export const LATEST_FIRST = sql`s.at DESC, s.measured_at DESC NULLS LAST, s.record_id DESC`;
export const EARLIEST_FIRST = sql`s.at, s.measured_at NULLS FIRST, s.record_id`;

/** Equipment events after which an estimate loses weight. */
export const RESETS = ['pm', 'consumable_change'] as const;

/** A row of a thread's journal. */
interface Entry {
  readonly thread_id: string;
  readonly at: Date;
  readonly source_id: string;
  readonly version: number;
}

/** With the values its step needs. */
export interface Observed extends Entry {
  readonly kind: 'observation';
  readonly y: number;
  readonly u_y: number | null;
  readonly x_applied: number;
  readonly advice_id: string | null;
  readonly run_id: string | null;
  readonly lot: string;
  readonly slot: number;
  readonly measured_at: Date | null;
}

/** The columns that are empty in entries other than observations. */
export const withoutValues = {
  y: null,
  u_y: null,
  x_applied: null,
  advice_id: null,
  run_id: null,
  lot: null,
  slot: null,
  measured_at: null,
} as const;

/** Maintenance, or an observation withdrawn by a correction. */
type Changed = Entry & typeof withoutValues & { readonly kind: 'reset' | 'withdrawal' };

export type Known = Observed | Changed;

export interface StepOut extends Observed {
  readonly disturbance: number;
  readonly accepted: boolean;
  readonly d_hat: number;
  readonly u_d_hat: number | null;
  readonly state: ThreadState;
}

export interface ThreadEnd {
  readonly id: string;
  readonly learned: number;
  readonly state: ThreadState;
  readonly last: Date | null;
}

/** Takes observations that these measurements correct out of their threads. */
export async function withdrawn(tx: Tx, refs: readonly Ref[]): Promise<Known[]> {
  if (refs.length === 0) return [];
  const rows = await tx.rows<Pick<Known, 'thread_id' | 'at' | 'source_id' | 'version'>>(sql`
    DELETE FROM control_step s USING corrected_by(${refs.map((r) => r.id)}::uuid[]) c WHERE s.record_id = c.id
    RETURNING s.thread_id, s.at, s.record_id AS source_id, s.version`);
  return rows.map((r) => ({ ...withoutValues, ...r, kind: 'withdrawal' }));
}

/** Maintenance of these threads' tools that their journals do not hold yet. */
export async function newResets(tx: Tx, threads: readonly string[], versionOf: ReadonlyMap<string, number>): Promise<Known[]> {
  const rows = await tx.rows<Pick<Known, 'thread_id' | 'at' | 'source_id'>>(sql`
    SELECT t.id AS thread_id, e.at, e.id AS source_id FROM control_thread t
    JOIN equipment_event e ON e.tool = t.tool AND (e.chamber IS NULL OR e.chamber = t.chamber) AND e.kind = ANY(${[...RESETS]}::text[])
    WHERE t.id = ANY(${[...threads]}::uuid[])
      AND NOT EXISTS (SELECT 1 FROM control_journal j WHERE j.thread_id = t.id AND j.source_id = e.id AND j.kind = 'reset')
    ORDER BY e.at, e.id`);
  return rows.map((r) => ({ ...withoutValues, ...r, kind: 'reset', version: versionOf.get(r.thread_id)! }));
}

/** The last state of each thread before a time, and all its entries after that state. */
export async function timelines(
  tx: Tx,
  since: ReadonlyMap<string, number>,
): Promise<{ bases: Map<string, { at: Date; state: ThreadState }>; later: Known[] }> {
  const ids = [...since.keys()].sort();
  const u = sql`unnest(${ids}::uuid[], ${ids.map((id) => new Date(since.get(id)!))}::timestamptz[]) AS u(thread_id, since)`;
  const bases = await tx.rows<{ thread_id: string; at: Date; state: ThreadState }>(sql`
    SELECT u.thread_id, s.at, s.state FROM ${u} CROSS JOIN LATERAL (SELECT at, state FROM control_step s WHERE s.thread_id = u.thread_id AND s.at < u.since ORDER BY ${LATEST_FIRST} LIMIT 1) s`);
  const steps = await tx.rows<Observed>(sql`
    SELECT s.thread_id, 'observation' AS kind, s.at, s.record_id AS source_id, s.version, s.y, s.u_y, s.x_applied, NULL AS advice_id, s.run_id, s.lot, s.slot, s.measured_at
    FROM ${u} JOIN control_step s ON s.thread_id = u.thread_id AND s.at >= u.since`);
  const map = new Map(bases.map((b) => [b.thread_id, { at: b.at, state: b.state }]));
  const from = sql`unnest(${ids}::uuid[], ${ids.map((id) => map.get(id)?.at ?? new Date(0))}::timestamptz[]) AS u(thread_id, base)`;
  const resets = await tx.rows<Pick<Known, 'thread_id' | 'at' | 'source_id' | 'version'>>(sql`
    SELECT j.thread_id, j.at, j.source_id, j.version FROM ${from} JOIN control_journal j ON j.thread_id = u.thread_id AND j.kind = 'reset' AND j.at > u.base`);
  return { bases: map, later: [...steps, ...resets.map((r): Known => ({ ...withoutValues, ...r, kind: 'reset' }))] };
}

export async function saveThreads(
  tx: Tx,
  steps: readonly StepOut[],
  ends: readonly ThreadEnd[],
  journal: readonly (Known & { readonly seq: number })[],
): Promise<void> {
  await bulkInsert(
    tx,
    'control_step',
    steps.map((s) => ({
      thread_id: s.thread_id,
      at: s.at,
      record_id: s.source_id,
      run_id: s.run_id,
      lot: s.lot,
      slot: s.slot,
      measured_at: s.measured_at,
      y: s.y,
      u_y: s.u_y,
      x_applied: s.x_applied,
      disturbance: s.disturbance,
      accepted: s.accepted,
      d_hat: s.d_hat,
      u_d_hat: s.u_d_hat,
      version: s.version,
      state: s.state,
    })),
    { key: ['thread_id', 'at', 'record_id'], update: ['disturbance', 'accepted', 'd_hat', 'u_d_hat', 'state'] },
  );
  await bulkInsert(
    tx,
    'control_journal',
    journal.map(({ run_id: _run, lot: _lot, slot: _slot, ...entry }) => entry),
  );
  await tx.exec(sql`
    UPDATE control_thread t SET state = u.state::jsonb, last_at = u.last, learned = u.learned, updated_at = now(),
      n = (SELECT count(*) FROM control_step s WHERE s.thread_id = t.id)
    FROM unnest(${ends.map((e) => e.id)}::uuid[], ${ends.map((e) => JSON.stringify(e.state))}::text[], ${ends.map((e) => e.last)}::timestamptz[],
      ${ends.map((e) => e.learned)}::int[]) AS u(id, state, last, learned) WHERE t.id = u.id`);
}
