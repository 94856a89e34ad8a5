import { sql, type Tx } from '@/lib/db';
import type { CharacteristicValue } from '../characteristics/values';
import { type Known, withoutValues } from './thread-storage';

/** A value that a thread may learn. */
export interface Learnable {
  readonly threadId: string;
  readonly value: CharacteristicValue;
}

/** What decides which of several measurements of one wafer counts. */
interface Standing {
  readonly id: string;
  /** When it was measured; a correction takes the time of the newest measurement that it corrects. */
  readonly at: Date;
  readonly received: Date;
  readonly key: string;
}

/**
 * Of several measurements of one wafer after one run a thread learns one: the newest by the time of measurement (then by arrival, then by key). A
 * repeated measurement shows the same disturbance again, with less noise but not as another run: counted as separate runs they would pull the
 * estimate once per measurement. Values of whole lots are records of their own.
 * @param fresh - values that no thread has learned.
 * @returns those to learn, and what they displace: withdrawals, whose steps are deleted.
 */
export async function oneValueARun<T extends Learnable>(
  tx: Tx,
  fresh: readonly T[],
): Promise<{ added: readonly T[]; displaced: readonly Known[] }> {
  const single = fresh.filter((f) => f.value.lotLevel !== true && f.value.runId !== null);
  const held = await heldSteps(tx, single);
  const groups = new Map<string, T[]>();
  for (const f of single) {
    const place = placeOf(f.threadId, f.value.runId!);
    groups.set(place, [...(groups.get(place) ?? []), f]);
  }
  const contested = [...groups].filter(([place, list]) => list.length > 1 || held.has(place));
  if (contested.length === 0) return { added: fresh, displaced: [] };
  const standing = await standings(tx, [
    ...contested.flatMap(([place, list]) => [
      ...list.map((f) => f.value.recordId),
      ...(held.get(place) ?? []).map((h) => h.source_id),
    ]),
  ]);
  const passed = new Set<T>();
  const displaced: Known[] = [];
  for (const [place, list] of contested) {
    const steps = held.get(place) ?? [];
    const best = newest([...list.map((f) => f.value.recordId), ...steps.map((h) => h.source_id)], standing);
    for (const f of list) if (f.value.recordId !== best) passed.add(f);
    displaced.push(...steps.filter((h) => h.source_id !== best));
  }
  await deleteSteps(tx, displaced);
  return { added: fresh.filter((f) => !passed.has(f)), displaced };
}

const placeOf = (thread: string, run: string): string => `${thread} ${run}`;

/** What the threads hold of the runs of these values, by thread and run. */
async function heldSteps(tx: Tx, fresh: readonly Learnable[]): Promise<Map<string, Known[]>> {
  const out = new Map<string, Known[]>();
  if (fresh.length === 0) return out;
  const rows = await tx.rows<Pick<Known, 'thread_id' | 'at' | 'source_id' | 'version'> & { of_run: string }>(sql`
    SELECT s.thread_id, s.at, s.record_id AS source_id, s.version, s.run_id AS of_run
    FROM (SELECT DISTINCT * FROM unnest(${fresh.map((f) => f.threadId)}::uuid[], ${fresh.map((f) => f.value.runId!)}::uuid[]) AS u(thread_id, run_id)) u
    JOIN control_step s ON s.thread_id = u.thread_id AND s.run_id = u.run_id`);
  for (const { of_run, ...r } of rows) {
    const place = placeOf(r.thread_id, of_run);
    out.set(place, [...(out.get(place) ?? []), { ...withoutValues, ...r, kind: 'withdrawal' }]);
  }
  return out;
}

async function standings(tx: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, Standing>> {
  const rows = await tx.rows<Standing>(sql`
    WITH RECURSIVE chain AS (
      SELECT id AS root, id, measured_at, revises FROM measurement WHERE id = ANY(${ids}::uuid[])
      UNION ALL SELECT c.root, m.id, m.measured_at, m.revises FROM chain c JOIN measurement m ON m.id = c.revises)
    SELECT m.id, max(c.measured_at) AS at, min(m.received_at) AS received, min(m.key) AS key FROM chain c JOIN measurement m ON m.id = c.root GROUP BY m.id
    UNION ALL SELECT id, measured_at, received_at, key FROM overlay_measurement WHERE id = ANY(${ids}::uuid[])`);
  return new Map(rows.map((r) => [r.id, r]));
}

function newest(ids: readonly string[], standing: ReadonlyMap<string, Standing>): string {
  return ids.reduce((best, id) => {
    const [a, b] = [standing.get(best), standing.get(id)];
    if (a === undefined || b === undefined) return a === undefined ? id : best;
    const later = b.at.getTime() - a.at.getTime() || b.received.getTime() - a.received.getTime() || (b.key > a.key ? 1 : -1);
    return later > 0 ? id : best;
  });
}

const deleteSteps = (tx: Tx, steps: readonly Known[]): Promise<number> =>
  tx.exec(sql`
    DELETE FROM control_step s USING unnest(${steps.map((d) => d.thread_id)}::uuid[], ${steps.map((d) => d.at)}::timestamptz[], ${steps.map((d) => d.source_id)}::uuid[]) AS u(thread_id, at, record_id)
    WHERE s.thread_id = u.thread_id AND s.at = u.at AND s.record_id = u.record_id`);
