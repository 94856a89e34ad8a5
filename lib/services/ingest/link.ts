import { sql, type Tx } from '@/lib/db';
import type { FieldIssue } from '@/lib/formats/incoming';
import { issue } from './checks';
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

interface Candidate {
  id: string;
  key: string;
  lot: string;
  operation: string;
  slot: number;
  tool: string;
  chamber: string;
  started_at: Date;
}

/** The runs that made what was measured: by the sender's run key, else the last run of that wafer at that operation before the measurement. */
export async function findRuns(tx: Tx, records: readonly Measured[]): Promise<(MadeBy | undefined)[]> {
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
    const c = r.runKey === undefined ? before[0] : all.find((q) => q.key === r.runKey);
    return c === undefined ? undefined : { id: c.id, tool: c.tool, chamber: c.chamber, startedAt: c.started_at };
  });
}

/** A record may come before the run that it names: it is kept, and says that it waits for it. */
export function pendingRuns(
  records: readonly Accepted<Measured>[],
  made: readonly (MadeBy | undefined)[],
): ReadonlyMap<string, readonly FieldIssue[]> {
  const waiting = records.filter((r, i) => r.record.runKey !== undefined && made[i] === undefined);
  return new Map(
    waiting.map(({ id, record: r }) => [
      id,
      [
        issue(
          'runKey',
          `run "${r.runKey}" of lot ${r.lot}, wafer ${r.wafer}, operation ${r.operation} is not here yet; this record is linked to it when it arrives, and charted then`,
          'pending',
        ),
      ],
    ]),
  );
}
