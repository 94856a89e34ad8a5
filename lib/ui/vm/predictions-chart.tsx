'use client';
import { useMemo, useRef } from 'react';
import { ChartLegend, type LegendEntry } from '../charts/chart-parts';
import { LimitLayer } from '../charts/control-marks';
import { dotsPath, LABELS, plotBox, scaleX, scaleY } from '../charts/plot';
import { numberTicks, PlotPanel } from '../charts/plot-panel';
import { SamplePlot, type SamplePlotProps } from '../charts/sample-plot';
import { alongX } from '../charts/use-walk';
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

/** Predictions in time order with their 95 % intervals, the measured wafers on top, those outside the model's domain as hollow squares. */
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
  const m = useMemo(() => preparePredictions(input), [input]);
  const box = plotBox(width, height, LABELS);
  const sx = scaleX(box, m.xDomain);
  const sy = scaleY(box, m.yDomain);
  const summary = predictionSummary(input, m.coverage);
  const exports = useSvgExport(root, input.title, () => predictionsCsv(input), {
    unit: input.unit,
    notes: () => predictionNotes(input, summary),
  });
  return (
    <SamplePlot
      root={root}
      head={<ChartLegend entries={LEGEND} />}
      exports={exports}
      kind="prediction chart"
      label={`${input.title}: ${summary} Arrow keys walk the predictions${onSelect ? ', Enter opens the run' : ''}.`}
      samples={{ ...alongX(m.points, box, m.xDomain), onOpen: onSelect && ((k) => onSelect(m.points[k]!.i)) }}
      tell={(k) => {
        const p = m.points[k]!;
        const said = saidOf(p, labelOf(input, p), m.decimals + 1);
        return {
          said,
          card: said.map((line) => (
            <div key={line} className={line === OUTSIDE ? 'status-warn' : undefined}>
              {line}
            </div>
          )),
          x: sx(p.x),
          top: sy(p.y) - 40,
          cross: [box.top, box.bottom],
        };
      }}
      below={<p className="text-sm text-ink-2">{summary}</p>}
      table={tableOf(input, m)}
    >
      <PlotPanel
        width={width}
        height={height}
        box={box}
        x={m.xDomain}
        xTicks={m.xTicks}
        y={m.yDomain}
        yTicks={numberTicks(m.yTicks, m.decimals)}
        name={input.unit}
      >
        <LimitLayer box={box} x={m.xDomain} y={m.yDomain} limits={m.limits} />
        <Marks points={m.points} sx={sx} sy={sy} />
      </PlotPanel>
    </SamplePlot>
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

const labelOf = (input: PredictionsInput, p: Point): string => [input.label[p.i], input.place[p.i]].filter(Boolean).join(' · ');

const OUTSIDE = '▲ outside the model’s domain';

/** The text of a prediction, line by line. */
const saidOf = (p: Point, label: string, decimals: number): string[] => [
  `${label} · ${shortTime(p.x)}`,
  `predicted ${num(p.y, decimals)} (${num(p.band[0], decimals)} to ${num(p.band[1], decimals)})`,
  p.measured === null ? 'not measured' : `measured ${num(p.measured, decimals)}`,
  ...(p.reliable ? [] : [OUTSIDE]),
];

const tableOf = (input: PredictionsInput, m: Model): SamplePlotProps['table'] => ({
  label: `${input.title}, measured wafers and their predictions`,
  header: ['Time', 'Wafer', 'Chamber', `Predicted, ${input.unit}`, 'Interval', 'Measured', 'Domain'],
  rows: () =>
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
      })),
});
