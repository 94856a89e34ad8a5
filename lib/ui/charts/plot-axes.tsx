import { insideX, type PlotBox, spacedTexts } from './plot';

export interface AxisTick {
  readonly value: number;
  readonly label: string;
}

/** Height of the title of the x axis below its tick labels, px. */
export const X_TITLE = 14;

/** Least gap between two numbers of the x axis, px. */
const GAP = 8;

export interface PlotAxesProps {
  box: PlotBox;
  /** Width of the whole drawing, px. */
  width: number;
  sx: (v: number) => number;
  sy: (v: number) => number;
  xTicks: readonly AxisTick[];
  yTicks: readonly AxisTick[];
  /** Beside the numbers of y. */
  yTitle?: string | undefined;
  /** Above the plot, clear of all marks, for names too long to stand beside it. */
  name?: string | undefined;
  /** Below the numbers of x. */
  xTitle?: string | undefined;
  /** The plot below shares the axis and has its numbers and title. */
  hideX?: boolean | undefined;
  /** Which ticks have a line across the plot. */
  grid?: 'x' | 'y' | 'both';
}

/** Grid lines, ticks and titles of a plot with two axes of numbers. Numbers of x that would touch are left out. */
export function PlotAxes({ box, width, sx, sy, xTicks, yTicks, yTitle, name, xTitle, hideX, grid = 'y' }: PlotAxesProps) {
  const numbers = xTicks.map((t) => ({ x: insideX(sx(t.value), t.label, width), text: t.label }));
  return (
    <g fontSize={11} fill="var(--ink-3)">
      {yTicks.map((t) => (
        <g key={t.value}>
          {grid === 'x' ? null : <line x1={box.left} x2={box.right} y1={sy(t.value)} y2={sy(t.value)} stroke="var(--hairline)" />}
          <text x={box.left - 6} y={sy(t.value) + 4} textAnchor="end">
            {t.label}
          </text>
        </g>
      ))}
      {xTicks.map((t) => (
        <g key={t.value}>
          {grid === 'y' ? null : <line x1={sx(t.value)} x2={sx(t.value)} y1={box.top} y2={box.bottom} stroke="var(--hairline)" />}
          <line x1={sx(t.value)} x2={sx(t.value)} y1={box.bottom} y2={box.bottom + 4} stroke="var(--hairline-strong)" />
        </g>
      ))}
      <line x1={box.left} x2={box.right} y1={box.bottom} y2={box.bottom} stroke="var(--hairline-strong)" />
      {hideX
        ? null
        : spacedTexts(numbers, GAP).map((t) => (
            <text key={t.x} x={t.x} y={box.bottom + 15} textAnchor="middle">
              {t.text}
            </text>
          ))}
      <Titles box={box} yTitle={yTitle} name={name} xTitle={hideX ? undefined : xTitle} />
    </g>
  );
}

function Titles({ box, yTitle, name, xTitle }: Pick<PlotAxesProps, 'box' | 'yTitle' | 'name' | 'xTitle'>) {
  return (
    <g fill="var(--ink-2)">
      {yTitle === undefined ? null : (
        <text transform={`translate(11 ${(box.top + box.bottom) / 2}) rotate(-90)`} textAnchor="middle">
          {yTitle}
        </text>
      )}
      {name === undefined ? null : (
        <text x={box.left + 6} y={box.top - 1}>
          {name}
        </text>
      )}
      {xTitle === undefined ? null : (
        <text x={box.right} y={box.bottom + 15 + X_TITLE} textAnchor="end">
          {xTitle}
        </text>
      )}
    </g>
  );
}
