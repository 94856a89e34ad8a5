'use client';
import { useMemo, useRef } from 'react';
import { useSvgExport } from '../components/use-svg-export';
import { useWidth } from '../hooks/use-width';
import { dotsPath, nearestMark, plotBox, scaleX, scaleY } from './plot';
import { X_TITLE } from './plot-axes';
import { numberTicks, PlotPanel } from './plot-panel';
import {
  type PredictedMeasuredInput,
  type PredictedModel,
  predictedCsv,
  predictedRow,
  predictedWords,
  preparePredicted,
} from './predicted-measured.prepare';
import { SamplePlot } from './sample-plot';

const RIGHT = 16;
const TOP = 14;

/** Measured on x, predicted on y, the identity line, intervals as whiskers; points outside the model's domain hollow. */
export function PredictedVsMeasured({
  input,
  onSelect,
  height = 340,
}: {
  input: PredictedMeasuredInput;
  onSelect?: (i: number) => void;
  height?: number;
}) {
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root, 480);
  const m = useMemo(() => preparePredicted(input), [input]);
  const box = plotBox(width, height - X_TITLE, RIGHT, TOP);
  const [sx, sy] = [scaleX(box, m.domain), scaleY(box, m.domain)];
  const at = m.index.map((i) => ({ i, cx: sx(input.measured[i]!), cy: sy(input.predicted[i]!) }));
  const exports = useSvgExport(root, input.title, () => predictedCsv(input, m.index), {
    unit: input.unit,
    notes: () => [
      m.summary,
      'dots: inside the domain; hollow: outside it; whiskers: 95 % interval, cut at the frame; dashed: predicted = measured',
    ],
  });
  const of = input.unit === '' ? '' : `, ${input.unit}`;
  return (
    <SamplePlot
      root={root}
      head={<span>predicted against measured, {input.unit}</span>}
      exports={exports}
      kind="scatter chart"
      label={`${input.title}: ${m.summary}. Arrow keys walk the wafers by measured value.`}
      samples={{
        count: at.length,
        under: (x, y) => nearestMark(at, x, y),
        onOpen: onSelect && ((k) => onSelect(at[k]!.i)),
      }}
      tell={(k) => {
        const { i, cx, cy } = at[k]!;
        return { said: [predictedWords(input, i, m.decimals + 1)], x: cx, top: cy - 40, ring: cy };
      }}
      table={{
        label: input.title,
        header: ['Wafer', `Measured, ${input.unit}`, 'Predicted', '95 % from', 'to', 'In domain'],
        rows: () => m.index.map((i) => predictedRow(input, i, m.decimals + 1)),
      }}
    >
      <PlotPanel
        width={width}
        height={height}
        box={box}
        x={m.domain}
        xTicks={numberTicks(m.ticks, m.decimals)}
        y={m.domain}
        yTicks={numberTicks(m.ticks, m.decimals)}
        grid="both"
        name={`predicted${of}`}
        xTitle={`measured${of}`}
      >
        <Marks input={input} m={m} at={at} sx={sx} sy={sy} />
      </PlotPanel>
    </SamplePlot>
  );
}

interface MarksProps {
  input: PredictedMeasuredInput;
  m: PredictedModel;
  at: readonly { i: number; cx: number; cy: number }[];
  sx: (v: number) => number;
  sy: (v: number) => number;
}

/** The line of identity, the intervals, and a dot for each wafer: hollow outside the domain. */
function Marks({ input, m, at, sx, sy }: MarksProps) {
  return (
    <g>
      <line
        x1={sx(m.domain[0])}
        y1={sy(m.domain[0])}
        x2={sx(m.domain[1])}
        y2={sy(m.domain[1])}
        stroke="var(--ink-3)"
        strokeDasharray="4 3"
      />
      <path
        d={m.whiskers.map((w) => `M${sx(w.x).toFixed(1)} ${sy(w.lo).toFixed(1)}V${sy(w.hi).toFixed(1)}`).join('')}
        stroke="var(--pale)"
        strokeOpacity={0.7}
        fill="none"
      />
      <path
        d={dotsPath(
          at.filter((p) => input.reliable[p.i]),
          2.6,
        )}
        fill="var(--accent)"
        fillOpacity={0.8}
      />
      <path
        d={dotsPath(
          at.filter((p) => !input.reliable[p.i]),
          3,
        )}
        fill="var(--surface)"
        stroke="var(--warn)"
        strokeWidth={1.3}
      />
    </g>
  );
}
