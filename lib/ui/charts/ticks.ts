import { ticks } from 'd3-array';
import { utcTicks } from 'd3-time';
import { clock, shortDate } from '../format';
import type { AxisTick } from './plot-axes';

/** Round values, steps of 1, 2 or 5 × 10^k, about `count` of them inside [min, max]. */
export const niceTicks = (min: number, max: number, count = 5): number[] => ticks(min, max, count);

/** Decimals that distinguish neighbouring ticks. */
export function tickDecimals(ticks: readonly number[]): number {
  if (ticks.length < 2) return 2;
  for (let d = 0; d <= 9; d++)
    if (ticks.every((t) => Math.abs(t - Number(t.toFixed(d))) < 1e-9 * Math.max(1, Math.abs(t)))) return d;
  return 9;
}

/** [min, max] of finite values, widened by a share; missing values are skipped; a flat series gets a span of its own. */
export function paddedRange(values: Iterable<number | null | undefined>, pad = 0.06): [number, number] {
  let lo = Number.POSITIVE_INFINITY;
  let hi = Number.NEGATIVE_INFINITY;
  for (const v of values) {
    if (v === null || v === undefined || !Number.isFinite(v)) continue;
    if (v < lo) lo = v;
    if (v > hi) hi = v;
  }
  if (!(hi >= lo)) return [0, 1];
  const span = hi - lo || Math.abs(hi) * 0.02 || 1;
  return [lo - pad * span, hi + pad * span];
}

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Ticks at round UTC minutes, hours, days or months, with their labels ("14:00", "2 Nov"). */
export const timeTicks = (fromMs: number, toMs: number, count = 8): AxisTick[] =>
  utcTicks(new Date(fromMs), new Date(toMs), count)
    .map(Number)
    .filter((ms) => ms % MINUTE === 0)
    .map((value) => ({ value, label: value % DAY === 0 ? shortDate(value) : clock(value) }));
