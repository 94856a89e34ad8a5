import type { PlotBox } from './plot';

export interface AxisTick {
  readonly at: number;
  readonly text: string;
}

/** Height that the title of the x axis needs below its tick labels, px. */
export const X_TITLE = 14;

/**
 * Grid lines, ticks and titles of a plot with two numeric axes. The title of y stands beside its numbers, that of x below them, where no curve can run
 * through it; `xTitle` null leaves the numbers and the title to the plot below that shares the axis.
 */
export function PlotAxes({
  box,
  sx,
  sy,
  xTicks,
  yTicks,
  yTitle,
  xTitle,
}: {
  box: PlotBox;
  sx: (v: number) => number;
  sy: (v: number) => number;
  xTicks: readonly AxisTick[];
  yTicks: readonly AxisTick[];
  yTitle: string;
  xTitle: string | null;
}) {
  return (
    <g fontSize={11} fill="var(--ink-3)">
      {yTicks.map((t) => (
        <g key={t.at}>
          <line x1={box.left} x2={box.right} y1={sy(t.at)} y2={sy(t.at)} stroke="var(--hairline)" />
          <text x={box.left - 6} y={sy(t.at) + 4} textAnchor="end">
            {t.text}
          </text>
        </g>
      ))}
      <line x1={box.left} x2={box.right} y1={box.bottom} y2={box.bottom} stroke="var(--hairline-strong)" />
      {xTicks.map((t) => (
        <g key={t.at}>
          <line x1={sx(t.at)} x2={sx(t.at)} y1={box.bottom} y2={box.bottom + 4} stroke="var(--hairline-strong)" />
          {xTitle === null ? null : (
            <text x={sx(t.at)} y={box.bottom + 15} textAnchor="middle">
              {t.text}
            </text>
          )}
        </g>
      ))}
      <text transform={`translate(11 ${(box.top + box.bottom) / 2}) rotate(-90)`} textAnchor="middle" fill="var(--ink-2)">
        {yTitle}
      </text>
      {xTitle === null ? null : (
        <text x={box.right} y={box.bottom + 15 + X_TITLE} textAnchor="end" fill="var(--ink-2)">
          {xTitle}
        </text>
      )}
    </g>
  );
}
