import { characteristicName } from '@/lib/characteristic';
import { sql, type Tx } from '@/lib/db';
import type { Ref } from '@/lib/queue/jobs';

const ids = (refs: readonly Ref[]) => refs.map((r) => r.id);
const from = (refs: readonly Ref[]) => new Date(Math.min(...refs.map((r) => r.at)));
const to = (refs: readonly Ref[]) => new Date(Math.max(...refs.map((r) => r.at)));

/** A value of a count or an event, as `values.ts` hands it on. */
interface CountedValue {
  readonly characteristic: string;
  readonly parameter: string;
  readonly operation: string;
  readonly product: string;
  readonly tool: string | null;
  readonly chamber: string | null;
  readonly recordId: string;
  readonly at: number;
  readonly value: number;
  readonly size?: number;
  readonly uValue: null;
  readonly spread: null;
  readonly n: number;
  readonly measuredAt: number;
  readonly lot: string;
  readonly slot: number;
  readonly runId: string | null;
}

const SINGLE = { uValue: null, spread: null, n: 1 } as const;

/** Counts as values, each with the units that were inspected. */
export async function ofCounts(tx: Tx, refs: readonly Ref[]): Promise<CountedValue[]> {
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
  }>(sql`
    SELECT id, operation, product, parameter, tool, chamber, processed_at, measured_at, count, size, lot, slot, run_id FROM count_record
    WHERE id = ANY(${ids(refs)}::uuid[]) AND measured_at BETWEEN ${from(refs)} AND ${to(refs)} AND superseded_by IS NULL`);
  return rows.map((r) => ({
    ...SINGLE,
    characteristic: characteristicName({ source: 'count', parameter: r.parameter, lot: false }),
    parameter: r.parameter,
    operation: r.operation,
    product: r.product,
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
}

/**
 * Equipment events as values, one at each operation that the tool can make: what is charted is the time between them. An event is of no lot; it is
 * named after its tool and chamber.
 */
export async function ofEvents(tx: Tx, refs: readonly Ref[]): Promise<CountedValue[]> {
  const rows = await tx.rows<{ id: string; tool: string; chamber: string | null; kind: string; at: Date; operation: string }>(sql`
    SELECT e.id, e.tool, e.chamber, e.kind, e.at, o.name AS operation FROM equipment_event e JOIN operation o ON e.tool = ANY(o.tools)
    WHERE e.id = ANY(${ids(refs)}::uuid[])`);
  return rows.map((r) => ({
    ...SINGLE,
    characteristic: characteristicName({ source: 'event', kind: r.kind, lot: false }),
    parameter: r.kind,
    operation: r.operation,
    product: '',
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
}
