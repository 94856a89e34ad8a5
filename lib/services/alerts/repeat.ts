import { type Db, sql } from '@/lib/db';

/** What was measured of the same wafer before. */
export interface EarlierMeasurement {
  readonly id: string;
  readonly mean: number;
  readonly unit: string;
  readonly measured_at: Date;
  /** The later one corrects it, so that it is off the chart. */
  readonly corrected: boolean;
}

/**
 * The newest measurement of the same wafer, operation and parameter after the same run that had arrived before this one; null: this is the first, or no measurement of a wafer. A wafer that was
 * processed again is not measured again.
 */
export async function earlierMeasurement(on: Db, recordId: string): Promise<EarlierMeasurement | null> {
  const row = await on.one<EarlierMeasurement>(sql`
    SELECT e.id, e.mean, e.unit, e.measured_at, m.revises IS NOT NULL AS corrected FROM measurement m
    JOIN measurement e ON e.lot = m.lot AND e.operation = m.operation AND e.slot = m.slot AND e.parameter = m.parameter AND e.run_id IS NOT DISTINCT FROM m.run_id AND e.id <> m.id AND e.received_at < m.received_at
    WHERE m.id = ${recordId} ORDER BY e.received_at DESC, e.measured_at DESC LIMIT 1`);
  return row ?? null;
}

/** "re-measurement; before it was 100.2 nm, measured 2026-09-01 03:00 UTC". */
export const repeatWords = (e: EarlierMeasurement): string =>
  `${e.corrected ? 'correction' : 're-measurement'}; before it was ${Number(e.mean.toPrecision(5))} ${e.unit}, measured ${e.measured_at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
