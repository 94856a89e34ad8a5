import { clock, shortDate } from '../format';

/** Round steps 1, 2, 2.5, 5 × 10^k that give about `count` ticks inside [min, max]. */
export function niceTicks(min: number, max: number, count = 5): number[] {
  if (!(max > min)) return [min];
  const raw = (max - min) / Math.max(1, count);
  const mag = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * mag).find((s) => s >= 0.85 * raw) ?? 10 * mag;
  const out: number[] = [];
  for (let i = Math.ceil(min / step - 1e-9); i * step <= max + step * 1e-9; i++)
    out.push(i === 0 ? 0 : Number((i * step).toPrecision(12)));
  return out;
}

/** Decimals that tell neighbouring ticks apart. */
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

const MIN = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
const STEPS = [
  MIN,
  5 * MIN,
  15 * MIN,
  30 * MIN,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  3 * DAY,
  7 * DAY,
  14 * DAY,
  30 * DAY,
  90 * DAY,
];

/** Ticks at round UTC hours or days, with their labels ("14:00", "2 Nov"). */
export function timeTicks(fromMs: number, toMs: number, count = 8): { values: number[]; label: (ms: number) => string } {
  const want = (toMs - fromMs) / Math.max(1, count);
  const step = STEPS.find((s) => s >= want) ?? 90 * DAY;
  const values: number[] = [];
  for (let t = Math.ceil(fromMs / step) * step; t <= toMs; t += step) values.push(t);
  return { values, label: (ms) => (ms % DAY === 0 ? shortDate(ms) : clock(ms)) };
}
