'use client';
import { useMemo, useRef } from 'react';
import { useSvgExport } from '../components/use-svg-export';
import { num } from '../format';
import { useWidth } from '../hooks/use-width';
import { type HistogramInput, type HistogramModel, histogramCsv, histogramNotes, prepareHistogram } from './histogram.prepare';
import { type PlotBox, plotBox, scaleX, scaleY } from './plot';
import { numberTicks, PlotPanel } from './plot-panel';
import { SamplePlot } from './sample-plot';
import { alongX } from './use-walk';

/** Space for the counts, px. */
const COUNTS = 30;
const TOP = 14;
const RIGHT = 6;

/** Counts in bins, with the specification limits marked. */
export function Histogram({ input, height = 140 }: { input: HistogramInput; height?: number }) {
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root, 274);
  const m = useMemo(() => prepareHistogram(input), [input]);
  const box = plotBox(width, height, RIGHT, TOP, COUNTS);
  const title = `${input.label} histogram`;
  const middles = m.bins.map((b) => ({ x: (b.from + b.to) / 2 }));
  const exports = useSvgExport(root, title, () => histogramCsv(input, m), {
    unit: input.unit,
    notes: () => histogramNotes(input, m),
  });
  return (
    <SamplePlot
      root={root}
      head={<span>{input.unit}</span>}
      exports={exports}
      kind="histogram"
      label={`${title}: ${m.summary}. Arrow keys walk the bins.`}
      samples={alongX(middles, box, m.xDomain)}
      tell={(k) => ({
        said: [binWords(input, m, m.bins[k]!)],
        x: scaleX(box, m.xDomain)(middles[k]!.x),
        top: TOP,
        cross: [box.top, box.bottom],
      })}
      table={{
        label: title,
        header: [`From, ${input.unit}`, 'To', 'Count'],
        rows: () =>
          m.bins.map((q) => ({
            key: String(q.from),
            cells: [num(q.from, m.binDecimals), num(q.to, m.binDecimals), q.count],
          })),
      }}
    >
      <PlotPanel
        width={width}
        height={height}
        box={box}
        x={m.xDomain}
        xTicks={numberTicks(m.xTicks, m.xDecimals)}
        y={m.yDomain}
        yTicks={numberTicks(m.yTicks, 0)}
      >
        <Marks input={input} m={m} box={box} />
      </PlotPanel>
    </SamplePlot>
  );
}

const binWords = (input: HistogramInput, m: HistogramModel, b: HistogramModel['bins'][number]): string =>
  `${num(b.from, m.binDecimals)} to ${num(b.to, m.binDecimals)} ${input.unit}: ${b.count}`;

const LIMITS = [
  { of: 'lsl', name: 'LSL', anchor: 'start', color: 'var(--out)', dash: '10 3 2 3' },
  { of: 'usl', name: 'USL', anchor: 'end', color: 'var(--out)', dash: '10 3 2 3' },
  { of: 'target', name: 'T', anchor: 'middle', color: 'var(--accent)', dash: '2 3' },
] as const;

/** The bins as bars, and a line for each limit inside the range. */
function Marks({ input, m, box }: { input: HistogramInput; m: HistogramModel; box: PlotBox }) {
  const sx = scaleX(box, m.xDomain);
  const sy = scaleY(box, m.yDomain);
  return (
    <g>
      {m.bins.map((b) => (
        <rect
          key={b.from}
          x={sx(b.from) + 0.5}
          width={Math.max(0.5, sx(b.to) - sx(b.from) - 1)}
          y={sy(b.count)}
          height={box.bottom - sy(b.count)}
          fill="var(--series)"
          fillOpacity={0.55}
        />
      ))}
      {LIMITS.map(({ of, name, anchor, color, dash }) => {
        const v = input[of];
        return v == null || v < m.xDomain[0] || v > m.xDomain[1] ? null : (
          <g key={name}>
            <line x1={sx(v)} x2={sx(v)} y1={box.top - 2} y2={box.bottom} stroke={color} strokeDasharray={dash} />
            <text x={sx(v)} y={box.top - 4} fontSize={10} textAnchor={anchor} fill={color}>
              {name}
            </text>
          </g>
        );
      })}
    </g>
  );
}
