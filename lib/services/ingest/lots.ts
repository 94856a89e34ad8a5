import { bulkInsert } from '@/lib/db';
import { type LotRecord, lotIn } from '@/lib/formats/wire';
import { feed } from '../feed';
import { issue, knownProduct, plausibleTime } from './checks';
import type { IngestKind } from './types';

const LOT = {
  table: 'lot',
  columns: { name: 'text', product: 'text', route: 'text', wafers: 'int4', started_at: 'timestamptz' },
  onConflict: 'ON CONFLICT (name) DO NOTHING',
} as const;

export const lots: IngestKind<LotRecord> = {
  kind: 'lot',
  schema: lotIn,
  times: () => [],
  lotOf: (r) => r.lot,
  check: (r, c) => [
    ...knownProduct(r.product, c),
    ...plausibleTime(r.startedAt, 'startedAt', c),
    ...(c.master.routes.has(r.route) ? [] : [issue('route', `route "${r.route}" is not registered`, 'unknown_name')]),
    ...(c.lots.has(r.lot) ? [issue('lot', `lot "${r.lot}" exists already; a lot is registered once`, 'conflict')] : []),
  ],
  async insert(tx, _sender, records) {
    await bulkInsert(
      tx,
      LOT,
      records.map(({ record: r }) => ({
        name: r.lot,
        product: r.product,
        route: r.route,
        wafers: r.wafers,
        started_at: r.startedAt,
      })),
    );
    await feed(
      tx,
      records.map(({ record: r }) => ({
        kind: 'lot',
        text: `Lot ${r.lot} of ${r.product} started`,
        detail: { lot: r.lot, product: r.product },
      })),
    );
  },
};
