import { begunBy, inForceAt } from '@/lib/spc';
import { decimate } from '@/lib/traces';
import { inUnit, toCsv } from '../csv';
import { num, plural, shortTime } from '../format';
import type { ChartEvent, LimitSegment, SpecSpan } from './control-chart.model';
import { specSegments, specWords } from './control-limits.prepare';
import { eventGlyph } from './equipment-events';
import { nearest } from './plot';
import type { AxisTick } from './plot-axes';
import { niceTicks, paddedRange, tickDecimals, timeTicks } from './ticks';

/** Output, recipe and disturbance of one loop on a common time axis. Each block has its own times. */
export interface LoopChartInput {
  title: string;
  outputUnit: string;
  knob: string;
  knobUnit: string;
  /** Versions of target and specification limits, oldest first; each holds until the next, the last one is in force. */
  specs: readonly SpecSpan[];
  /** Measured output with its process time; `without`: the output of the same wafer at the nominal recipe, NaN where unknown. */
  output: { at: Float64Array; value: Float64Array; without: Float64Array; label: readonly string[] };
  /** Recipe set by the advice; `kind` says whether it was used, only advised (shadow, suspended) or clipped by a limit. */
  moves: {
    at: Float64Array;
    value: Float64Array;
    kind: readonly ('applied' | 'advised' | 'clipped')[];
    label: readonly string[];
  };
  /** Disturbance estimate with its standard uncertainty (NaN: unknown). */
  disturbance: { at: Float64Array; value: Float64Array; u: Float64Array };
  knobLimits: { low: number | null; high: number | null; nominal: number };
  events: readonly ChartEvent[];
  windowMs: readonly [number, number];
}

export interface LoopChartModel {
  xDomain: [number, number];
  xTicks: AxisTick[];
  output: { x: number; y: number | null; without: number | null; i: number }[];
  moves: { x: number; y: number; kind: 'applied' | 'advised' | 'clipped'; i: number }[];
  disturbance: { x: number; y: number | null; lo: number | null; hi: number | null; i: number }[];
  /** Target and specification limits, each version over its own time. */
  specs: LimitSegment[];
  outputDomain: [number, number];
  moveDomain: [number, number];
  disturbanceDomain: [number, number];
  ticks: { output: number[]; moves: number[]; disturbance: number[] };
  decimals: { output: number; moves: number; disturbance: number };
  events: { x: number; glyph: string; label: string }[];
  summary: string;
}

const or = (v: number): number | null => (Number.isNaN(v) ? null : v);

export function prepareLoopChart(c: LoopChartInput, maxPoints = 600): LoopChartModel {
  const xDomain: [number, number] = [c.windowMs[0], c.windowMs[1]];
  const b = Math.max(1, Math.floor(maxPoints / 3));
  const none = (n: number): Uint8Array => new Uint8Array(n);
  const output = Array.from(decimate(c.output.value, none(c.output.value.length), b), (i) => ({
    x: c.output.at[i]!,
    y: or(c.output.value[i]!),
    without: or(c.output.without[i]!),
    i,
  }));
  const moves = Array.from(
    decimate(
      c.moves.value,
      c.moves.kind.map((k) => k === 'clipped'),
      b,
    ),
    (i) => ({ x: c.moves.at[i]!, y: c.moves.value[i]!, kind: c.moves.kind[i]!, i }),
  );
  const disturbance = Array.from(decimate(c.disturbance.value, none(c.disturbance.value.length), b), (i) => {
    const y = c.disturbance.value[i]!;
    const u = c.disturbance.u[i]!;
    return { x: c.disturbance.at[i]!, y: or(y), lo: or(y - 2 * u), hi: or(y + 2 * u), i };
  });
  const specs = specSegments(begunBy(c.specs, 'fromMs', xDomain[1]), (ms) => ms, xDomain, ['usl', 'target', 'lsl']);
  const outputDomain = paddedRange([...output.flatMap((p) => [p.y, p.without]), ...specs.map((s) => s.y)]);
  const moveDomain = paddedRange([...moves.map((p) => p.y), c.knobLimits.nominal]);
  const disturbanceDomain = paddedRange([0, ...disturbance.flatMap((p) => [p.y, p.lo, p.hi])]);
  const ticks = {
    output: niceTicks(outputDomain[0], outputDomain[1], 5),
    moves: niceTicks(moveDomain[0], moveDomain[1], 3),
    disturbance: niceTicks(disturbanceDomain[0], disturbanceDomain[1], 3),
  };
  return {
    xDomain,
    xTicks: timeTicks(xDomain[0], xDomain[1], 8),
    output,
    moves,
    disturbance,
    specs,
    outputDomain,
    moveDomain,
    disturbanceDomain,
    ticks,
    decimals: {
      output: tickDecimals(ticks.output),
      moves: tickDecimals(ticks.moves),
      disturbance: tickDecimals(ticks.disturbance),
    },
    events: c.events
      .filter((e) => e.atMs >= xDomain[0] && e.atMs <= xDomain[1])
      .map((e) => ({ x: e.atMs, glyph: eventGlyph(e.kind), label: `${e.label} · ${shortTime(e.atMs)}` })),
    summary: summarise(c),
  };
}

/** The target in force at a given time; NaN where there was none. */
const targetAt = (specs: readonly SpecSpan[], ms: number): number => inForceAt(specs, 'fromMs', ms)?.target ?? Number.NaN;

/** Root mean square distance of the values from the target at their time, missing values skipped; NaN without values. */
export function rmsFromTarget(at: Float64Array, value: Float64Array, specs: readonly SpecSpan[]): number {
  let s = 0;
  let n = 0;
  value.forEach((v, i) => {
    const d = v - targetAt(specs, at[i]!);
    if (Number.isNaN(d)) return;
    s += d ** 2;
    n++;
  });
  return n > 0 ? Math.sqrt(s / n) : Number.NaN;
}

function summarise(c: LoopChartInput): string {
  const w = rmsFromTarget(c.output.at, c.output.value, c.specs);
  const wo = rmsFromTarget(c.output.at, c.output.without, c.specs);
  const clipped = c.moves.kind.filter((k) => k === 'clipped').length;
  const compare = Number.isNaN(wo) ? '' : `, ${num(wo, 3)} without control`;
  return `${c.title}: ${plural(c.output.at.length, 'measured wafer')}, rms distance from target ${num(w, 3)} ${c.outputUnit}${compare}; ${plural(c.moves.at.length, 'recipe advice', 'recipe advices')}, ${clipped} clipped by a limit.`;
}

/** Notes for a picture: target, limits and the meaning of the marks; every version drawn, with the time from which it holds. */
export const loopNotes = (c: LoopChartInput, summary: string): string[] => {
  const begun = begunBy(c.specs, 'fromMs', c.windowMs[1]);
  const drawn = begun.filter((_, i) => (begun[i + 1]?.fromMs ?? Number.POSITIVE_INFINITY) > c.windowMs[0]);
  return [
    summary,
    ...drawn.map((s, i) => `${i === 0 ? '' : `from ${shortTime(s.fromMs)} on: `}${specWords(s, c.outputUnit)}`),
    `${c.knob} in ${c.knobUnit}`,
    'dots: measured, and recipe applied; pale: without control, by the model; hollow: advised only; band: disturbance ± 2u',
  ];
};

/** What is drawn at a time, one line per chart. */
export function loopReadout(m: LoopChartModel, input: LoopChartInput, at: number): string[] {
  const o = m.output[nearest(m.output, at)];
  const v = m.moves[nearest(m.moves, at)];
  const d = m.disturbance[nearest(m.disturbance, at)];
  return [
    ...(o
      ? [
          `${input.output.label[o.i]} ${shortTime(o.x)}: ${num(o.y, m.decimals.output + 1)} ${input.outputUnit}${o.without === null ? '' : `, without control ${num(o.without, m.decimals.output + 1)}`}`,
        ]
      : []),
    ...(v ? [`${input.knob} ${num(v.y, m.decimals.moves + 1)} ${input.knobUnit}, ${v.kind} (${input.moves.label[v.i]})`] : []),
    ...(d ? [`d̂ ${num(d.y, m.decimals.disturbance + 1)} ${input.outputUnit}`] : []),
  ];
}

/** Everything that is drawn, in time order, one row per point. */
export function loopCsv(c: LoopChartInput): string {
  const rows = [
    ...Array.from(c.output.at, (t, i) => ({
      t,
      cells: ['output', c.output.label[i], c.output.value[i], c.outputUnit, c.output.without[i], null, ''],
    })),
    ...Array.from(c.moves.at, (t, i) => ({
      t,
      cells: ['move', c.moves.label[i], c.moves.value[i], c.knobUnit, null, null, c.moves.kind[i]],
    })),
    ...Array.from(c.disturbance.at, (t, i) => ({
      t,
      cells: ['disturbance', '', c.disturbance.value[i], c.outputUnit, null, c.disturbance.u[i], ''],
    })),
  ].sort((a, b) => a.t - b.t);
  return toCsv(
    [
      'process_time',
      'series',
      'label',
      'value',
      'unit',
      inUnit('without_control', c.outputUnit),
      inUnit('u', c.outputUnit),
      'kind',
    ],
    rows.map((r) => [new Date(r.t).toISOString(), ...r.cells]),
  );
}
