import type { ReactNode } from 'react';
import { num } from '../format';
import { linePath, type PlotBox, scaleX, scaleY } from './plot';
import { type AxisTick, PlotAxes, type PlotAxesProps } from './plot-axes';

export interface PlotPanelProps
  extends Pick<PlotAxesProps, 'width' | 'xTicks' | 'yTicks' | 'xTitle' | 'yTitle' | 'hideX' | 'name' | 'grid'> {
  height: number;
  /** The plot within the drawing, shared with the marks. */
  box: PlotBox;
  x: readonly [number, number];
  y: readonly [number, number];
  /** Shades that the grid is drawn over. */
  below?: ReactNode;
  children: ReactNode;
}

/** One plot over an x axis of numbers: grid, axes and the name of y; its marks are drawn by who uses it, on the same geometry. */
export function PlotPanel({ width, height, box, x, y, below, children, ...axes }: PlotPanelProps) {
  return (
    <svg width={width} height={height} data-export="" aria-hidden="true" className="block">
      {below}
      <PlotAxes {...axes} width={width} box={box} sx={scaleX(box, x)} sy={scaleY(box, y)} />
      {children}
    </svg>
  );
}

/** Ticks with their numbers. */
export const numberTicks = (ticks: readonly number[], decimals: number): AxisTick[] =>
  ticks.map((value) => ({ value, label: num(value, decimals) }));

interface SeriesLineProps<P> {
  points: readonly P[];
  of: (p: P) => number | null;
  sx: (v: number) => number;
  sy: (v: number) => number;
  stroke: string;
  opacity?: number;
  width?: number;
  dash?: string;
  /** A value holds until the next. */
  step?: boolean;
  /** The line continues over points without a value. */
  bridge?: boolean;
}

/** A line through one value of the points: a gap where it is missing, unless bridged. */
export function SeriesLine<P extends { x: number }>({ points, of, sx, sy, step, bridge, ...o }: SeriesLineProps<P>) {
  const marks = points.map((p) => {
    const v = of(p);
    return { cx: sx(p.x), cy: v === null ? null : sy(v) };
  });
  return (
    <path
      d={linePath(bridge ? marks.filter((m) => m.cy !== null) : marks, step ? 'step' : 'linear')}
      fill="none"
      stroke={o.stroke}
      strokeOpacity={o.opacity ?? 1}
      strokeWidth={o.width ?? 1}
      strokeDasharray={o.dash}
    />
  );
}
