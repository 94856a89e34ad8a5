'use client';
import { type PointerEvent, useMemo, useRef, useState } from 'react';
import { CartesianGrid, ScatterChart } from 'recharts';
import {
  AxisName,
  ChartLegend,
  DataDisclosure,
  HoverCard,
  type LegendEntry,
  numberXAxis,
  numberYAxis,
} from '../charts/chart-parts';
import { LimitLayer } from '../charts/control-marks';
import { dotsPath, LABELS, nearest, plotBox, scaleX, scaleY, unscaleX } from '../charts/plot';
import { Walkable } from '../charts/walkable';
import { ExportMenu } from '../components/export-menu';
import { useSvgExport } from '../components/use-svg-export';
import { num, shortTime } from '../format';
import { useWidth } from '../hooks/use-width';
import {
  type PredictionsInput,
  predictionNotes,
  predictionSummary,
  predictionsCsv,
  preparePredictions,
} from './predictions.prepare';

const LEGEND: readonly LegendEntry[] = [
  { mark: 'dot', color: 'var(--series)', label: 'predicted' },
  { mark: 'pale', color: 'var(--pale)', label: '95 % interval' },
  { mark: 'dot', color: 'var(--accent)', label: 'measured' },
  { mark: 'square', color: 'var(--warn)', label: 'outside the model’s domain' },
];

/** Predictions in order of time with their 95 % intervals, the measured wafers on top, those outside the model's domain as hollow squares. */
export function PredictionsChart({
  input,
  onSelect,
  height = 260,
}: {
  input: PredictionsInput;
  onSelect?: (i: number) => void;
  height?: number;
}) {
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root, 900);
  const [at, setAt] = useState(-1);
  const m = useMemo(() => preparePredictions(input), [input]);
  const box = plotBox(width, height, LABELS);
  const sx = scaleX(box, m.xDomain);
  const sy = scaleY(box, m.yDomain);
  const summary = predictionSummary(input, m.coverage);
  const exports = useSvgExport(root, input.title, () => predictionsCsv(input), {
    unit: input.unit,
    notes: () => predictionNotes(input, summary),
  });
  const p = m.points[at];
  const step = (d: number): void =>
    setAt((i) => Math.min(m.points.length - 1, Math.max(0, (i < 0 ? (d > 0 ? -1 : m.points.length) : i) + d)));
  const under = (e: PointerEvent<HTMLElement>): number =>
    nearest(m.points, unscaleX(box, m.xDomain)(e.clientX - e.currentTarget.getBoundingClientRect().left));
  return (
    <div ref={root}>
      <div className="flex items-center h-7">
        <ChartLegend entries={LEGEND} />
        <span className="ml-auto">
          <ExportMenu items={exports} />
        </span>
      </div>
      <Walkable
        kind="prediction chart"
        label={`${input.title}: ${summary} Arrow keys walk the predictions, Enter opens the run.`}
        keys={[
          ['ArrowRight', () => step(1)],
          ['ArrowLeft', () => step(-1)],
          ['Enter', () => (p ? onSelect?.(p.i) : undefined)],
        ]}
        onLeave={() => setAt(-1)}
        className="relative select-none"
        onPointerMove={(e) => setAt(under(e))}
        onPointerLeave={() => setAt(-1)}
        onPointerUp={(e) => {
          const q = m.points[under(e)];
          if (q) onSelect?.(q.i);
        }}
      >
        <ScatterChart
          width={width}
          height={height}
          data={m.points}
          margin={{ top: 10, right: LABELS, bottom: 0, left: 0 }}
          accessibilityLayer={false}
        >
          <CartesianGrid stroke="var(--hairline)" vertical={false} />
          {numberXAxis(m.xDomain, m.xTicks)}
          {numberYAxis(m.yDomain, m.yTicks, m.decimals)}
          <LimitLayer box={box} x={m.xDomain} y={m.yDomain} limits={m.limits} />
          <Marks points={m.points} sx={sx} sy={sy} />
          {p ? <line x1={sx(p.x)} x2={sx(p.x)} y1={box.top} y2={box.bottom} stroke="var(--hairline-strong)" /> : null}
          <AxisName text={input.unit} />
        </ScatterChart>
        {p ? (
          <HoverCard left={sx(p.x)} top={sy(p.y) - 40}>
            <Said p={p} label={[input.label[p.i], input.place[p.i]].filter(Boolean).join(' · ')} decimals={m.decimals + 1} />
          </HoverCard>
        ) : null}
      </Walkable>
      <p className="text-sm text-ink-2">{summary}</p>
      <Table input={input} m={m} />
    </div>
  );
}

type Model = ReturnType<typeof preparePredictions>;
type Point = Model['points'][number];

/** Intervals as whiskers, a small dot for each prediction, squares outside the domain, and a larger dot for each measured wafer. */
function Marks({ points, sx, sy }: { points: readonly Point[]; sx: (v: number) => number; sy: (v: number) => number }) {
  return (
    <g>
      <path
        d={points.map((q) => `M${sx(q.x).toFixed(1)} ${sy(q.band[0]).toFixed(1)}V${sy(q.band[1]).toFixed(1)}`).join('')}
        stroke="var(--pale)"
        strokeOpacity={0.45}
        fill="none"
      />
      <path
        d={dotsPath(
          points.filter((q) => q.reliable).map((q) => ({ cx: sx(q.x), cy: sy(q.y) })),
          1.4,
        )}
        fill="var(--series)"
      />
      <path
        d={points
          .filter((q) => !q.reliable)
          .map((q) => `M${(sx(q.x) - 2.5).toFixed(1)} ${(sy(q.y) - 2.5).toFixed(1)}h5v5h-5Z`)
          .join('')}
        fill="var(--warn)"
      />
      <path
        d={dotsPath(
          points.flatMap((q) => (q.measured === null ? [] : [{ cx: sx(q.x), cy: sy(q.measured) }])),
          2.4,
        )}
        fill="var(--accent)"
      />
    </g>
  );
}

function Said({ p, label, decimals }: { p: Point; label: string; decimals: number }) {
  return (
    <>
      <div>{`${label} · ${shortTime(p.x)}`}</div>
      <div>{`predicted ${num(p.y, decimals)} (${num(p.band[0], decimals)} to ${num(p.band[1], decimals)})`}</div>
      <div>{p.measured === null ? 'not measured' : `measured ${num(p.measured, decimals)}`}</div>
      {p.reliable ? null : <div className="status-warn">▲ outside the model’s domain</div>}
    </>
  );
}

function Table({ input, m }: { input: PredictionsInput; m: Model }) {
  return (
    <DataDisclosure
      label={`${input.title}, measured wafers and their predictions`}
      header={['Time', 'Wafer', 'Chamber', `Predicted, ${input.unit}`, 'Interval', 'Measured', 'Domain']}
      rows={() =>
        m.points
          .filter((q) => q.measured !== null || !q.reliable)
          .map((q) => ({
            key: String(q.i),
            cells: [
              shortTime(q.x),
              input.label[q.i] ?? '',
              input.place[q.i] ?? '',
              num(q.y, m.decimals + 1),
              `${num(q.band[0], m.decimals + 1)} to ${num(q.band[1], m.decimals + 1)}`,
              num(q.measured, m.decimals + 1),
              q.reliable ? 'inside' : 'outside',
            ],
          }))
      }
    />
  );
}
