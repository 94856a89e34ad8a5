import { recordId, type Sql, sql, type Tx } from '@/lib/db';
import { AppError } from '@/lib/errors';
import type { FieldIssue } from '@/lib/formats/incoming';
import { issue } from '../master/checks';
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

/** What may be corrected: where it is kept, and the kind of its ids. */
export interface Correctable {
  readonly kind: 'measurement' | 'count';
  readonly table: Sql;
}

export const MEASUREMENTS: Correctable = { kind: 'measurement', table: sql`measurement` };
export const COUNTS: Correctable = { kind: 'count', table: sql`count_record` };

/** What a correction must share with what it corrects. */
interface Correcting {
  readonly key: string;
  readonly lot: string;
  readonly operation: string;
  readonly parameter: string;
  /** Absent: of the whole lot. */
  readonly wafer?: number | undefined;
  readonly measuredAt: string;
  readonly revises?: string | undefined;
}

/**
 * Puts corrections into the chain of what they correct, in the order of arrival: each supersedes the active one, so that exactly one measurement of a
 * chain is active, the newest. Runs after the records of the chunk are inserted, which may correct each other in any order.
 * @returns what cannot be a correction, by record id: those records are deleted again.
 */
export async function chainCorrections(
  tx: Tx,
  sender: string,
  records: readonly Accepted<Correcting>[],
  of: Correctable = MEASUREMENTS,
): Promise<ReadonlyMap<string, readonly FieldIssue[]>> {
  const corrections = records.filter((r) => r.record.revises !== undefined);
  if (corrections.length === 0) return new Map();
  // Senders of corrections of one wafer take turns.
  await tx.exec(sql`SELECT pg_advisory_xact_lock(h) FROM (SELECT DISTINCT hashtextextended('corrections ' || l, 0) AS h
    FROM unnest(${corrections.map((c) => `${c.record.lot} ${c.record.operation} ${c.record.wafer ?? 0}`)}::text[]) AS l ORDER BY h) q`);
  const all = corrections.map((c): Correction => ({ ...c, target: recordId(of.kind, sender, c.record.revises!) }));
  const chain = new Map(
    (
      await chainsOf(
        tx,
        of,
        all.map((c) => c.target),
      )
    ).map((l) => [l.id, l]),
  );
  const { sound, refused } = judgeCorrections(all, chain, of);
  for (const c of sound) await supersede(tx, c, chain, of);
  if (refused.size > 0) await tx.exec(sql`DELETE FROM ${of.table} WHERE id = ANY(${[...refused.keys()]}::uuid[])`);
  return refused;
}

interface Correction extends Accepted<Correcting> {
  /** Id of the measurement that this one corrects. */
  readonly target: string;
}

/**
 * Which corrections are valid: what they correct exists, is of the same wafer, and is not refused itself. Records that correct each other in a cycle
 * are all refused, and so is whatever corrects one of them.
 * @returns the valid ones, each after the one that it corrects, otherwise in order of arrival.
 */
function judgeCorrections(all: readonly Correction[], chain: ReadonlyMap<string, Link>, of: Correctable) {
  const byId = new Map(all.map((c) => [c.id, c]));
  const refused = new Map<string, readonly FieldIssue[]>();
  const sound: Correction[] = [];
  const seen = new Set<string>();
  for (const c of all) {
    const path: Correction[] = [];
    for (let at: Correction | undefined = c; at !== undefined && !seen.has(at.id); at = byId.get(at.target)) {
      seen.add(at.id);
      path.push(at);
    }
    const circle = path.findIndex((q) => q.id === path.at(-1)!.target);
    const members = circle < 0 ? new Set<string>() : new Set(path.slice(circle).map((q) => q.id));
    for (const q of path.reverse()) {
      const fault = members.has(q.id)
        ? issue(
            'revises',
            members.size === 1 ? 'this record corrects itself' : `these ${members.size} records correct each other`,
          )
        : refused.has(q.target)
          ? issue('revises', `the record with key "${q.record.revises}" was refused`)
          : faultOf(chain.get(q.target), q.record, of);
      if (fault === null) sound.push(q);
      else refused.set(q.id, [fault]);
    }
  }
  return { sound, refused };
}

/** Makes a correction the active end of the chain of what it corrects. @param chain - brought up to date. */
async function supersede(
  tx: Tx,
  { id, record: r, target }: Correction,
  chain: Map<string, Link>,
  { table }: Correctable,
): Promise<void> {
  let head = chain.get(target)!;
  while (head.superseded_by !== null) head = chain.get(head.superseded_by)!;
  await tx.exec(sql`UPDATE ${table} SET superseded_by = ${id} WHERE id = ${head.id} AND measured_at = ${head.at}`);
  const linked = await tx.exec(
    sql`UPDATE ${table} SET revises = ${head.id} WHERE id = ${id} AND measured_at = ${r.measuredAt}::timestamptz`,
  );
  if (linked !== 1) throw new AppError('internal', `the correction ${id} was not found where it was just stored`);
  head.superseded_by = id;
  const { lot, operation, parameter, wafer: slot = 0 } = r;
  if (!chain.has(id)) chain.set(id, { id, at: new Date(r.measuredAt), lot, operation, parameter, slot, superseded_by: null });
}

function faultOf(target: Link | undefined, r: Correcting, { kind }: Correctable): FieldIssue | null {
  if (target === undefined)
    return issue(
      'revises',
      `this sender has no ${kind} with key "${r.revises}"; send the ${kind} before its correction, or leave revises out`,
      'unknown_key',
    );
  const same =
    target.lot === r.lot &&
    target.operation === r.operation &&
    target.parameter === r.parameter &&
    target.slot === (r.wafer ?? 0);
  return same
    ? null
    : issue(
        'revises',
        `"${r.revises}" ${kind === 'count' ? 'counted' : 'measured'} ${target.parameter} of lot ${target.lot}, wafer ${target.slot}, operation ${target.operation}; a correction is of the same`,
      );
}

/** These measurements and all that supersede them. */
const chainsOf = (tx: Tx, { table }: Correctable, ids: readonly string[]): Promise<Link[]> =>
  tx.rows<Link>(sql`
    WITH RECURSIVE chain AS (
      SELECT id, measured_at, lot, operation, parameter, slot, superseded_by FROM ${table} WHERE id = ANY(${ids}::uuid[])
      UNION SELECT m.id, m.measured_at, m.lot, m.operation, m.parameter, m.slot, m.superseded_by FROM chain c JOIN ${table} m ON m.id = c.superseded_by)
    SELECT id, measured_at AS at, lot, operation, parameter, slot, superseded_by FROM chain`);
