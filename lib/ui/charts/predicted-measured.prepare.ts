import { inUnit, toCsv } from '../csv';
import { num } from '../format';
import { niceTicks, paddedRange, tickDecimals } from './ticks';

export interface PredictedMeasuredInput {
  title: string;
  unit: string;
  measured: Float64Array;
  predicted: Float64Array;
  /** Ends of the 95 % prediction interval. */
  lo: Float64Array;
  hi: Float64Array;
  /** Inside the model's applicability domain. */
  reliable: readonly boolean[];
  /** Version of the model that predicted each. */
  version: readonly number[];
  label: readonly string[];
}

const MAX_POINTS = 1000;

/**
 * Pairs with both values, by measured value (at most 1000, evenly taken), on one square domain that holds the intervals of predictions inside the
 * model's domain; the whiskers of others end at the frame. The coverage counts only those inside the domain.
 */
export function preparePredicted(c: PredictedMeasuredInput) {
  const all = Array.from(c.measured.keys()).filter((i) => Number.isFinite(c.measured[i]!) && Number.isFinite(c.predicted[i]!));
  all.sort((a, b) => c.measured[a]! - c.measured[b]!);
  const index =
    all.length <= MAX_POINTS
      ? all
      : Array.from({ length: MAX_POINTS }, (_, k) => all[Math.round((k * (all.length - 1)) / (MAX_POINTS - 1))]!);
  const domain = paddedRange(
    index.flatMap((i) => [c.measured[i], c.predicted[i], ...(c.reliable[i] ? [c.lo[i], c.hi[i]] : [])]),
    0.04,
  );
  const ticks = niceTicks(domain[0], domain[1], 5);
  const vouched = all.filter((i) => c.reliable[i]);
  const covered = vouched.filter((i) => c.measured[i]! >= c.lo[i]! && c.measured[i]! <= c.hi[i]!).length;
  const coverage = vouched.length > 0 ? covered / vouched.length : Number.NaN;
  const within = (v: number): number => Math.min(domain[1], Math.max(domain[0], v));
  return {
    index,
    domain,
    whiskers: index.map((i) => ({ x: c.measured[i]!, lo: within(c.lo[i]!), hi: within(c.hi[i]!) })),
    ticks,
    decimals: tickDecimals(ticks),
    coverage,
    summary:
      all.length === 0
        ? 'no wafer has both values yet'
        : `${all.length} wafers, ${vouched.length} inside the domain of the model, ${num(coverage * 100, 0)} % of those inside their 95 % interval${index.length < all.length ? `, ${index.length} drawn` : ''}`,
  };
}

export type PredictedModel = ReturnType<typeof preparePredicted>;

/** The pairs that are drawn. */
export const predictedCsv = (c: PredictedMeasuredInput, index: readonly number[]): string =>
  toCsv(
    [
      'wafer',
      ...['measured', 'predicted', 'interval_low', 'interval_high'].map((name) => inUnit(name, c.unit)),
      'inside_domain',
      'version',
    ],
    index.map((i) => [c.label[i], c.measured[i], c.predicted[i], c.lo[i], c.hi[i], c.reliable[i], c.version[i]]),
  );

/** One wafer as it is read aloud. */
export function predictedWords(c: PredictedMeasuredInput, i: number, decimals: number): string {
  const n = (v: number | undefined): string => num(v, decimals);
  return `${c.label[i]}: measured ${n(c.measured[i])}, predicted ${n(c.predicted[i])} (${n(c.lo[i])} to ${n(c.hi[i])}) ${c.unit}${c.reliable[i] ? '' : ', outside the model’s domain'}`;
}

/** One row of the table. */
export const predictedRow = (c: PredictedMeasuredInput, i: number, decimals: number) => ({
  key: String(i),
  cells: [c.label[i], ...[c.measured, c.predicted, c.lo, c.hi].map((v) => num(v[i], decimals)), c.reliable[i] ? 'yes' : 'no'],
});
