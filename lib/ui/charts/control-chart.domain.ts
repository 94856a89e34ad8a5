import type { ControlChartInput } from './control-chart.model';
import type { Span } from './control-limits.prepare';
import type { AxisTick } from './plot-axes';
import { niceTicks, timeTicks } from './ticks';

/**
 * Padding as shares of the width: at both ends, and after the newest change of limits or specification, so that it is visible from its first minute.
 */
const PAD = 0.012;
const ROOM_OF_NEWEST = 0.05;

/** @param c - without versions that begin after the end of the window (`untilEnd`). */
export function domainOf(c: ControlChartInput, x: (i: number) => number, position: (ms: number) => number): [number, number] {
  const n = c.at.length;
  if (n === 0) return [-PAD, 1 + PAD];
  const [first, last] = n === 1 ? [x(0) - 1, x(0) + 1] : [x(0), x(n - 1)];
  const width = last - first;
  const changes = [...c.phases, ...c.specs].map((s) => s.fromMs).filter((ms) => ms > c.at[0]!);
  const newest = changes.length === 0 ? null : position(Math.max(...changes));
  const room = newest === null ? last : newest + ROOM_OF_NEWEST * (Math.max(last, newest) - first);
  return [first - PAD * width, Math.max(last + PAD * width, room)];
}

export function phaseSpans(c: ControlChartInput, pos: (ms: number) => number, domain: readonly [number, number]): Span[] {
  return [...c.phases]
    .sort((a, b) => a.fromMs - b.fromMs)
    .map((phase, k, all) => ({
      phase,
      x1: Math.max(domain[0], pos(phase.fromMs)),
      x2: Math.min(domain[1], pos(phase.toMs ?? all[k + 1]?.fromMs ?? Number.POSITIVE_INFINITY)),
    }))
    .filter((s) => s.x2 > s.x1);
}

/** Position of a time on the sequence axis: half-way between the points around it. */
export function fractionalIndex(at: Float64Array, ms: number): number {
  if (ms === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  let lo = 0;
  let hi = at.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (at[mid]! < ms) lo = mid + 1;
    else hi = mid;
  }
  return lo - 0.5;
}

export function xTicks(c: ControlChartInput, mode: 'time' | 'sequence', domain: readonly [number, number]): AxisTick[] {
  if (mode === 'time') return timeTicks(domain[0], domain[1], 8);
  return niceTicks(Math.max(0, domain[0]), domain[1], 8)
    .filter((v) => Number.isInteger(v) && v < c.at.length)
    .map((value) => ({ value, label: c.names[value] ?? String(value + 1) }));
}
