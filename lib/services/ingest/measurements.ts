import { OVERLAY_PARAMETERS } from '@/lib/characteristic';
import { bulkInsert, type Tx } from '@/lib/db';
import type { FieldIssue } from '@/lib/formats/incoming';
import { isSameUnit } from '@/lib/formats/units';
import { type MeasurementRecord, measurementIn } from '@/lib/formats/wire';
import { moments } from '@/lib/numerics';
import { enqueueLater, grouped } from '@/lib/queue/outbox';
import { uOfMean, uOfSd } from '@/lib/uncertainty';
import { feed } from '../live/feed';
import type { CheckContext } from '../master/checks';
import {
  issue,
  knownOperation,
  knownStation,
  knownUncertainty,
  knownWafer,
  plausibleTime,
  sameLength,
  sharedUncertainty,
  sitesOnWafer,
  someValue,
} from '../master/checks';
import { chainCorrections } from './corrections';
import { siteLayouts } from './layouts';
import { linkRuns, type MadeBy, runColumns } from './link';
import type { Accepted, IngestKind } from './types';

const WAFERS_A_JOB = 50;

/**
 * Count, mean, sample standard deviation and extremes of the measured sites (null = not measured), with the uncertainties of mean and
 * deviation from the same sites; null where the record gives none.
 */
function siteSummary(r: MeasurementRecord) {
  const value = numbers(r.value);
  const m = moments(value);
  const kept = (v: readonly (number | null)[]) => numbers(v.map((c, k) => (r.value[k % r.value.length] === null ? null : c)));
  const u = kept(r.u ?? []);
  const uCommon = kept(r.uCommon ?? []);
  const sites = { u, common: uCommon };
  return {
    value,
    u,
    u_common: uCommon,
    n: m.n,
    mean: m.mean,
    u_mean: u.length > 0 ? uOfMean(value, sites) : null,
    sd: m.n > 1 ? Math.sqrt(m.variance) : null,
    u_sd: u.length > 0 ? uOfSd(value, sites) : null,
    min: m.min,
    max: m.max,
  };
}

const numbers = (v: readonly (number | null)[]): Float64Array => Float64Array.from(v, (q) => q ?? Number.NaN);

const unitIssues = (r: MeasurementRecord, c: CheckContext): FieldIssue[] => {
  const p = c.master.parameters.get(r.parameter);
  if (p === undefined)
    return [issue('parameter', `parameter "${r.parameter}" is not registered; register it, or correct the name`, 'unknown_name')];
  if (OVERLAY_PARAMETERS.has(r.parameter))
    return [
      issue(
        'parameter',
        `"${r.parameter}" is computed from overlay marks; send the marks to overlay-measurements`,
        'wrong_collection',
      ),
    ];
  return p.unit === r.unit
    ? []
    : [issue('unit', `"${r.parameter}" is kept in ${p.unit}, not ${r.unit}; convert before sending`, 'wrong_unit')];
};

export const measurements: IngestKind<MeasurementRecord> = {
  kind: 'measurement',
  schema: measurementIn,
  times: (r) => [Date.parse(r.measuredAt)],
  lotOf: (r) => r.lot,
  canonical: (r, m) => {
    const unit = m.parameters.get(r.parameter)?.unit;
    return unit === undefined || unit === r.unit || !isSameUnit(unit, r.unit) ? r : { ...r, unit };
  },
  refusals: async (db, records) => (await linkRuns(db, records)).refused,
  check: (r, c) => [
    ...knownStation(r.station, c),
    ...knownOperation(r.operation, r.layer, c),
    ...knownWafer(r.lot, r.wafer, r.product, c),
    ...unitIssues(r, c),
    ...plausibleTime(r.measuredAt, 'measuredAt', c),
    ...sameLength({ x: r.x, y: r.y, value: r.value, u: r.u }),
    ...sitesOnWafer(r.x, r.y, r.product, c),
    ...someValue(r.value, 'value'),
    ...knownUncertainty(r.u, (i) => r.value[i] !== null),
    ...sharedUncertainty(r),
  ],
  async insert(tx, sender, records) {
    const { kept, made, refused, pending } = await linkRuns(tx, records);
    const uncorrected = await writeMeasurements(tx, sender, kept, made);
    return { refused: new Map([...refused, ...uncorrected]), pending };
  },
};

/**
 * Writes measurements with their runs, and the tasks that follow.
 * @returns records that were deleted again, since they cannot be the corrections they claim to be.
 */
export async function writeMeasurements(
  tx: Tx,
  sender: string,
  records: readonly Accepted<MeasurementRecord>[],
  made: readonly (MadeBy | undefined)[],
): Promise<ReadonlyMap<string, readonly FieldIssue[]>> {
  const layouts = await siteLayouts(
    tx,
    records.map((r) => r.record),
  );
  await bulkInsert(
    tx,
    'measurement',
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
      ...runColumns(r, made[i]),
      layout_id: layouts[i]!,
      ...siteSummary(r),
    })),
  );
  const refused = await chainCorrections(tx, sender, records);
  const kept = records.filter((r) => !refused.has(r.id));
  await enqueueLater(
    tx,
    grouped(kept, () => '', WAFERS_A_JOB).map((group) => ({
      queue: 'spatial',
      payload: { v: 1, refs: group.map((g) => ({ id: g.id, at: Date.parse(g.record.measuredAt) })) },
    })),
  );
  await feed(
    tx,
    grouped(kept, (r) => `${r.record.lot}|${r.record.operation}|${r.record.parameter}`, 1000).map((g) => {
      const r = g[0]!.record;
      const sites = g.reduce((s, q) => s + q.record.value.length, 0);
      return {
        kind: 'measurement',
        text: `Lot ${r.lot} measured at ${r.station}: ${r.parameter}, ${g.length} ${g.length === 1 ? 'wafer' : 'wafers'}, ${sites} sites`,
        detail: { lot: r.lot, station: r.station, parameter: r.parameter, measurementId: g[0]!.id, sites },
      };
    }),
  );
  return refused;
}
