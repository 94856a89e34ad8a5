'use client';
import { useRef } from 'react';
import { ExportMenu } from '../components/export-menu';
import { useSvgExport } from '../components/use-svg-export';
import { num } from '../format';
import { useWidth } from '../hooks/use-width';
import { barNotes, barsCsv, barTicks, labelRoom, shownLabel } from './bars.prepare';
import { paddedRange } from './ticks';

export interface BarItem {
  key: string;
  label: string;
  /** Second, paler line of the label, e.g. the aberration's name. */
  detail?: string;
  value: number;
  /** Standard uncertainty: drawn as ±2u. */
  u?: number | undefined;
  href?: string;
  title?: string;
}

export interface BarsProps {
  title: string;
  unit: string;
  items: readonly BarItem[];
  /** A reference line, e.g. VIP = 1. */
  reference?: { value: number; label: string } | undefined;
  onSelect?: (key: string) => void;
  selectedKey?: string | null;
  /** Least width of the labels, px; they take what the longest needs, up to half of the room. */
  labelWidth?: number;
}

const ROW_PLAIN = 18;
/** WCAG 2.2 target size, where a bar can be chosen. */
const ROW_CHOSEN = 24;

/** Horizontal bars from zero with ±2u whiskers; a bar whose whisker crosses zero is pale: it is not told apart from zero. */
export function Bars({ title, unit, items, reference, onSelect, selectedKey, labelWidth: leastLabel = 120 }: BarsProps) {
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root, 360);
  const labelWidth = labelRoom(items, leastLabel, width);
  const row = onSelect ? ROW_CHOSEN : ROW_PLAIN;
  const exports = useSvgExport(root, title, () => barsCsv(items, unit), { unit, notes: () => barNotes(items, reference) });
  const [lo, hi] = paddedRange(
    [0, reference?.value, ...items.flatMap((b) => [b.value, b.value + 2 * (b.u ?? 0), b.value - 2 * (b.u ?? 0)])],
    0.04,
  );
  const min = items.every((b) => b.value >= 0) ? 0 : lo;
  const right = 62;
  const { ticks, decimals: d } = barTicks(min, hi, width - labelWidth - right);
  const sx = (v: number): number => labelWidth + ((v - min) / (hi - min || 1)) * (width - labelWidth - right);
  const height = items.length * row + 24;
  const place = { width, labelWidth, decimals: d };
  return (
    <div ref={root}>
      <div className="flex items-center h-7 text-sm text-ink-2">
        <span>{unit}</span>
        <span className="ml-auto">
          <ExportMenu items={exports} />
        </span>
      </div>
      <div className="relative">
        <svg width={width} height={height} data-export role="img" aria-label={spoken(title, unit, items)} className="block">
          {ticks.map((t) => (
            <g key={t}>
              <line
                x1={sx(t)}
                x2={sx(t)}
                y1={0}
                y2={height - 20}
                stroke={t === 0 ? 'var(--hairline-strong)' : 'var(--hairline)'}
              />
              <text x={sx(t)} y={height - 6} fontSize={11} textAnchor="middle" fill="var(--ink-3)">
                {num(t, d)}
              </text>
            </g>
          ))}
          {items.map((b, i) => (
            <Bar key={b.key} b={b} y={i * row} row={row} sx={sx} place={place} isSelected={selectedKey === b.key} />
          ))}
          {reference ? (
            <g>
              <line
                x1={sx(reference.value)}
                x2={sx(reference.value)}
                y1={0}
                y2={height - 20}
                stroke="var(--ink-2)"
                strokeDasharray="4 3"
              />
              <title>{reference.label}</title>
            </g>
          ) : null}
        </svg>
        {onSelect
          ? items.map((b, i) => (
              <button
                key={b.key}
                type="button"
                className="absolute inset-x-0"
                style={{ top: i * row, height: row }}
                aria-pressed={selectedKey === b.key}
                aria-label={`${nameOf(b)}: ${num(b.value, 3)}${b.u ? ` ± ${num(b.u, 3)}` : ''} ${unit}`}
                title={tipOf(b)}
                onClick={() => onSelect(b.key)}
              />
            ))
          : null}
      </div>
    </div>
  );
}

const nameOf = (b: BarItem): string => `${b.label}${b.detail ? `, ${b.detail}` : ''}`;
const tipOf = (b: BarItem): string => b.title ?? nameOf(b);

interface BarProps {
  b: BarItem;
  /** Top and height of its row, px. */
  y: number;
  row: number;
  sx: (v: number) => number;
  place: { width: number; labelWidth: number; decimals: number };
  isSelected: boolean;
}

/** A label, its bar from zero with ±2u, and its value. */
function Bar({ b, y, row, sx, place, isSelected }: BarProps) {
  const u = b.u ?? 0;
  const isClear = Math.abs(b.value) > 2 * u;
  return (
    <g>
      <title>{tipOf(b)}</title>
      <rect x={0} y={y} width={place.width} height={row} fill={isSelected ? 'var(--accent-wash)' : 'transparent'} />
      <text x={place.labelWidth - 8} y={y + row / 2} fontSize={11} textAnchor="end" dominantBaseline="central" fill="var(--ink)">
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

const spoken = (title: string, unit: string, items: readonly BarItem[]): string =>
  `${title}, ${unit}: ${items
    .slice(0, 12)
    .map((b) => `${b.label} ${num(b.value, 3)}`)
    .join(', ')}${items.length > 12 ? ` and ${items.length - 12} more` : ''}`;
