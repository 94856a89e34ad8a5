'use client';
import { memo, useMemo, useRef, useState } from 'react';
import { useSvgExport } from '../components/use-svg-export';
import { num, shortTime } from '../format';
import { useWidth } from '../hooks/use-width';
import { ChartLegend, eventEntries, type LegendEntry } from './chart-parts';
import { EventStrip, LimitLayer } from './control-marks';
import {
  type LoopChartInput,
  type LoopChartModel,
  loopCsv,
  loopNotes,
  loopReadout,
  prepareLoopChart,
} from './loop-chart.prepare';
import { H, MoveMarks, OutputDots } from './loop-marks';
import { bandPath, LABELS, nearest, plotBox, scaleX, scaleY, unscaleX, X_AXIS } from './plot';
import { PlotFrame } from './plot-frame';
import { numberTicks, PlotPanel, SeriesLine } from './plot-panel';
import { placeLabels, type TakenPlaces } from './taken-places';
import { usePointer } from './use-walk';

/** Measured outputs and events, which the numbers of earlier targets must not cover. */
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
  const xOf = (px: number): number => unscaleX(box, m.xDomain)(Math.min(box.right, Math.max(box.left, px)));
  // the measured wafers first, then the moves
  const wafers = m.output.length;
  const moveUnder = (x: number): number => (m.moves.length === 0 ? -1 : wafers + nearest(m.moves, x));
  const { pointer } = usePointer({
    under: (x, y) => (y > H.output ? moveUnder(xOf(x)) : nearest(m.output, xOf(x))),
    onHover: (place) => setAt(place && xOf(place[0])),
    onClick: (k) => (k < wafers ? onSelectOutput?.(m.output[k]!.i) : onSelectMove?.(m.moves[k - wafers]!.i)),
  });
  const csv = useMemo(() => () => loopCsv(input), [input]);
  const exports = useSvgExport(root, input.title, csv, { unit: input.outputUnit, notes: () => loopNotes(input, m.summary) });
  const table = useMemo(
    () => ({
      label: `${input.title}, measured wafers`,
      header: ['Time', 'Wafer', `Output, ${input.outputUnit}`, 'Without control'],
      rows: () => m.output.map((p) => outputRow(input, m, p)),
    }),
    [input, m],
  );
  const said = at === null ? [] : loopReadout(m, input, at);
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
        ...pointer,
      }}
      spoken={said.join(', ')}
      table={table}
      pointed={
        at === null
          ? null
          : {
              x: scaleX(box, m.xDomain)(at),
              top: 8,
              card: said.map((line) => <div key={line}>{line}</div>),
              cross: [box.top, H.output + H.moves + H.disturbance - X_AXIS],
            }
      }
    >
      <OutputPanel m={m} input={input} width={width} />
      <MovePanel m={m} input={input} width={width} />
      <DisturbancePanel m={m} input={input} width={width} />
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
}

const OutputPanel = memo(function OutputPanel({ m, input, width }: PanelProps) {
  const box = plotBox(width, H.output, LABELS);
  const taken = outputPlaces(m);
  const [x, y] = [m.xDomain, m.outputDomain];
  const labels = placeLabels(box, x, y, m.specs, taken);
  const scales = { sx: scaleX(box, x), sy: scaleY(box, y) };
  return (
    <PlotPanel
      width={width}
      height={H.output}
      box={box}
      x={x}
      xTicks={m.xTicks}
      hideX
      y={y}
      yTicks={numberTicks(m.ticks.output, m.decimals.output)}
      name={input.outputUnit}
    >
      <LimitLayer box={box} x={x} y={y} limits={m.specs} earlier={labels.earlier} />
      <EventStrip box={box} x={x} taken={taken} phases={labels.phases} />
      <SeriesLine points={m.output} of={(p) => p.without} {...scales} stroke="var(--pale)" bridge />
      <SeriesLine points={m.output} of={(p) => p.y} {...scales} stroke="var(--series)" opacity={0.6} />
      <OutputDots m={m} width={width} />
    </PlotPanel>
  );
});

const MovePanel = memo(function MovePanel({ m, input, width }: PanelProps) {
  const box = plotBox(width, H.moves, LABELS);
  const [x, y] = [m.xDomain, m.moveDomain];
  const nominal = [{ kind: 'cl' as const, y: input.knobLimits.nominal, x1: x[0], x2: x[1], label: 'nominal' }];
  return (
    <PlotPanel
      width={width}
      height={H.moves}
      box={box}
      x={x}
      xTicks={m.xTicks}
      hideX
      y={y}
      yTicks={numberTicks(m.ticks.moves, m.decimals.moves)}
      name={`${input.knob}, ${input.knobUnit}`}
    >
      <LimitLayer box={box} x={x} y={y} limits={nominal} />
      <SeriesLine
        points={m.moves}
        of={(p) => p.y}
        sx={scaleX(box, x)}
        sy={scaleY(box, y)}
        stroke="var(--accent)"
        opacity={0.35}
        step
      />
      <MoveMarks m={m} width={width} />
    </PlotPanel>
  );
});

const DisturbancePanel = memo(function DisturbancePanel({ m, input, width }: PanelProps) {
  const box = plotBox(width, H.disturbance, LABELS);
  const [x, y] = [m.xDomain, m.disturbanceDomain];
  const [sx, sy] = [scaleX(box, x), scaleY(box, y)];
  const at = (v: number | null): number | null => (v === null ? null : sy(v));
  return (
    <PlotPanel
      width={width}
      height={H.disturbance}
      box={box}
      x={x}
      xTicks={m.xTicks}
      y={y}
      yTicks={numberTicks(m.ticks.disturbance, m.decimals.disturbance)}
      name={`d̂, ${input.outputUnit}`}
    >
      <path d={bandPath(m.disturbance.map((p) => ({ cx: sx(p.x), low: at(p.lo), high: at(p.hi) })))} fill="var(--band)" />
      <SeriesLine points={m.disturbance} of={(p) => p.y} sx={sx} sy={sy} stroke="var(--series)" width={1.2} />
    </PlotPanel>
  );
});
