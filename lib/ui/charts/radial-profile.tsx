'use client';
import { useMemo, useRef } from 'react';
import { useSvgExport } from '../components/use-svg-export';
import { inUnit, toCsv } from '../csv';
import { num } from '../format';
import { useWidth } from '../hooks/use-width';
import { dotsPath, nearestMark, plotBox, scaleX, scaleY } from './plot';
import { numberTicks, PlotPanel, SeriesLine } from './plot-panel';
import { SamplePlot } from './sample-plot';
import { niceTicks, paddedRange, tickDecimals } from './ticks';

export interface RadialProfileProps {
  title: string;
  unit: string;
  /** Sites: radius in mm and value. */
  radius: ArrayLike<number>;
  value: ArrayLike<number>;
  radiusMm: number;
  /** Means of the rings. */
  rings: readonly { radius: number; mean: number }[];
  height?: number;
}

const RIGHT = 12;

/** Value against distance from the centre: sites as dots, ring means as a line. */
export function RadialProfile({ title, unit, radius, value, radiusMm, rings, height = 200 }: RadialProfileProps) {
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root, 360);
  const sites = useMemo(
    () =>
      Array.from(value, (y, i) => ({ x: radius[i]!, y }))
        .filter((s) => Number.isFinite(s.y))
        .sort((a, b) => a.x - b.x),
    [radius, value],
  );
  const yDomain = paddedRange(sites.map((s) => s.y));
  const ticks = niceTicks(...yDomain, 4);
  const d = tickDecimals(ticks);
  const x = [0, radiusMm] as const;
  const box = plotBox(width, height, RIGHT);
  const [sx, sy] = [scaleX(box, x), scaleY(box, yDomain)];
  const dots = sites.map((s) => ({ cx: sx(s.x), cy: sy(s.y) }));
  const exports = useSvgExport(
    root,
    title,
    () =>
      toCsv(
        ['r (mm)', inUnit('value', unit)],
        Array.from(value, (v, i) => [radius[i], v]),
      ),
    { unit, notes: () => ['against radius, mm'] },
  );
  return (
    <SamplePlot
      root={root}
      head={<span>{unit} against radius, mm</span>}
      exports={exports}
      kind="radial profile"
      label={`${title}: ${ringWords(rings, d)}. Arrow keys walk the sites.`}
      samples={{ count: sites.length, under: (px, py) => nearestMark(dots, px, py) }}
      tell={(k) => {
        const s = sites[k]!;
        return { said: [`${num(s.y, d + 1)} ${unit} at ${num(s.x, 1)} mm`], x: sx(s.x), top: sy(s.y) - 40, ring: sy(s.y) };
      }}
      table={{
        label: title,
        header: ['Ring radius, mm', `Mean, ${unit}`],
        rows: () => rings.map((p) => ({ key: String(p.radius), cells: [num(p.radius, 0), num(p.mean, d + 1)] })),
      }}
    >
      <PlotPanel
        width={width}
        height={height}
        box={box}
        x={x}
        xTicks={numberTicks(niceTicks(0, radiusMm, 3), 0)}
        y={yDomain}
        yTicks={numberTicks(ticks, d)}
      >
        <path d={dotsPath(dots, 2)} fill="var(--series)" fillOpacity={0.7} />
        <SeriesLine
          points={rings.map((p) => ({ x: p.radius, y: p.mean }))}
          of={(p) => (Number.isFinite(p.y) ? p.y : null)}
          sx={sx}
          sy={sy}
          stroke="var(--accent)"
          width={1.6}
        />
      </PlotPanel>
    </SamplePlot>
  );
}

const ringWords = (rings: RadialProfileProps['rings'], d: number): string =>
  rings.map((p) => `${num(p.mean, d)} at ${num(p.radius, 0)} mm`).join(', ');
