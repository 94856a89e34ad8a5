import { bulkInsert, sql, type Tx } from '@/lib/db';
import type { FieldIssue } from '@/lib/formats/incoming';
import { type MeasurementRecord, measurementIn } from '@/lib/formats/wire';
import { moments } from '@/lib/numerics';
import { enqueueLater, grouped } from '@/lib/queue/outbox';
import { feed } from '../feed';
import { issue, knownOperation, knownStation, knownWafer, plausibleTime, sameLength, sitesOnWafer, someValue } from './checks';
import { siteLayouts } from './layouts';
import { findRuns } from './link';
import type { CheckContext, IngestKind } from './types';

const MEASUREMENT = {
  table: 'measurement',
  columns: {
    id: 'uuid',
    key: 'text',
    station: 'text',
    lot: 'text',
    slot: 'int2',
    product: 'text',
    layer: 'text',
    operation: 'text',
    parameter: 'text',
    unit: 'text',
    plan: 'text',
    measured_at: 'timestamptz',
    run_id: 'uuid',
    processed_at: 'timestamptz',
    tool: 'text',
    chamber: 'text',
    layout_id: 'uuid',
    value: 'float8[]',
    u: 'float8[]',
    n: 'int4',
    mean: 'float8',
    sd: 'float8',
    min: 'float8',
    max: 'float8',
    revises: 'uuid',
  },
} as const;

const WAFERS_A_JOB = 50;

/** Count, mean, sample standard deviation and extremes of the measured sites (null = not measured). */
function siteSummary(value: readonly (number | null)[]): {
  n: number;
  mean: number;
  sd: number | null;
  min: number;
  max: number;
} {
  const m = moments(Float64Array.from(value, (v) => v ?? Number.NaN));
  return { n: m.n, mean: m.mean, sd: m.n > 1 ? Math.sqrt(m.variance) : null, min: m.min, max: m.max };
}

const unitIssues = (r: MeasurementRecord, c: CheckContext): FieldIssue[] => {
  const p = c.master.parameters.get(r.parameter);
  if (p === undefined)
    return [issue('parameter', `parameter "${r.parameter}" is not registered; register it, or correct the name`, 'unknown_name')];
  return p.unit === r.unit
    ? []
    : [issue('unit', `"${r.parameter}" is kept in ${p.unit}, not ${r.unit}; convert before sending`, 'wrong_unit')];
};

export const measurements: IngestKind<MeasurementRecord> = {
  kind: 'measurement',
  schema: measurementIn,
  times: (r) => [Date.parse(r.measuredAt)],
  lotOf: (r) => r.lot,
  check: (r, c) => [
    ...knownStation(r.station, c),
    ...knownOperation(r.operation, r.layer, c),
    ...knownWafer(r.lot, r.wafer, r.product, c),
    ...unitIssues(r, c),
    ...plausibleTime(r.measuredAt, 'measuredAt', c),
    ...sameLength({ x: r.x, y: r.y, value: r.value, u: r.u }),
    ...sitesOnWafer(r.x, r.y, r.product, c),
    ...someValue(r.value, 'value'),
  ],
  async insert(tx, sender, records) {
    const wire = records.map((r) => r.record);
    const [layouts, made] = [await siteLayouts(tx, wire), await findRuns(tx, wire)];
    const revised = await revisedIds(tx, sender, wire);
    await bulkInsert(
      tx,
      MEASUREMENT,
      records.map(({ id, record: r }, i) => ({
        id,
        key: r.key,
        station: r.station,
        lot: r.lot,
        slot: r.wafer,
        product: r.product,
        layer: r.layer,
        operation: r.operation,
        parameter: r.parameter,
        unit: r.unit,
        plan: r.plan,
        measured_at: r.measuredAt,
        run_id: made[i]?.id ?? null,
        processed_at: made[i]?.startedAt ?? null,
        tool: made[i]?.tool ?? null,
        chamber: made[i]?.chamber ?? null,
        layout_id: layouts[i]!,
        value: r.value,
        u: r.u ?? [],
        ...siteSummary(r.value),
        revises: revised[i]?.id ?? null,
      })),
    );
    for (const [i, { id }] of records.entries()) {
      const old = revised[i];
      if (old !== undefined)
        await tx.exec(sql`UPDATE measurement SET superseded_by = ${id} WHERE id = ${old.id} AND measured_at = ${old.at}`);
    }
    await enqueueLater(
      tx,
      grouped(records, () => '', WAFERS_A_JOB).map((group) => ({
        queue: 'spatial',
        payload: { v: 1, refs: group.map((g) => ({ id: g.id, at: Date.parse(g.record.measuredAt) })) },
      })),
    );
    await feed(
      tx,
      grouped(records, (r) => `${r.record.lot}|${r.record.operation}|${r.record.parameter}`, 1000).map((g) => {
        const r = g[0]!.record;
        const sites = g.reduce((s, q) => s + q.record.value.length, 0);
        return {
          kind: 'measurement',
          text: `Lot ${r.lot} measured at ${r.station}: ${r.parameter}, ${g.length} ${g.length === 1 ? 'wafer' : 'wafers'}, ${sites} sites`,
          detail: { lot: r.lot, station: r.station, parameter: r.parameter, measurementId: g[0]!.id, sites },
        };
      }),
    );
  },
};

/** The measurements that corrections name by the sender's key. */
async function revisedIds(
  tx: Tx,
  sender: string,
  wire: readonly MeasurementRecord[],
): Promise<({ id: string; at: Date } | undefined)[]> {
  const keys = wire.flatMap((r) => (r.revises === undefined ? [] : [r.revises]));
  if (keys.length === 0) return wire.map(() => undefined);
  const rows = await tx.rows<{ key: string; id: string; at: Date }>(sql`
    SELECT k.key, m.id, m.measured_at AS at FROM ingest_key k JOIN measurement m ON m.id = k.record_id
    WHERE k.sender = ${sender} AND k.kind = 'measurement' AND k.key = ANY(${keys}::text[])`);
  const byKey = new Map(rows.map((r) => [r.key, r]));
  return wire.map((r) => (r.revises === undefined ? undefined : byKey.get(r.revises)));
}
