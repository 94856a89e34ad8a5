'use client';
import { useMemo, useRef } from 'react';
import { CartesianGrid, ComposedChart, Line } from 'recharts';
import { ExportMenu } from '../components/export-menu';
import { useSvgExport } from '../components/use-svg-export';
import { inUnit, toCsv } from '../csv';
import { num } from '../format';
import { useWidth } from '../hooks/use-width';
import { DataDisclosure, numberXAxis, numberYAxis } from './chart-parts';
import { dotsPath, plotBox, scaleX, scaleY } from './plot';
import { niceTicks, paddedRange, tickDecimals } from './ticks';

export interface RadialProfileProps {
  title: string;
  unit: string;
  /** Sites: radius in mm and value. */
  radius: ArrayLike<number>;
  value: ArrayLike<number>;
  radiusMm: number;
  /** Ring means, e.g. of the zones. */
  rings?: readonly { radius: number; mean: number }[];
  height?: number;
}

/** Value against distance from the centre: sites as dots, ring means as a line. */
export function RadialProfile({ title, unit, radius, value, radiusMm, rings, height = 200 }: RadialProfileProps) {
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root, 360);
  const line = useMemo(() => rings ?? ringMeans(radius, value, radiusMm), [rings, radius, value, radiusMm]);
  const yDomain = useMemo(() => paddedRange(Array.from({ length: value.length }, (_, i) => value[i])), [value]);
  const ticks = niceTicks(yDomain[0], yDomain[1], 4);
  const xDomain: [number, number] = [0, radiusMm];
  const box = plotBox(width, height, 12);
  const sx = scaleX(box, xDomain);
  const sy = scaleY(box, yDomain);
  const dots = Array.from({ length: value.length }, (_, i) => i)
    .filter((i) => Number.isFinite(value[i]!))
    .map((i) => ({ cx: sx(radius[i]!), cy: sy(value[i]!) }));
  const exports = useSvgExport(
    root,
    title,
    () =>
      toCsv(
        ['r (mm)', inUnit('value', unit)],
        Array.from({ length: value.length }, (_, i) => [radius[i], value[i]]),
      ),
    { unit, notes: () => ['against radius, mm'] },
  );
  const d = tickDecimals(ticks);
  return (
    <div ref={root}>
      <div className="flex items-center h-7 text-sm text-ink-2">
        <span>{unit} against radius, mm</span>
        <span className="ml-auto">
          <ExportMenu items={exports} />
        </span>
      </div>
      <div role="img" aria-label={`${title}: ${line.map((p) => `${num(p.mean, d)} at ${num(p.radius, 0)} mm`).join(', ')}`}>
        <ComposedChart
          width={width}
          height={height}
          margin={{ top: 10, right: 12, bottom: 0, left: 0 }}
          accessibilityLayer={false}
          data={line.map((p) => ({ x: p.radius, y: p.mean }))}
        >
          <CartesianGrid stroke="var(--hairline)" vertical={false} />
          {numberXAxis(
            xDomain,
            niceTicks(0, radiusMm, 5).map((t) => ({ value: t, label: num(t, 0) })),
          )}
          {numberYAxis(yDomain, ticks, d)}
          <path d={dotsPath(dots, 2)} fill="var(--series)" fillOpacity={0.7} />
          <Line
            dataKey="y"
            type="linear"
            dot={false}
            activeDot={false}
            isAnimationActive={false}
            stroke="var(--accent)"
            strokeWidth={1.6}
          />
        </ComposedChart>
      </div>
      <DataDisclosure
        label={title}
        header={['Ring radius, mm', `Mean, ${unit}`]}
        rows={() => line.map((p) => ({ key: String(p.radius), cells: [num(p.radius, 0), num(p.mean, d + 1)] }))}
      />
    </div>
  );
}

/** Means of five rings of equal width; an empty ring is left out. */
export function ringMeans(
  radius: ArrayLike<number>,
  value: ArrayLike<number>,
  radiusMm: number,
  rings = 5,
): { radius: number; mean: number }[] {
  const sum = new Float64Array(rings);
  const at = new Float64Array(rings);
  const n = new Float64Array(rings);
  for (let i = 0; i < value.length; i++) {
    if (!Number.isFinite(value[i]!)) continue;
    const k = Math.min(rings - 1, Math.floor((radius[i]! / radiusMm) * rings));
    sum[k] = sum[k]! + value[i]!;
    at[k] = at[k]! + radius[i]!;
    n[k] = n[k]! + 1;
  }
  return Array.from(n, (c, k) => ({ radius: at[k]! / c, mean: sum[k]! / c })).filter((p) => Number.isFinite(p.mean));
}
