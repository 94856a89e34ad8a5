'use client';
import { type PointerEvent, useMemo, useRef, useState } from 'react';
import { Area } from 'recharts';
import { useSvgExport } from '../components/use-svg-export';
import { num, shortTime } from '../format';
import { useWidth } from '../hooks/use-width';
import { ChartLegend, eventEntries, HoverCard, type LegendEntry } from './chart-parts';
import { EventStrip, LimitLayer } from './control-marks';
import {
  type LoopChartInput,
  type LoopChartModel,
  loopCsv,
  loopNotes,
  loopReadout,
  prepareLoopChart,
} from './loop-chart.prepare';
import { Crosshair, H, MoveMarks, OutputDots } from './loop-marks';
import { LABELS, nearest, plotBox, scaleX, unscaleX } from './plot';
import { PlotFrame } from './plot-frame';
import { PlotPanel, seriesLine } from './plot-panel';
import type { TakenPlaces } from './taken-places';

/** Measured outputs and events, which the numbers of earlier targets leave free. */
const outputPlaces = (m: LoopChartModel): TakenPlaces => ({
  marks: m.output.flatMap(({ x, y }) => (y === null ? [] : [{ x, y, isNamed: false }])),
  boundaries: [],
  events: m.events,
});

export interface LoopChartProps {
  input: LoopChartInput;
  /** Click on an output point: index into `input.output`. */
  onSelectOutput?: (i: number) => void;
  onSelectMove?: (i: number) => void;
}

/** Three charts on one time axis: output with and without control, recipe moves, disturbance estimate with its band. */
export function LoopChart({ input, onSelectOutput, onSelectMove }: LoopChartProps) {
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root, 900);
  const m = useMemo(() => prepareLoopChart(input), [input]);
  const [at, setAt] = useState<number | null>(null);
  const box = plotBox(width, H.output, LABELS);
  const step = (d: number): void => {
    const k =
      at === null ? (d > 0 ? 0 : m.output.length - 1) : Math.min(m.output.length - 1, Math.max(0, nearest(m.output, at) + d));
    const p = m.output[k];
    if (p) setAt(p.x);
  };
  const pick = (): void => {
    const p = at === null ? undefined : m.output[nearest(m.output, at)];
    if (p) onSelectOutput?.(p.i);
  };
  const xOf = (e: PointerEvent<HTMLElement>): number =>
    unscaleX(box, m.xDomain)(Math.min(box.right, Math.max(box.left, e.clientX - e.currentTarget.getBoundingClientRect().left)));
  const onClick = (e: PointerEvent<HTMLElement>): void => {
    const inMoves = e.clientY - e.currentTarget.getBoundingClientRect().top > H.output;
    const list = inMoves ? m.moves : m.output;
    const p = list[nearest(list, xOf(e))];
    if (p) (inMoves ? onSelectMove : onSelectOutput)?.(p.i);
  };
  const csv = useMemo(() => () => loopCsv(input), [input]);
  const exports = useSvgExport(root, input.title, csv, { unit: input.outputUnit, notes: () => loopNotes(input, m.summary) });
  return (
    <PlotFrame
      root={root}
      head={<ChartLegend entries={[...LEGEND, ...eventEntries(input.events.map((e) => e.kind))]} />}
      exports={exports}
      walk={{
        kind: 'control loop chart',
        label: `${m.summary} Arrow keys walk the measured wafers, Enter selects.`,
        keys: [
          ['ArrowRight', () => step(1)],
          ['ArrowLeft', () => step(-1)],
          ['Enter', () => pick()],
        ],
        onLeave: () => setAt(null),
        onPointerMove: (e) => setAt(xOf(e)),
        onPointerLeave: () => setAt(null),
        onPointerUp: onClick,
      }}
      spoken={at === null ? '' : loopReadout(m, input, at).join(', ')}
      table={{
        label: `${input.title}, measured wafers`,
        header: ['Time', 'Wafer', `Output, ${input.outputUnit}`, 'Without control'],
        rows: () => m.output.map((p) => outputRow(input, m, p)),
      }}
    >
      <OutputPanel m={m} input={input} width={width} at={at} />
      <MovePanel m={m} input={input} width={width} at={at} />
      <DisturbancePanel m={m} input={input} width={width} at={at} />
      {at !== null ? <Readout m={m} input={input} at={at} left={scaleX(box, m.xDomain)(at)} /> : null}
    </PlotFrame>
  );
}

const LEGEND: readonly LegendEntry[] = [
  { mark: 'dot', color: 'var(--series)', label: 'measured' },
  { mark: 'pale', color: 'var(--pale)', label: 'without control, by the model' },
  { mark: 'dot', color: 'var(--accent)', label: 'applied' },
  { mark: 'hollow', color: 'var(--accent)', label: 'advised only' },
  { mark: 'clip', color: 'var(--warn)', label: 'clipped by a limit' },
  { mark: 'band', color: 'var(--band)', label: 'd̂ ± 2u' },
];

const outputRow = (input: LoopChartInput, m: LoopChartModel, p: LoopChartModel['output'][number]) => ({
  key: String(p.i),
  cells: [shortTime(p.x), input.output.label[p.i] ?? '', num(p.y, m.decimals.output + 1), num(p.without, m.decimals.output + 1)],
});

interface PanelProps {
  m: LoopChartModel;
  input: LoopChartInput;
  width: number;
  at: number | null;
}

function OutputPanel({ m, input, width, at }: PanelProps) {
  const box = plotBox(width, H.output, LABELS);
  const places = useMemo(() => outputPlaces(m), [m]);
  const [x, y] = [m.xDomain, m.outputDomain];
  return (
    <PlotPanel
      width={width}
      height={H.output}
      data={m.output}
      x={x}
      xTicks={m.xTicks}
      hideX
      y={y}
      yTicks={m.ticks.output}
      decimals={m.decimals.output}
      name={input.outputUnit}
    >
      <LimitLayer box={box} x={x} y={y} limits={m.specs} avoid={places} />
      <EventStrip box={box} x={x} y={y} taken={places} />
      {seriesLine('without', 'var(--pale)', { bridge: true })}
      {seriesLine('y', 'var(--series)', { opacity: 0.6 })}
      <OutputDots m={m} width={width} />
      <Crosshair x={at} m={m} width={width} height={H.output} />
    </PlotPanel>
  );
}

function MovePanel({ m, input, width, at }: PanelProps) {
  const box = plotBox(width, H.moves, LABELS);
  const nominal = [{ kind: 'cl' as const, y: input.knobLimits.nominal, x1: m.xDomain[0], x2: m.xDomain[1], label: 'nominal' }];
  return (
    <PlotPanel
      width={width}
      height={H.moves}
      data={m.moves}
      x={m.xDomain}
      xTicks={m.xTicks}
      hideX
      y={m.moveDomain}
      yTicks={m.ticks.moves}
      decimals={m.decimals.moves}
      name={`${input.knob}, ${input.knobUnit}`}
    >
      <LimitLayer box={box} x={m.xDomain} y={m.moveDomain} limits={nominal} />
      {seriesLine('y', 'var(--accent)', { opacity: 0.35, type: 'stepAfter' })}
      <MoveMarks m={m} width={width} />
      <Crosshair x={at} m={m} width={width} height={H.moves} />
    </PlotPanel>
  );
}

function DisturbancePanel({ m, input, width, at }: PanelProps) {
  const data = m.disturbance.map((p) => ({ ...p, band: p.lo === null || p.hi === null ? null : [p.lo, p.hi] }));
  return (
    <PlotPanel
      width={width}
      height={H.disturbance}
      data={data}
      x={m.xDomain}
      xTicks={m.xTicks}
      y={m.disturbanceDomain}
      yTicks={m.ticks.disturbance}
      decimals={m.decimals.disturbance}
      name={`d̂, ${input.outputUnit}`}
    >
      <Area
        dataKey="band"
        type="linear"
        isAnimationActive={false}
        stroke="none"
        fill="var(--band)"
        fillOpacity={1}
        activeDot={false}
      />
      {seriesLine('y', 'var(--series)', { width: 1.2 })}
      <Crosshair x={at} m={m} width={width} height={H.disturbance} />
    </PlotPanel>
  );
}

function Readout({ m, input, at, left }: { m: LoopChartModel; input: LoopChartInput; at: number; left: number }) {
  return (
    <HoverCard left={left} top={8}>
      {loopReadout(m, input, at).map((line) => (
        <div key={line}>{line}</div>
      ))}
    </HoverCard>
  );
}
