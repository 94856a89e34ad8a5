import { bulkInsert, type Db, sql } from '@/lib/db';
import type { FieldIssue } from '@/lib/formats/incoming';
import { isSameUnit } from '@/lib/formats/units';
import { type CountRecord, countIn } from '@/lib/formats/wire';
import { enqueueLater, grouped } from '@/lib/queue/outbox';
import { feed } from '../live/feed';
import { type CheckContext, issue, knownOperation, knownTool, knownWafer, plausibleTime } from '../master/checks';
import { COUNTS, chainCorrections } from './corrections';
import type { Accepted, IngestKind } from './types';

const COUNTS_A_JOB = 200;

const unitIssues = (r: CountRecord, c: CheckContext): FieldIssue[] => {
  const p = c.master.parameters.get(r.parameter);
  if (p === undefined)
    return [issue('parameter', `parameter "${r.parameter}" is not registered; register it, or correct the name`, 'unknown_name')];
  return p.unit === r.unit
    ? []
    : [issue('unit', `"${r.parameter}" is counted by ${p.unit}, not ${r.unit}; convert before sending`, 'wrong_unit')];
};

const placeIssues = (r: CountRecord, c: CheckContext): FieldIssue[] => {
  if (r.tool !== undefined) return knownTool(r.tool, r.chamber, c);
  return r.chamber === undefined
    ? []
    : [issue('chamber', `chamber "${r.chamber}" is of no tool; say which tool, or leave it out`)];
};

/** The run that made what was inspected. */
interface Made {
  readonly id: string | null;
  readonly tool: string;
  readonly chamber: string | null;
  readonly startedAt: Date;
}

/**
 * Of each record the run of its wafer, or the first run of its lot at the operation, whose chamber is said where all wafers went through one. Runs that
 * began after the inspection are none; a tool that the sender names leaves only runs on it.
 */
async function madeBy(db: Db, records: readonly Accepted<CountRecord>[]): Promise<ReadonlyMap<string, Made>> {
  const of = records.map((r) => r.record);
  const rows = await db.rows<{
    record: string;
    id: string;
    tool: string;
    chamber: string;
    chambers: number;
    started_at: Date;
  }>(sql`
    SELECT u.record, r.id, r.tool, r.chamber, r.chambers, r.started_at
    FROM unnest(${records.map((r) => r.id)}::uuid[], ${of.map((r) => r.lot)}::text[], ${of.map((r) => r.operation)}::text[], ${of.map((r) => r.wafer ?? 0)}::int2[],
      ${of.map((r) => r.tool ?? null)}::text[], ${of.map((r) => r.chamber ?? null)}::text[], ${of.map((r) => r.runKey ?? null)}::text[], ${of.map((r) => r.measuredAt)}::timestamptz[])
      AS u(record, lot, operation, slot, tool, chamber, run_key, at)
    CROSS JOIN LATERAL (
      SELECT q.id, q.tool, q.chamber, q.started_at,
        (SELECT count(DISTINCT o.chamber)::int FROM run o WHERE o.lot = u.lot AND o.operation = u.operation AND o.tool = q.tool AND o.started_at <= u.at) AS chambers
      FROM run q WHERE q.lot = u.lot AND q.operation = u.operation AND q.started_at <= u.at AND (u.slot = 0 OR q.slot = u.slot)
        AND (u.tool IS NULL OR q.tool = u.tool) AND (u.chamber IS NULL OR q.chamber = u.chamber) AND (u.run_key IS NULL OR q.key = u.run_key)
      ORDER BY CASE WHEN u.slot = 0 THEN q.started_at END, q.started_at DESC, q.slot LIMIT 1) r`);
  const named = new Map(records.map((r) => [r.id, r.record]));
  return new Map(
    rows.map((r) => {
      const { wafer, chamber } = named.get(r.record)!;
      const isOne = wafer !== undefined || chamber !== undefined || r.chambers === 1;
      return [
        r.record,
        { id: wafer === undefined ? null : r.id, tool: r.tool, chamber: isOne ? r.chamber : null, startedAt: r.started_at },
      ];
    }),
  );
}

const unknownRun = (r: CountRecord): FieldIssue =>
  issue(
    'runKey',
    `no run "${r.runKey}" of lot ${r.lot}${r.wafer === undefined ? '' : `, wafer ${r.wafer}`} at ${r.operation} began before ${r.measuredAt}; send the run before its counts, or leave runKey out`,
    'unknown_key',
  );

export const counts: IngestKind<CountRecord> = {
  kind: 'count',
  schema: countIn,
  times: (r) => [Date.parse(r.measuredAt)],
  lotOf: (r) => r.lot,
  canonical: (r, m) => {
    const unit = m.parameters.get(r.parameter)?.unit;
    return unit === undefined || unit === r.unit || !isSameUnit(unit, r.unit) ? r : { ...r, unit };
  },
  check: (r, c) => [
    ...knownOperation(r.operation, r.layer, c),
    ...knownWafer(r.lot, r.wafer ?? 1, r.product, c),
    ...unitIssues(r, c),
    ...placeIssues(r, c),
    ...plausibleTime(r.measuredAt, 'measuredAt', c),
  ],
  refusals: async (db, records) => refusedOf(records, await madeBy(db, records)),
  async insert(tx, sender, records) {
    const made = await madeBy(tx, records);
    const unlinked = refusedOf(records, made);
    const linked = records.filter((r) => !unlinked.has(r.id));
    await bulkInsert(
      tx,
      'count_record',
      linked.map(({ id, record: r }) => {
        const run = made.get(id);
        return {
          id,
          key: r.key,
          lot: r.lot,
          slot: r.wafer ?? 0,
          product: r.product,
          layer: r.layer,
          operation: r.operation,
          parameter: r.parameter,
          count: r.count,
          size: r.of,
          unit: r.unit,
          measured_at: r.measuredAt,
          run_id: run?.id ?? null,
          processed_at: run?.startedAt ?? r.measuredAt,
          tool: run?.tool ?? r.tool ?? null,
          chamber: run?.chamber ?? r.chamber ?? null,
        };
      }),
    );
    const uncorrected = await chainCorrections(tx, sender, linked, COUNTS);
    const kept = linked.filter((r) => !uncorrected.has(r.id));
    await enqueueLater(
      tx,
      grouped(kept, () => '', COUNTS_A_JOB).map((group) => ({
        queue: 'spc',
        payload: { v: 1, source: 'count', refs: group.map((q) => ({ id: q.id, at: Date.parse(q.record.measuredAt) })) },
      })),
    );
    await feed(
      tx,
      grouped(kept, (r) => `${r.record.lot}|${r.record.operation}|${r.record.parameter}`, 1000).map((group) => {
        const r = group[0]!.record;
        const total = (f: (q: CountRecord) => number): number => group.reduce((s, q) => s + f(q.record), 0);
        return {
          kind: 'measurement',
          text: `Lot ${r.lot} inspected after ${r.operation}: ${total((q) => q.count)} ${r.parameter} in ${total((q) => q.of)} ${r.unit}`,
          detail: { lot: r.lot, operation: r.operation, parameter: r.parameter },
        };
      }),
    );
    return { refused: new Map([...unlinked, ...uncorrected]) };
  },
};

const refusedOf = (
  records: readonly Accepted<CountRecord>[],
  made: ReadonlyMap<string, Made>,
): ReadonlyMap<string, readonly FieldIssue[]> =>
  new Map(records.filter((r) => r.record.runKey !== undefined && !made.has(r.id)).map((r) => [r.id, [unknownRun(r.record)]]));
