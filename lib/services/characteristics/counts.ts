import { characteristicName } from '@/lib/characteristic';
import { sql, type Tx } from '@/lib/db';
import type { Ref } from '@/lib/queue/jobs';
import { type CharacteristicValue, from, ids, to, type Wanted } from './value';

const SINGLE = { uValue: null, spread: null, n: 1 } as const;

/** Counts as values, each with the units that were inspected. */
export async function ofCounts(tx: Tx, refs: readonly Ref[], wanted: Wanted): Promise<CharacteristicValue[]> {
  const rows = await tx.rows<{
    id: string;
    operation: string;
    product: string;
    parameter: string;
    tool: string | null;
    chamber: string | null;
    processed_at: Date;
    measured_at: Date;
    count: number;
    size: number;
    lot: string;
    slot: number;
    run_id: string | null;
    recipe: string | null;
  }>(sql`
    SELECT c.id, c.operation, c.product, c.parameter, c.tool, c.chamber, c.processed_at, c.measured_at, c.count, c.size, c.lot, c.slot, c.run_id, r.recipe
    FROM count_record c LEFT JOIN run r ON r.id = c.run_id AND r.started_at = c.processed_at
    WHERE c.id = ANY(${ids(refs)}::uuid[]) AND c.measured_at BETWEEN ${from(refs)} AND ${to(refs)} AND c.superseded_by IS NULL`);
  const values = rows.map((r) => ({
    ...SINGLE,
    characteristic: characteristicName({ source: 'count', parameter: r.parameter, lot: false }),
    parameter: r.parameter,
    operation: r.operation,
    product: r.product,
    recipe: r.recipe,
    tool: r.tool,
    chamber: r.chamber,
    recordId: r.id,
    at: r.processed_at.getTime(),
    value: r.count,
    size: r.size,
    measuredAt: r.measured_at.getTime(),
    lot: r.lot,
    slot: r.slot,
    runId: r.run_id,
  }));
  return values.filter((v) => wanted.has(v.characteristic));
}

/**
 * Equipment events as values, one at each operation that the tool can make: what is charted is the time between them. An event is of no lot; it is
 * named after its tool and chamber.
 */
export async function ofEvents(tx: Tx, refs: readonly Ref[], wanted: Wanted): Promise<CharacteristicValue[]> {
  const rows = await tx.rows<{ id: string; tool: string; chamber: string | null; kind: string; at: Date; operation: string }>(sql`
    SELECT e.id, e.tool, e.chamber, e.kind, e.at, o.name AS operation FROM equipment_event e JOIN operation o ON e.tool = ANY(o.tools)
    WHERE e.id = ANY(${ids(refs)}::uuid[])`);
  const values = rows.map((r) => ({
    ...SINGLE,
    characteristic: characteristicName({ source: 'event', kind: r.kind, lot: false }),
    parameter: r.kind,
    operation: r.operation,
    product: '',
    recipe: null,
    tool: r.tool,
    chamber: r.chamber,
    recordId: r.id,
    at: r.at.getTime(),
    value: 1,
    measuredAt: r.at.getTime(),
    lot: r.chamber === null ? r.tool : `${r.tool} ${r.chamber}`,
    slot: 0,
    runId: null,
  }));
  return values.filter((v) => wanted.has(v.characteristic));
}
