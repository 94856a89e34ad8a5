import { bin, thresholdFreedmanDiaconis } from 'd3-array';
import { inUnit, toCsv } from '../csv';
import { num } from '../format';
import { specWords } from './control-limits.prepare';
import { niceTicks, paddedRange, tickDecimals } from './ticks';

export interface HistogramInput {
  label: string;
  unit: string;
  /** NaN is not counted. */
  values: ArrayLike<number>;
  /** Counted already, of more values than are here. */
  bins?: readonly Bin[] | undefined;
  lsl?: number | null;
  usl?: number | null;
  target?: number | null;
}

interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export interface HistogramModel {
  n: number;
  bins: readonly Bin[];
  xDomain: [number, number];
  yDomain: [number, number];
  xTicks: number[];
  yTicks: number[];
  xDecimals: number;
  /** Decimals that distinguish the bin edges. */
  binDecimals: number;
  summary: string;
}

const FEWEST = 5;
const MOST = 40;
/** Values that differ by less than this relative amount are the same. */
const FLAT = 1e-9;

/**
 * Counts in bins of about the width 2·IQR·n^(−1/3) (Freedman & Diaconis 1981), their edges at round numbers, 5 to 40 of them; values that are all the
 * same fill one bin. The range includes the limits, so that they are visible.
 */
export function prepareHistogram(c: HistogramInput): HistogramModel {
  const values = Array.from(c.values).filter(Number.isFinite);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const binned = bin<number, number>().thresholds((v, lo, hi) =>
    Math.min(MOST, Math.max(FEWEST, thresholdFreedmanDiaconis(v, lo, hi))),
  );
  if (most - least <= FLAT * Math.abs(most)) binned.domain(paddedRange([least], 0.5));
  const bins = c.bins ?? (values.length === 0 ? [] : binned(values)).map((b) => ({ from: b.x0!, to: b.x1!, count: b.length }));
  const n = bins.reduce((sum, b) => sum + b.count, 0);
  const xDomain = paddedRange([...bins.flatMap((b) => [b.from, b.to]), c.lsl, c.usl], 0.04);
  const top = Math.max(1, ...bins.map((b) => b.count));
  const xTicks = niceTicks(...xDomain, 4);
  const binDecimals = tickDecimals(bins.flatMap((b) => [b.from, b.to]));
  return {
    n,
    bins,
    xDomain,
    yDomain: [0, top],
    xTicks,
    yTicks: niceTicks(0, top, 3).filter(Number.isInteger),
    xDecimals: tickDecimals(xTicks),
    binDecimals,
    summary:
      bins.length === 0
        ? 'no values to count'
        : `${n} values in ${bins.length} bins of ${num(bins[0]!.to - bins[0]!.from, binDecimals)} ${c.unit}`,
  };
}

export const histogramCsv = (c: HistogramInput, m: HistogramModel): string =>
  toCsv(
    [inUnit('from', c.unit), inUnit('to', c.unit), 'count'],
    m.bins.map((b) => [b.from, b.to, b.count]),
  );

/** Notes for a picture of it. */
export const histogramNotes = (c: HistogramInput, m: HistogramModel): string[] => [
  m.summary,
  specWords({ lsl: c.lsl ?? null, target: c.target ?? null, usl: c.usl ?? null }) || 'no specification limits',
];
