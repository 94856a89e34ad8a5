import type { MeasurementRecord, RunRecord } from '@/lib/formats/wire';
import { measurementRecord, runRecord } from './door';

const HOUR = 3_600_000;
const iso = (ms: number): string => new Date(ms).toISOString();

/** A wafer of KITE-45 that CVD-01 coats in two minutes and ELL-01 measures at five sites. */
export interface WaferCase {
  /** Beginning of the keys of its records. */
  readonly key: string;
  readonly lot: string;
  readonly slot: number;
  /** Start of its run, epoch ms. */
  readonly at: number;
  readonly chamber?: string;
  /** Setpoint of its run, s. */
  readonly depositionTime?: number;
}

/** Its run. */
export const runOf = (w: WaferCase, over: Partial<RunRecord> = {}): RunRecord =>
  runRecord(w.lot, w.slot, {
    key: `${w.key}-r`,
    chamber: w.chamber ?? 'A',
    startedAt: iso(w.at),
    endedAt: iso(w.at + 120_000),
    setpoints: { deposition_time: w.depositionTime ?? 60 },
    ...over,
  });

const FIVE = { plan: 'P5', x: [0, 100, -100, 0, 0], y: [0, 0, 0, 100, -100] };

/** Five sites of which the mean is `mean`, nm. */
export const aroundMean = (mean: number): number[] => [mean, mean + 1, mean - 1, mean + 0.5, mean - 0.5];

/** Its measurement an hour after the run began, with this mean thickness, nm. */
export const measurementOf = (w: WaferCase, mean: number, over: Partial<MeasurementRecord> = {}): MeasurementRecord =>
  measurementRecord(w.lot, w.slot, {
    key: `${w.key}-m`,
    runKey: `${w.key}-r`,
    measuredAt: iso(w.at + HOUR),
    ...FIVE,
    value: aroundMean(mean),
    ...over,
  });
