'use client';
import { type PointerEvent, useMemo, useRef, useState } from 'react';
import { Area, CartesianGrid, ComposedChart, Line } from 'recharts';
import { ExportMenu } from '../components/export-menu';
import { useSvgExport } from '../components/use-svg-export';
import { num, shortTime } from '../format';
import { useWidth } from '../hooks/use-width';
import { AxisName, ChartLegend, DataDisclosure, eventEntries, HoverCard, numberXAxis, numberYAxis } from './chart-parts';
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
import type { TakenPlaces } from './taken-places';
import { Walkable } from './walkable';

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
  const chart = (height: number) =>
    ({ width, height, margin: { top: 10, right: LABELS, bottom: 0, left: 0 }, accessibilityLayer: false }) as const;
  const places = useMemo(() => outputPlaces(m), [m]);
  const nominal = [{ kind: 'cl' as const, y: input.knobLimits.nominal, x1: m.xDomain[0], x2: m.xDomain[1], label: 'nominal' }];
  return (
    <div ref={root}>
      <div className="flex items-center h-7">
        <ChartLegend
          entries={[
            { mark: 'dot', color: 'var(--series)', label: 'measured' },
            { mark: 'pale', color: 'var(--pale)', label: 'without control, by the model' },
            { mark: 'dot', color: 'var(--accent)', label: 'applied' },
            { mark: 'hollow', color: 'var(--accent)', label: 'advised only' },
            { mark: 'clip', color: 'var(--warn)', label: 'clipped by a limit' },
            { mark: 'band', color: 'var(--band)', label: 'd̂ ± 2u' },
            ...eventEntries(input.events.map((e) => e.kind)),
          ]}
        />
        <span className="ml-auto">
          <ExportMenu items={exports} />
        </span>
      </div>
      <Walkable
        kind="control loop chart"
        label={`${m.summary} Arrow keys walk the measured wafers, Enter selects.`}
        keys={[
          ['ArrowRight', () => step(1)],
          ['ArrowLeft', () => step(-1)],
          ['Enter', () => pick()],
        ]}
        onLeave={() => setAt(null)}
        className="relative select-none"
        onPointerMove={(e) => setAt(xOf(e))}
        onPointerLeave={() => setAt(null)}
        onPointerUp={onClick}
      >
        <ComposedChart {...chart(H.output)} data={m.output}>
          <CartesianGrid stroke="var(--hairline)" vertical={false} />
          {numberXAxis(m.xDomain, m.xTicks, true)}
          {numberYAxis(m.outputDomain, m.ticks.output, m.decimals.output)}
          <LimitLayer box={box} x={m.xDomain} y={m.outputDomain} limits={m.specs} avoid={places} />
          <EventStrip box={box} x={m.xDomain} y={m.outputDomain} taken={places} />
          <Line
            dataKey="without"
            type="linear"
            dot={false}
            activeDot={false}
            isAnimationActive={false}
            stroke="var(--pale)"
            strokeWidth={1}
            connectNulls
          />
          <Line
            dataKey="y"
            type="linear"
            dot={false}
            activeDot={false}
            isAnimationActive={false}
            stroke="var(--series)"
            strokeOpacity={0.6}
            strokeWidth={1}
            connectNulls={false}
          />
          <OutputDots m={m} width={width} />
          <Crosshair x={at} m={m} width={width} height={H.output} />
          <AxisName text={input.outputUnit} />
        </ComposedChart>
        <ComposedChart {...chart(H.moves)} data={m.moves}>
          <CartesianGrid stroke="var(--hairline)" vertical={false} />
          {numberXAxis(m.xDomain, m.xTicks, true)}
          {numberYAxis(m.moveDomain, m.ticks.moves, m.decimals.moves)}
          <LimitLayer box={plotBox(width, H.moves, LABELS)} x={m.xDomain} y={m.moveDomain} limits={nominal} />
          <Line
            dataKey="y"
            type="stepAfter"
            dot={false}
            activeDot={false}
            isAnimationActive={false}
            stroke="var(--accent)"
            strokeOpacity={0.35}
            strokeWidth={1}
          />
          <MoveMarks m={m} width={width} />
          <Crosshair x={at} m={m} width={width} height={H.moves} />
          <AxisName text={`${input.knob}, ${input.knobUnit}`} />
        </ComposedChart>
        <ComposedChart
          {...chart(H.disturbance)}
          data={m.disturbance.map((p) => ({ ...p, band: p.lo === null || p.hi === null ? null : [p.lo, p.hi] }))}
        >
          <CartesianGrid stroke="var(--hairline)" vertical={false} />
          {numberXAxis(m.xDomain, m.xTicks)}
          {numberYAxis(m.disturbanceDomain, m.ticks.disturbance, m.decimals.disturbance)}
          <Area
            dataKey="band"
            type="linear"
            isAnimationActive={false}
            stroke="none"
            fill="var(--band)"
            fillOpacity={1}
            activeDot={false}
          />
          <Line
            dataKey="y"
            type="linear"
            dot={false}
            activeDot={false}
            isAnimationActive={false}
            stroke="var(--series)"
            strokeWidth={1.2}
          />
          <Crosshair x={at} m={m} width={width} height={H.disturbance} />
          <AxisName text={`d̂, ${input.outputUnit}`} />
        </ComposedChart>
        {at !== null ? <Readout m={m} input={input} at={at} left={scaleX(box, m.xDomain)(at)} /> : null}
      </Walkable>
      <p className="sr-only" aria-live="polite">
        {at === null ? '' : loopReadout(m, input, at).join(', ')}
      </p>
      <DataDisclosure
        label={`${input.title}, measured wafers`}
        header={['Time', 'Wafer', `Output, ${input.outputUnit}`, 'Without control']}
        rows={() =>
          m.output.map((p) => ({
            key: String(p.i),
            cells: [
              shortTime(p.x),
              input.output.label[p.i] ?? '',
              num(p.y, m.decimals.output + 1),
              num(p.without, m.decimals.output + 1),
            ],
          }))
        }
      />
    </div>
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
