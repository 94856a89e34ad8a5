import { bisectLeft, bisectRight } from 'd3-array';
import { decimate, leavesBand, type TraceDeviation, traceDeviation } from '@/lib/traces';
import { inUnit, recorded, toCsv } from '../csv';
import { num } from '../format';
import { niceTicks, paddedRange, tickDecimals } from './ticks';

export interface TraceStep {
  name: string;
  /** Seconds from the start of the run. */
  fromS: number;
  toS: number;
}

export interface TraceInput {
  sensor: string;
  unit: string;
  /** Seconds from the start, ascending; shared by value and band. */
  t: Float32Array;
  /** NaN: no sample. */
  v: Float32Array;
  /**
   * The prediction for the next nominal run of the same chamber and recipe: mean and prediction limits at each sample; absent when there are too few
   * runs.
   */
  band?: { mid: Float32Array; lo: Float32Array; hi: Float32Array; runs: number } | undefined;
  steps: readonly TraceStep[];
}

export interface TraceModel {
  tDomain: [number, number];
  yDomain: [number, number];
  tTicks: number[];
  yTicks: number[];
  yDecimals: number;
  deviation: TraceDeviation;
  missing: number;
  /** Indices of the samples that are drawn: the extremes, and every sample outside the band. */
  shown: Int32Array;
  isOutside: (i: number) => boolean;
  /** More samples are outside than in a good run. */
  isOut: boolean;
  summary: string;
}

/** Runs of samples that are drawn by their extremes: more than a chart has pixels. */
const BUCKETS = 1200;

export function prepareTrace(c: TraceInput): TraceModel {
  const isOutside = (i: number): boolean => c.band !== undefined && (c.v[i]! > c.band.hi[i]! || c.v[i]! < c.band.lo[i]!);
  const t0 = c.t[0] ?? 0;
  const t1 = c.t.at(-1) ?? 1;
  const yDomain = paddedRange(c.band ? [...c.v, ...c.band.lo, ...c.band.hi] : c.v, 0.06);
  const yTicks = niceTicks(yDomain[0], yDomain[1], 4);
  let missing = 0;
  for (const v of c.v) if (Number.isNaN(v)) missing++;
  const deviation = traceDeviation(c);
  const compared = deviation.comparedShare < 1 ? `; ${num(100 - deviation.comparedShare * 100, 0)} % have no reference` : '';
  const what =
    !c.band || Number.isNaN(deviation.outsideShare)
      ? 'no reference: too few good runs of this chamber and recipe to judge'
      : deviation.outsideShare > 0
        ? `${num(deviation.outsideShare * 100, 0)} % of the samples outside the golden band of ${c.band.runs} runs, most at ${num(deviation.worstAtS, 1)} s${compared}`
        : `inside the golden band of ${c.band.runs} runs${compared}`;
  return {
    tDomain: [t0, t1 > t0 ? t1 : t0 + 1],
    yDomain,
    tTicks: niceTicks(t0, t1, 6),
    yTicks,
    yDecimals: tickDecimals(yTicks),
    deviation,
    missing,
    shown: decimate(
      c.v,
      Array.from(c.v, (_, i) => isOutside(i)),
      BUCKETS,
    ),
    isOutside,
    isOut: leavesBand(deviation),
    summary: `${c.sensor}: ${what}${missing > 0 ? `; ${missing} samples missing` : ''}`,
  };
}

/** One sample as it is read aloud. */
export function traceWords(c: TraceInput, i: number, decimals: number): string {
  const band = c.band ? `, band ${num(c.band.lo[i], decimals)} to ${num(c.band.hi[i], decimals)}` : '';
  return `${num(c.t[i], 2)} s: ${num(c.v[i], decimals)} ${c.unit}${band}`;
}

/** Every sample, as it was recorded. */
export const traceCsv = (c: TraceInput): string =>
  toCsv(
    ['t (s)', inUnit(c.sensor, c.unit), ...['low', 'middle', 'high'].map((w) => inUnit(`band ${w}`, c.unit))],
    Array.from(c.t, (t, i) => [t, c.v[i], c.band?.lo[i], c.band?.mid[i], c.band?.hi[i]].map(recorded)),
  );

/** A range of a trace, s from the start of the run. */
export function traceWithin(c: TraceInput, [from, to]: readonly [number, number]): TraceInput {
  const [first, end] = [bisectLeft(c.t, from), bisectRight(c.t, to)];
  const cut = (v: Float32Array): Float32Array => v.subarray(first, end);
  return {
    ...c,
    t: cut(c.t),
    v: cut(c.v),
    band: c.band && { ...c.band, mid: cut(c.band.mid), lo: cut(c.band.lo), hi: cut(c.band.hi) },
    steps: c.steps
      .filter((s) => s.toS > from && s.fromS < to)
      .map((s) => ({ ...s, fromS: Math.max(from, s.fromS), toS: Math.min(to, s.toS) })),
  };
}

/** Notes for a picture. @param summary - of the whole run. @param range - the range that is drawn; null: all of it. */
export const traceNotes = (c: TraceInput, summary: string, range: readonly [number, number] | null): string[] => [
  summary,
  ...(range === null ? [] : [`drawn: ${num(range[0], 1)} to ${num(range[1], 1)} s of the run`]),
  ...(c.steps.length > 0
    ? [`steps: ${c.steps.map((s) => `${s.name} ${num(s.fromS, 0)} to ${num(s.toS, 0)} s`).join(', ')}`]
    : []),
];
