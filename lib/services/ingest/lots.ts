import { bulkInsert, type RowOf, sql, type Tx } from '@/lib/db';
import type { FieldIssue } from '@/lib/formats/incoming';
import { type LotRecord, lotIn } from '@/lib/formats/wire';
import { feed } from '../live/feed';
import { issue, knownProduct, plausibleTime } from '../master/checks';
import type { Accepted, IngestKind } from './types';

export const lots: IngestKind<LotRecord> = {
  kind: 'lot',
  schema: lotIn,
  times: () => [],
  check: (r, c) => [
    ...knownProduct(r.product, c),
    ...plausibleTime(r.startedAt, 'startedAt', c),
    ...(c.master.routes.has(r.route) ? [] : [issue('route', `route "${r.route}" is not registered`, 'unknown_name')]),
  ],
  async insert(tx, _sender, records) {
    const known = await lotsNamed(tx, records);
    const rows = records.map(({ record: r }) => ({
      name: r.lot,
      product: r.product,
      route: r.route,
      wafers: r.wafers,
      started_at: r.startedAt,
    }));
    await bulkInsert(tx, 'lot', rows, { key: ['name'], update: [] });
    await feed(
      tx,
      [...new Map(records.filter((q) => !known.has(q.record.lot)).map((q) => [q.record.lot, q.record])).values()].map((r) => ({
        kind: 'lot',
        text: `Lot ${r.lot} of ${r.product} started`,
        detail: { lot: r.lot, product: r.product },
      })),
    );
    return { refused: otherContent(records, await lotsNamed(tx, records)) };
  },
};

type LotRow = RowOf<'lot'>;

async function lotsNamed(tx: Tx, records: readonly Accepted<LotRecord>[]): Promise<ReadonlyMap<string, LotRow>> {
  const rows = await tx.rows<LotRow>(
    sql`SELECT name, product, route, wafers, started_at FROM lot WHERE name = ANY(${records.map((r) => r.record.lot)}::text[])`,
  );
  return new Map(rows.map((r) => [r.name, r]));
}

/** A lot is registered once: a record under another key is the same lot when its content is the same, and a conflict when it is not. */
function otherContent(
  records: readonly Accepted<LotRecord>[],
  stored: ReadonlyMap<string, LotRow>,
): ReadonlyMap<string, readonly FieldIssue[]> {
  const refused = new Map<string, readonly FieldIssue[]>();
  for (const { id, record: r } of records) {
    const s = stored.get(r.lot)!;
    const sent = { product: r.product, route: r.route, wafers: r.wafers, startedAt: Math.round(Date.parse(r.startedAt)) };
    const kept = { product: s.product, route: s.route, wafers: s.wafers, startedAt: s.started_at.getTime() };
    const field = (Object.keys(sent) as (keyof typeof sent)[]).find((k) => sent[k] !== kept[k]);
    if (field === undefined) continue;
    const word = (v: string | number) => (field === 'startedAt' ? new Date(v).toISOString() : String(v));
    refused.set(id, [
      issue(
        field,
        `lot "${r.lot}" is registered with ${field} ${word(kept[field])}, this record says ${word(sent[field])}; a lot is registered once`,
        'conflict',
      ),
    ]);
  }
  return refused;
}
