import { bulkInsert } from '@/lib/db';
import { type OverlayMeasurementRecord, overlayMeasurementIn } from '@/lib/formats/wire';
import { enqueueLater, grouped } from '@/lib/queue/outbox';
import { feed } from '../live/feed';
import {
  knownOperation,
  knownStation,
  knownUncertainty,
  knownWafer,
  plausibleTime,
  sameLength,
  sitesOnWafer,
  someValue,
} from '../master/checks';
import { overlayLayouts } from './layouts';
import { linkRuns, runColumns } from './link';
import type { IngestKind } from './types';

/** A fit takes some 7 ms: a job stays below 50 ms of arithmetic. */
const WAFERS_A_JOB = 6;

export const overlayMeasurements: IngestKind<OverlayMeasurementRecord> = {
  kind: 'overlay',
  schema: overlayMeasurementIn,
  times: (r) => [Date.parse(r.measuredAt)],
  lotOf: (r) => r.lot,
  check: (r, c) => [
    ...knownStation(r.station, c),
    ...knownOperation(r.operation, r.layer, c),
    ...knownWafer(r.lot, r.wafer, r.product, c),
    ...plausibleTime(r.measuredAt, 'measuredAt', c),
    ...sameLength({ x: r.x, y: r.y, column: r.column, row: r.row, fx: r.fx, fy: r.fy, dx: r.dx, dy: r.dy, u: r.u }),
    ...sitesOnWafer(r.x, r.y, r.product, c),
    ...someValue(r.dx, 'dx'),
    ...someValue(r.dy, 'dy'),
    ...knownUncertainty(r.u, (i) => r.dx[i] !== null || r.dy[i] !== null),
  ],
  async insert(tx, _sender, sent) {
    const { kept: records, made, refused, pending } = await linkRuns(tx, sent);
    const layouts = await overlayLayouts(
      tx,
      records.map((r) => r.record),
    );
    await bulkInsert(
      tx,
      'overlay_measurement',
      records.map(({ id, record: r }, i) => ({
        id,
        key: r.key,
        station: r.station,
        lot: r.lot,
        slot: r.wafer,
        product: r.product,
        layer: r.layer,
        reference_layer: r.referenceLayer,
        operation: r.operation,
        plan: r.plan,
        measured_at: r.measuredAt,
        ...runColumns(r, made[i]),
        layout_id: layouts[i]!,
        dx: r.dx,
        dy: r.dy,
        u: (r.u ?? []).map((v, k) => (r.dx[k] === null && r.dy[k] === null ? null : v)),
      })),
    );
    await enqueueLater(
      tx,
      grouped(records, () => '', WAFERS_A_JOB).map((group) => ({
        queue: 'overlay',
        payload: { v: 1, refs: group.map((g) => ({ id: g.id, at: Date.parse(g.record.measuredAt) })) },
      })),
    );
    await feed(
      tx,
      grouped(records, (r) => `${r.record.lot}|${r.record.operation}`, 1000).map((g) => {
        const r = g[0]!.record;
        const marks = g.reduce((s, q) => s + q.record.dx.length, 0);
        return {
          kind: 'measurement',
          text: `Lot ${r.lot} overlay measured at ${r.station}: ${g.length} ${g.length === 1 ? 'wafer' : 'wafers'}, ${marks} marks`,
          detail: { lot: r.lot, station: r.station, overlayId: g[0]!.id, marks },
        };
      }),
    );
    return { refused, pending };
  },
};
