import type { Rng } from '@/lib/numerics';
import { INSPECTED_OPERATION } from './counted';
import type { ProcessedWafer } from './metrology';
import { keyed } from './random';
import type { Pending } from './state';
import { iso } from './time';
import type { CountRecord, LotRun } from './types';

/** Scratches of a wafer in control, and what a percent of a faulty edge adds. */
const USUAL = 2.5;
const AN_EDGE_PERCENT = 1.5;
/** Share of wafers with a long scratch. */
const LONG = 0.05;
/** Wafers of a lot that are inspected, as the day allows. */
const FEWEST = 3;
const MOST = 10;
/** The inspection follows the thickness station by this much. */
const LATER_MS = 25 * 60_000;

/** A Poisson number by multiplication of uniforms, which is exact for the small means that occur here. @reference Knuth, TAOCP vol. 2, §3.4.1. */
function poisson(rng: Rng, mean: number): number {
  const limit = Math.exp(-mean);
  let n = 0;
  for (let product = rng.uniform(); product > limit; product *= rng.uniform()) n++;
  return n;
}

/** Counts of a lot once the last of its sampled wafers has been measured: as many wafers as the inspection has time for, worn like the sampled ones. */
export function inspection(seed: number, run: LotRun, wafers: readonly ProcessedWafer[]): Pending[] {
  if (run.operation !== INSPECTED_OPERATION || wafers.length === 0) return [];
  const at = Math.max(...wafers.map((w) => w.measuredAt)) + LATER_MS;
  const rng = keyed(seed, 'inspection', run.key);
  const inspected = FEWEST + rng.integer(MOST - FEWEST + 1);
  const ring = wafers.reduce((s, w) => s + w.ringPercent, 0) / wafers.length;
  const found = { scratches: 0, scratched_wafers: 0 };
  for (let k = 0; k < inspected; k++) {
    found.scratches += poisson(rng, USUAL + AN_EDGE_PERCENT * ring);
    found.scratched_wafers += rng.uniform() < LONG ? 1 : 0;
  }
  const counts = Object.entries(found).map(
    ([parameter, count]): CountRecord => ({
      key: `${run.key}/${parameter}`,
      lot: run.lot,
      product: run.product,
      layer: run.layer,
      operation: run.operation,
      parameter,
      count,
      of: inspected,
      unit: 'wafer',
      tool: run.tool,
      measuredAt: iso(at),
    }),
  );
  return [{ at, counts, truth: [] }];
}
