import { sql, type Tx } from '@/lib/db';
import { endCondition, raiseCondition } from './condition';

/** A station and the recipe that refuses, or accepts, its spectra. */
export interface StationWafer {
  readonly station: string;
  readonly recipe: string;
  readonly area: string;
  readonly product: string;
  readonly operation: string;
  readonly lot: string;
  readonly slot: number;
  readonly recordId: string;
  readonly at: Date;
}

/** With more than this share of refused sites the fault is the station's rather than the wafer's. */
export const STATION_SHARE = 0.5;

const keyOf = (w: Pick<StationWafer, 'station' | 'recipe'>): string => `spectra:${w.station}:${w.recipe}`;

/**
 * One open alert per station and recipe: the lamp, the calibration or the sample is not what the model describes.
 * @param worst - largest χ²/ν of a refused site.
 */
export const raiseStation = (tx: Tx, w: StationWafer, title: string, worst: number): Promise<void> =>
  raiseCondition(tx, {
    key: keyOf(w),
    kind: 'spectra',
    severity: 'high',
    title,
    area: w.area,
    tool: w.station,
    chamber: null,
    product: w.product,
    operation: w.operation,
    lot: w.lot,
    slot: w.slot,
    recordId: w.recordId,
    runId: null,
    from: w.at,
    to: w.at,
    count: 1,
    value: worst,
  });

/** An accepted wafer may end it. */
export const endStation = (tx: Tx, w: StationWafer): Promise<void> =>
  endCondition(
    tx,
    keyOf(w),
    (last) => sql`
      SELECT count(*)::int AS n FROM spectrum s JOIN spectrum_fit f ON f.spectrum_id = s.id AND f.measured_at = s.measured_at
      WHERE s.station = ${w.station} AND s.recipe = ${w.recipe} AND s.measured_at > ${last} AND s.sites - f.accepted <= ${STATION_SHARE}::float8 * s.sites`,
    `wafers of ${w.station} were accepted by ${w.recipe}`,
  );
