'use client';
import type { ReactNode } from 'react';
import { CartesianGrid, ComposedChart, Line } from 'recharts';
import { AxisName, numberXAxis, numberYAxis } from './chart-parts';
import { LABELS } from './plot';

export interface PlotPanelProps {
  width: number;
  height: number;
  /** Room above the plot, px. */
  top?: number;
  data: readonly object[];
  x: readonly [number, number];
  xTicks: readonly { value: number; label: string }[];
  /** The panel below has the numbers of the shared axis. */
  hideX?: boolean;
  y: readonly [number, number];
  yTicks: readonly number[];
  decimals: number;
  /** Name of the y axis. */
  name?: string;
  children: ReactNode;
}

/** One plot over an x axis of numbers: grid, axes and the name of y; its marks are drawn by who uses it, on the same geometry (`plotBox`). */
export function PlotPanel({
  width,
  height,
  top = 10,
  data,
  x,
  xTicks,
  hideX,
  y,
  yTicks,
  decimals,
  name,
  children,
}: PlotPanelProps) {
  return (
    <ComposedChart
      width={width}
      height={height}
      data={data as object[]}
      margin={{ top, right: LABELS, bottom: 0, left: 0 }}
      accessibilityLayer={false}
    >
      <CartesianGrid stroke="var(--hairline)" vertical={false} />
      {numberXAxis(x, xTicks, hideX)}
      {numberYAxis(y, yTicks, decimals)}
      {children}
      {name === undefined ? null : <AxisName text={name} y={top - 1} />}
    </ComposedChart>
  );
}

/** A line through the values of a key of the data: a gap where there is none, unless it is bridged. A plain function, since Recharts looks at its direct children. */
export const seriesLine = (
  key: string,
  stroke: string,
  o: { opacity?: number; width?: number; type?: 'linear' | 'stepAfter'; bridge?: boolean } = {},
) => (
  <Line
    dataKey={key}
    type={o.type ?? 'linear'}
    dot={false}
    activeDot={false}
    isAnimationActive={false}
    stroke={stroke}
    strokeOpacity={o.opacity ?? 1}
    strokeWidth={o.width ?? 1}
    connectNulls={o.bridge ?? false}
  />
);
