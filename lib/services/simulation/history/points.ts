import { createRng, type Rng } from '@/lib/numerics';
import type { HistoryChart, HistoryOptions, HistoryPlan, HistoryVersion } from './plan';

export interface HistoryPoint {
  readonly chart: HistoryChart;
  readonly version: HistoryVersion;
  readonly atMs: number;
  readonly recordId: string;
  readonly value: number;
  /** Moving range; null for the first point, and after an excluded one. */
  readonly dispersion: number | null;
  readonly lot: string;
  readonly slot: number;
  /** Beyond a control limit and not excluded. */
  readonly isOut: boolean;
  readonly excluded: string | null;
}

const DAY_MS = 86_400_000;
/** Shares of points: moved far out by a fault of their own, and taken out by an engineer. */
const FAR_OUT = 0.006;
const EXCLUDED = 0.001;
export const LOTS = 5000;

interface Memory {
  value: number;
  excluded: boolean;
}

/**
 * The points of a history in process order, one by one: independent normal values about the level of each chart, with its shift, judged by rule 1 with
 * the limits in force. Points of the busiest chart lie evenly between those of the others.
 */
export function* historyPoints(plan: HistoryPlan, o: HistoryOptions): Generator<HistoryPoint> {
  const rng = createRng(o.seed).stream('points');
  const from = o.endMs - o.days * DAY_MS;
  const last: (Memory | undefined)[] = new Array(plan.charts.length);
  const [busy, ...others] = plan.charts as [HistoryChart, ...HistoryChart[]];
  const total = plan.each * others.length;
  const step = (o.days * DAY_MS) / Math.max(1, total);
  let made = 0;
  let sent = 0;
  const next = (chart: HistoryChart, atMs: number): HistoryPoint => {
    const point = pointAt(chart, atMs, made++, rng, last[chart.index]);
    last[chart.index] = { value: point.value, excluded: point.excluded !== null };
    return point;
  };
  for (let k = 0; k < total; k++) {
    const at = Math.floor(from + k * step);
    for (; sent * total < plan.busiest * (k + 1); sent++)
      yield next(busy, Math.floor(from + (sent / plan.busiest) * o.days * DAY_MS));
    yield next(others[k % others.length]!, at);
  }
  for (; sent < plan.busiest; sent++) yield next(busy, Math.floor(from + (sent / plan.busiest) * o.days * DAY_MS));
}

function pointAt(chart: HistoryChart, atMs: number, made: number, rng: Rng, before: Memory | undefined): HistoryPoint {
  const version = chart.versions.findLast((v) => v.fromMs <= atMs)!;
  const chance = rng.uniform();
  const far = chance < FAR_OUT ? (chance < FAR_OUT / 2 ? 4 : -4) : 0;
  const shifted = atMs >= chart.shift.fromMs && atMs < chart.shift.toMs ? chart.shift.sigmas : 0;
  const value = Math.round((chart.level + chart.sigma * (rng.normal() + far + shifted)) * 1e4) / 1e4;
  const excluded = chance > 1 - EXCLUDED ? 'measured on the wrong recipe' : null;
  const lot = made % LOTS;
  return {
    chart,
    version,
    atMs,
    recordId: idOf(made, chart.index),
    value,
    dispersion: before === undefined || before.excluded ? null : Math.abs(value - before.value),
    lot: `H${10_000 + lot}`,
    slot: 1 + (Math.floor(made / LOTS) % 25),
    isOut: excluded === null && (value > version.ucl || value < version.lcl),
    excluded,
  };
}

/** Ids that grow with time, so that their index grows at its end. */
const idOf = (made: number, chart: number): string => {
  const a = made.toString(16).padStart(12, '0');
  return `${a.slice(0, 8)}-${a.slice(8)}-8000-8000-${chart.toString(16).padStart(12, '0')}`;
};
