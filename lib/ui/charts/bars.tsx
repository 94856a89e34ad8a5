'use client';
import { useRef } from 'react';
import { useSvgExport } from '../components/use-svg-export';
import { num } from '../format';
import { useWidth } from '../hooks/use-width';
import {
  type BarItem,
  barDomain,
  barNotes,
  barsCsv,
  barsSummary,
  barTable,
  barTicks,
  barWords,
  labelRoom,
  shownLabel,
} from './bars.prepare';
import { insideX, plotBox, scaleX, X_AXIS } from './plot';
import { numberTicks, PlotPanel } from './plot-panel';
import { SamplePlot } from './sample-plot';

export interface BarsProps {
  title: string;
  unit: string;
  items: readonly BarItem[];
  /** A line across the bars with its name, "VIP = 1". */
  reference?: { value: number; label: string } | undefined;
  onSelect?: (key: string) => void;
  selectedKey?: string | null;
  /** Least width of the labels, px; they take what the longest needs, up to half of the width. */
  labelWidth?: number;
}

const ROW_PLAIN = 18;
/** WCAG 2.2 target size, where a bar can be selected. */
const ROW_CHOSEN = 24;
/** Room for the values at the right, px. */
const VALUES = 62;
/** Room above the bars for the name of the line across them, px. */
const NAME = 15;

/** Horizontal bars from zero with ±2u whiskers; a bar whose whisker crosses zero is pale: it does not differ significantly from zero. */
export function Bars({ title, unit, items, reference, onSelect, selectedKey, labelWidth: leastLabel = 120 }: BarsProps) {
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root, 360);
  const row = onSelect ? ROW_CHOSEN : ROW_PLAIN;
  const top = reference ? NAME : 0;
  const height = top + items.length * row + X_AXIS;
  const box = plotBox(width, height, VALUES, top, labelRoom(items, leastLabel, width));
  const x = barDomain(items, reference?.value);
  const { ticks, decimals: d } = barTicks(x[0], x[1], box.right - box.left);
  const sx = scaleX(box, x);
  const exports = useSvgExport(root, title, () => barsCsv(items, unit), {
    unit,
    notes: () => barNotes(items, reference, selectedKey),
  });
  return (
    <SamplePlot
      root={root}
      head={<span>{unit}</span>}
      exports={exports}
      kind="bar chart"
      label={`${barsSummary(title, unit, items, selectedKey)}. Arrow keys walk the bars${onSelect ? ', Enter chooses' : ''}.`}
      samples={{
        count: items.length,
        under: (_, y) => (y < box.bottom ? Math.floor((y - top) / row) : -1),
        onOpen: onSelect && ((k) => onSelect(items[k]!.key)),
        along: 'y',
      }}
      tell={(k) => ({ said: [barWords(items[k]!, unit, selectedKey)], x: sx(items[k]!.value), top: top + k * row })}
      className={onSelect ? 'cursor-pointer' : ''}
      table={{ label: title, ...barTable(items, unit, d + 1, selectedKey) }}
    >
      <PlotPanel width={width} height={height} box={box} x={x} xTicks={numberTicks(ticks, d)} y={[0, 1]} yTicks={[]} grid="x">
        {items.map((b, i) => (
          <Bar
            key={b.key}
            b={b}
            y={top + i * row}
            row={row}
            sx={sx}
            place={{ width, labelWidth: box.left, decimals: d }}
            isSelected={selectedKey === b.key}
          />
        ))}
        {reference ? (
          <g>
            <line
              x1={sx(reference.value)}
              x2={sx(reference.value)}
              y1={top}
              y2={box.bottom}
              stroke="var(--ink-2)"
              strokeDasharray="4 3"
            />
            <text
              x={insideX(sx(reference.value), reference.label, width)}
              y={top - 4}
              fontSize={11}
              textAnchor="middle"
              fill="var(--ink-2)"
            >
              {reference.label}
            </text>
          </g>
        ) : null}
      </PlotPanel>
    </SamplePlot>
  );
}

interface BarProps {
  b: BarItem;
  /** Top and height of its row, px. */
  y: number;
  row: number;
  sx: (v: number) => number;
  place: { width: number; labelWidth: number; decimals: number };
  isSelected: boolean;
}

/** A label, its bar from zero with ±2u, and its value; the chosen one has a mark at its left and a heavier label. */
function Bar({ b, y, row, sx, place, isSelected }: BarProps) {
  const u = b.u ?? 0;
  const isClear = Math.abs(b.value) > 2 * u;
  return (
    <g>
      <rect x={0} y={y} width={place.width} height={row} fill={isSelected ? 'var(--accent-wash)' : 'transparent'} />
      {isSelected ? <path d={`M1 ${y + row / 2 - 4}l6 4l-6 4Z`} fill="var(--accent)" /> : null}
      <text
        x={place.labelWidth - 8}
        y={y + row / 2}
        fontSize={11}
        fontWeight={isSelected ? 600 : undefined}
        textAnchor="end"
        dominantBaseline="central"
        fill="var(--ink)"
      >
        {shownLabel(b.label, place.labelWidth, b.detail)}
        {b.detail ? (
          <tspan fill="var(--ink-3)" dx={4}>
            {b.detail}
          </tspan>
        ) : null}
      </text>
      <rect
        x={Math.min(sx(0), sx(b.value))}
        y={y + 4}
        width={Math.max(0.5, Math.abs(sx(b.value) - sx(0)))}
        height={row - 8}
        fill={isClear ? 'var(--accent)' : 'var(--pale)'}
      />
      {u > 0 ? (
        <path
          d={`M${sx(b.value - 2 * u)} ${y + 6}v${row - 12}M${sx(b.value + 2 * u)} ${y + 6}v${row - 12}M${sx(b.value - 2 * u)} ${y + row / 2}H${sx(b.value + 2 * u)}`}
          stroke="var(--ink)"
          strokeWidth={1}
        />
      ) : null}
      <text
        x={place.width - 4}
        y={y + row / 2}
        fontSize={11}
        textAnchor="end"
        dominantBaseline="central"
        fill={isClear ? 'var(--ink)' : 'var(--ink-3)'}
      >
        {num(b.value, Math.min(4, place.decimals + 1))}
      </text>
    </g>
  );
}
