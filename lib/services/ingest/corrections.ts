import { recordId, sql, type Tx } from '@/lib/db';
import { AppError } from '@/lib/errors';
import type { FieldIssue } from '@/lib/formats/incoming';
import type { MeasurementRecord } from '@/lib/formats/wire';
import { issue } from './checks';
import type { Accepted } from './types';

interface Link {
  id: string;
  at: Date;
  lot: string;
  operation: string;
  parameter: string;
  slot: number;
  superseded_by: string | null;
}

/**
 * Puts corrections into the chain of what they correct, in the order in which they came: each supersedes the one that was active, so that
 * exactly one measurement of a chain is active, the newest. Runs after the records of the chunk were inserted, which may correct each other.
 * @returns what cannot be a correction, by record id: those records are taken out again.
 */
export async function chainCorrections(
  tx: Tx,
  sender: string,
  records: readonly Accepted<MeasurementRecord>[],
): Promise<ReadonlyMap<string, readonly FieldIssue[]>> {
  const refused = new Map<string, readonly FieldIssue[]>();
  const corrections = records.filter((r) => r.record.revises !== undefined);
  if (corrections.length === 0) return refused;
  // Two senders of corrections of one wafer follow each other.
  await tx.exec(sql`SELECT pg_advisory_xact_lock(h) FROM (SELECT DISTINCT hashtextextended('corrections ' || l, 0) AS h
    FROM unnest(${corrections.map((c) => `${c.record.lot} ${c.record.operation} ${c.record.wafer}`)}::text[]) AS l ORDER BY h) q`);
  const targets = corrections.map((c) => recordId('measurement', sender, c.record.revises!));
  const chain = new Map((await chainsOf(tx, targets)).map((l) => [l.id, l]));
  for (const [i, { id, record: r }] of corrections.entries()) {
    const target = id === targets[i] ? undefined : chain.get(targets[i]!);
    const fault =
      (chain.get(id)?.superseded_by ?? null) === null ? faultOf(target, r) : issue('revises', 'these records correct each other');
    if (fault !== null || refused.has(target!.id)) {
      refused.set(id, [fault ?? issue('revises', `the record with key "${r.revises}" was refused`)]);
      continue;
    }
    let head = target!;
    while (head.superseded_by !== null) head = chain.get(head.superseded_by)!;
    await tx.exec(sql`UPDATE measurement SET superseded_by = ${id} WHERE id = ${head.id} AND measured_at = ${head.at}`);
    const linked = await tx.exec(
      sql`UPDATE measurement SET revises = ${head.id} WHERE id = ${id} AND measured_at = ${r.measuredAt}::timestamptz`,
    );
    if (linked !== 1) throw new AppError('internal', `the correction ${id} was not found where it was just stored`);
    head.superseded_by = id;
    chain.set(
      id,
      chain.get(id) ?? {
        id,
        at: new Date(r.measuredAt),
        lot: r.lot,
        operation: r.operation,
        parameter: r.parameter,
        slot: r.wafer,
        superseded_by: null,
      },
    );
  }
  if (refused.size > 0) await tx.exec(sql`DELETE FROM measurement WHERE id = ANY(${[...refused.keys()]}::uuid[])`);
  return refused;
}

function faultOf(target: Link | undefined, r: MeasurementRecord): FieldIssue | null {
  if (target === undefined)
    return issue(
      'revises',
      `this sender has no measurement with key "${r.revises}"; send the measurement before its correction, or leave revises out`,
      'unknown_key',
    );
  const same =
    target.lot === r.lot && target.operation === r.operation && target.parameter === r.parameter && target.slot === r.wafer;
  return same
    ? null
    : issue(
        'revises',
        `"${r.revises}" measured ${target.parameter} of lot ${target.lot}, wafer ${target.slot}, operation ${target.operation}; a correction is of the same`,
      );
}

/** These measurements and all that supersede them. */
const chainsOf = (tx: Tx, ids: readonly string[]): Promise<Link[]> =>
  tx.rows<Link>(sql`
    WITH RECURSIVE chain AS (
      SELECT id, measured_at, lot, operation, parameter, slot, superseded_by FROM measurement WHERE id = ANY(${ids}::uuid[])
      UNION SELECT m.id, m.measured_at, m.lot, m.operation, m.parameter, m.slot, m.superseded_by FROM chain c JOIN measurement m ON m.id = c.superseded_by)
    SELECT id, measured_at AS at, lot, operation, parameter, slot, superseded_by FROM chain`);
