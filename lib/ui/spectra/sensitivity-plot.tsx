'use client';
import { useRef } from 'react';
import { linePath, type PlotBox, plotBox, scaleX, scaleY, spreadLabels } from '../charts/plot';
import { X_TITLE } from '../charts/plot-axes';
import { numberTicks, PlotPanel } from '../charts/plot-panel';
import { SamplePlot } from '../charts/sample-plot';
import { alongX } from '../charts/use-walk';
import { useSvgExport } from '../components/use-svg-export';
import { inUnit, toCsv } from '../csv';
import { num } from '../format';
import { useTheme } from '../hooks/use-theme';
import { useWidth } from '../hooks/use-width';
import { CATEGORY } from '../tokens';
import type { SensitivityChannel } from './sensitivity.prepare';

const RIGHT = 116;
/** Distinguishable without colour too. */
const DASHES = ['', '6 3', '2 2', '8 3 2 3', '12 4', '4 2 1 2'] as const;
const LABEL_GAP = 13;

export interface SensitivityPlotProps {
  title: string;
  /** The step of each parameter, in words. */
  stepWords: string;
  data: SensitivityChannel;
  height?: number;
}

/** How much one channel changes when a parameter moves: one line per parameter, labelled at its end. */
export function SensitivityPlot({ title, stepWords, data: d, height = 204 }: SensitivityPlotProps) {
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root, 640);
  const { theme } = useTheme();
  const box = plotBox(width, height - X_TITLE, RIGHT, 12);
  const sx = scaleX(box, d.xDomain);
  const sy = scaleY(box, d.yDomain);
  const places = d.x.map((x, i) => ({ x, i })).sort((a, b) => a.x - b.x);
  const exports = useSvgExport(root, title, () =>
    toCsv(
      [inUnit(d.axisLabel, d.axisUnit), ...d.series.map((s) => inUnit(`${s.parameter}, ${stepWords}`, d.unit))],
      places.map((p) => [p.x, ...d.series.map((s) => s.values[p.i]!)]),
    ),
  );
  const last = places.at(-1);
  const labelY = spreadLabels(
    d.series.map((s) => sy(last ? s.values[last.i]! : 0)),
    LABEL_GAP,
    box.top + 6,
    box.bottom - 2,
  );
  const colour = (k: number): string => CATEGORY[theme][k % CATEGORY[theme].length]!;
  return (
    <SamplePlot
      root={root}
      head={<h3 className="text-sm font-medium text-ink">{d.channel}</h3>}
      exports={exports}
      kind="sensitivity plot"
      label={`${title}: ${summaryOf(d, stepWords)} Arrow keys walk the points.`}
      samples={alongX(places, box, d.xDomain)}
      tell={(k) => {
        const { x, i } = places[k]!;
        return {
          said: [
            `${num(x, d.xDecimals + 1)} ${d.axisUnit}`,
            ...d.series.map((s) => `${s.parameter} ${num(s.values[i], d.yDecimals + 1)} ${d.unit}`),
          ],
          x: sx(x),
          top: 12,
          cross: [box.top, box.bottom],
        };
      }}
      table={{
        label: title,
        header: [`${d.axisLabel}, ${d.axisUnit}`, ...d.series.map((s) => `${s.parameter}, ${d.unit}`)],
        rows: () =>
          places.map((p) => ({
            key: `${p.x} ${p.i}`,
            cells: [num(p.x, d.xDecimals + 1), ...d.series.map((s) => num(s.values[p.i], d.yDecimals + 2))],
          })),
      }}
    >
      <PlotPanel
        width={width}
        height={height}
        box={box}
        x={d.xDomain}
        xTicks={numberTicks(d.xTicks, d.xDecimals)}
        xTitle={`${d.axisLabel}, ${d.axisUnit}`}
        y={d.yDomain}
        yTicks={numberTicks(d.yTicks, d.yDecimals)}
        yTitle={`Δ ${d.unit}`}
      >
        <line x1={box.left} x2={box.right} y1={sy(0)} y2={sy(0)} stroke="var(--hairline-strong)" />
        {d.series.map((s, k) => (
          <Series
            key={s.parameter}
            name={s.parameter}
            points={places.map((p) => ({ cx: sx(p.x), cy: Number.isFinite(s.values[p.i]!) ? sy(s.values[p.i]!) : null }))}
            box={box}
            labelY={labelY[k]!}
            colour={colour(k)}
            dash={DASHES[k % DASHES.length]}
          />
        ))}
      </PlotPanel>
    </SamplePlot>
  );
}

interface SeriesProps {
  name: string;
  points: { cx: number; cy: number | null }[];
  box: PlotBox;
  labelY: number;
  colour: string;
  dash: string | undefined;
}

/** One parameter's line, and its name with a piece of the line beside its end. */
function Series({ name, points, box, labelY, colour, dash }: SeriesProps) {
  const line = { stroke: colour, strokeWidth: 1.5, strokeDasharray: dash };
  return (
    <g>
      <path d={linePath(points)} fill="none" {...line} />
      <line x1={box.right + 4} x2={box.right + 22} y1={labelY - 3} y2={labelY - 3} {...line} />
      <text x={box.right + 26} y={labelY} fontSize={11} fill="var(--ink-2)">
        {name.length > 13 ? `${name.slice(0, 12)}…` : name}
      </text>
    </g>
  );
}

function summaryOf(d: SensitivityChannel, stepWords: string): string {
  const largest = d.series
    .map((s) => ({ name: s.parameter, most: Math.max(...s.values.map(Math.abs)) }))
    .sort((a, b) => b.most - a.most);
  return `change ${stepWords}, ${largest.map((l) => `${l.name} up to ${num(l.most, d.yDecimals + 1)} ${d.unit}`).join(', ')}.`;
}
