import { decimate } from '@/lib/traces';
import type { LimitSegment } from '../charts/control-chart.model';
import { specSegments, specWords } from '../charts/control-limits.prepare';
import type { AxisTick } from '../charts/plot-axes';
import { niceTicks, paddedRange, tickDecimals, timeTicks } from '../charts/ticks';
import { inUnit, toCsv } from '../csv';
import { percent, plural } from '../format';

export interface PredictionsInput {
  title: string;
  unit: string;
  at: Float64Array;
  value: Float64Array;
  lo: Float64Array;
  hi: Float64Array;
  /** NaN where the wafer was not measured. */
  measured: Float64Array;
  reliable: readonly boolean[];
  /** Version of the model that predicted each. */
  version: readonly number[];
  label: readonly string[];
  /** Tool and chamber of each: they differ by more than their predictions vary, so no line joins them. */
  place: readonly string[];
  lsl: number | null;
  usl: number | null;
  windowMs: readonly [number, number];
}

export interface PredictionPoint {
  x: number;
  y: number;
  band: [number, number];
  measured: number | null;
  reliable: boolean;
  i: number;
}

export interface PredictionsModel {
  points: PredictionPoint[];
  xDomain: [number, number];
  yDomain: [number, number];
  xTicks: AxisTick[];
  yTicks: number[];
  decimals: number;
  coverage: Coverage;
  /** Specification limits with their names. */
  limits: LimitSegment[];
}

export interface Coverage {
  measured: number;
  inside: number;
  /** Root mean square of predicted − measured; NaN without any measured wafer. */
  rms: number;
  bias: number;
}

/**
 * How often the measured value lay in the 95 % interval, and how far the predictions were off.
 * @param counted - which predictions count: those inside the domain, since the others are not charted and make no claim; not given: all.
 */
export function coverageOf(
  c: Pick<PredictionsInput, 'value' | 'lo' | 'hi' | 'measured'>,
  counted?: readonly boolean[],
): Coverage {
  let measured = 0;
  let inside = 0;
  let ss = 0;
  let s = 0;
  for (let i = 0; i < c.measured.length; i++) {
    const m = c.measured[i]!;
    if (Number.isNaN(m) || Number.isNaN(c.value[i]!) || counted?.[i] === false) continue;
    measured++;
    if (m >= c.lo[i]! && m <= c.hi[i]!) inside++;
    ss += (c.value[i]! - m) ** 2;
    s += c.value[i]! - m;
  }
  return {
    measured,
    inside,
    rms: measured > 0 ? Math.sqrt(ss / measured) : Number.NaN,
    bias: measured > 0 ? s / measured : Number.NaN,
  };
}

/** Predictions left off the VM charts, and why: T² beyond its limit (extreme), SPE beyond its limit (of another kind), or both. */
export function heldBack(p: { reliable: readonly boolean[]; t2: Float64Array; spe: Float64Array }): {
  n: number;
  share: string;
  text: string;
} {
  const out = p.reliable.flatMap((r, i) => (r ? [] : [i]));
  const t2 = out.filter((i) => p.t2[i]! > 1).length;
  const spe = out.filter((i) => p.spe[i]! > 1).length;
  if (p.reliable.length === 0) return { n: 0, share: '–', text: '–' };
  const share = `${out.length} of ${p.reliable.length} (${((100 * out.length) / p.reliable.length).toFixed(1)} %)`;
  return { n: out.length, share, text: out.length === 0 ? share : `${share}: ${spe} by SPE, ${t2} by T²` };
}

/** Points to draw: decimated, but every measured and every unreliable prediction is kept. */
export function preparePredictions(c: PredictionsInput, buckets = 240): PredictionsModel {
  const keep = Array.from(c.at, (_, i) => !c.reliable[i] || !Number.isNaN(c.measured[i]!));
  const points = Array.from(decimate(c.value, keep, buckets), (i) => ({
    x: c.at[i]!,
    y: c.value[i]!,
    band: [c.lo[i]!, c.hi[i]!] as [number, number],
    measured: Number.isNaN(c.measured[i]!) ? null : c.measured[i]!,
    reliable: c.reliable[i]!,
    i,
  }));
  const xDomain: [number, number] = [c.windowMs[0], c.windowMs[1]];
  const yDomain = paddedRange([...points.flatMap((p) => [p.y, p.measured, ...p.band]), c.lsl, c.usl]);
  const yTicks = niceTicks(yDomain[0], yDomain[1], 5);
  return {
    points,
    xDomain,
    yDomain,
    yTicks,
    decimals: tickDecimals(yTicks),
    xTicks: timeTicks(xDomain[0], xDomain[1], 8),
    coverage: coverageOf(c, c.reliable),
    limits: specSegments([{ fromMs: xDomain[0], lsl: c.lsl, usl: c.usl, target: null }], (ms) => ms, xDomain, ['usl', 'lsl']),
  };
}

/** The chart in one sentence. */
export function predictionSummary(c: Pick<PredictionsInput, 'at' | 'reliable'>, { measured, inside }: Coverage): string {
  const outside = c.reliable.filter((r) => !r).length;
  const share = measured > 0 ? percent(inside / measured) : 'none';
  return `${plural(c.at.length, 'prediction')}, ${outside} outside the model's domain; ${plural(measured, 'wafer')} inside it measured, ${share} of them inside their 95 % interval.`;
}

/** Every prediction of the window, in time order. */
export const predictionsCsv = (c: PredictionsInput): string =>
  toCsv(
    [
      'process_time',
      'wafer',
      'chamber',
      ...['predicted', 'interval_low', 'interval_high', 'measured'].map((name) => inUnit(name, c.unit)),
      'inside_domain',
      'version',
    ],
    Array.from(c.at, (t, i) => [
      new Date(t),
      c.label[i],
      c.place[i],
      c.value[i],
      c.lo[i],
      c.hi[i],
      c.measured[i],
      c.reliable[i],
      c.version[i],
    ]),
  );

/** Notes above an exported picture: its content, its limits, and the meaning of the marks. */
export const predictionNotes = (c: Pick<PredictionsInput, 'lsl' | 'usl'>, summary: string): string[] => [
  summary,
  c.lsl === null && c.usl === null ? 'no specification limits' : specWords({ ...c, target: null }),
  'small dots: predicted; whiskers: 95 % interval; large dots: measured; squares: outside the domain of the model',
];
