'use client';
import { memo, type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import { placeCard, visibleRoom } from './card-place';
import { eventLegend } from './equipment-events';

/**
 * The card at the pointer: snaps to a real sample at (left, top) of the chart, never between two, and is never clipped by the surroundings of the
 * chart.
 */
export function HoverCard({ left, top, children }: { left: number; top: number; children: ReactNode }) {
  const card = useRef<HTMLDivElement>(null);
  // After every render: the content of the card decides its size.
  useLayoutEffect(() => {
    const el = card.current;
    const chart = el?.offsetParent?.getBoundingClientRect();
    if (!el || !chart) return;
    const place = placeCard({ x: chart.left + left, y: chart.top + top }, el.getBoundingClientRect(), visibleRoom(el));
    el.style.transform = `translate(${place.x - chart.left}px, ${place.y - chart.top}px)`;
  });
  return (
    <div
      ref={card}
      aria-hidden="true"
      className="hover-card pointer-events-none absolute left-0 top-0 z-20 bg-surface border border-hairline-strong rounded px-2 py-1 text-sm whitespace-nowrap w-max"
    >
      {children}
    </div>
  );
}

interface TableProps {
  label: string;
  header: readonly string[];
  rows: () => readonly { key: string; cells: readonly ReactNode[] }[];
}

/** The same data as a table, one key away; its rows are rendered once it is open. */
export function DataDisclosure(table: TableProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="text-sm mt-1 no-print" onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary className="text-ink-3 hover:text-ink w-max">Values as a table</summary>
      {isOpen ? <DataTable {...table} /> : null}
    </details>
  );
}

const DataTable = memo(function DataTable({ label, header, rows }: TableProps) {
  return (
    <div className="max-h-64 overflow-auto border border-hairline rounded mt-1">
      <table className="grid-table">
        <caption className="sr-only">{label}</caption>
        <thead>
          <tr>
            {header.map((h) => (
              <th key={h} scope="col">
                {h}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows().map((r) => (
            <tr key={r.key}>
              {r.cells.map((c, k) => (
                <td key={header[k]} className={typeof c === 'number' ? 'num' : undefined}>
                  {c}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
});

export interface LegendEntry {
  mark: 'line' | 'dash' | 'dot' | 'hollow' | 'square' | 'open' | 'band' | 'pale' | 'clip' | 'cross' | 'text';
  color: string;
  label: string;
  /** The letters drawn, for kind `text`. */
  text?: string;
}

/** Legend of the letters of equipment events. */
export const eventEntries = (kinds: readonly string[]): LegendEntry[] =>
  eventLegend(kinds).map(({ glyph, means }) => ({ mark: 'text', text: glyph, color: 'var(--ink-2)', label: means }));

/** Legend with the same marks as the drawing. */
export function ChartLegend({ entries }: { entries: readonly LegendEntry[] }) {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-sm text-ink-2" aria-label="Legend">
      {entries.map((e) => (
        <li key={e.label} className="flex items-center gap-1">
          <svg width={18} height={10} aria-hidden="true">
            {e.mark === 'line' || e.mark === 'pale' ? (
              <line x1={0} x2={18} y1={5} y2={5} stroke={e.color} strokeWidth={1.5} />
            ) : null}
            {e.mark === 'dash' ? <line x1={0} x2={18} y1={5} y2={5} stroke={e.color} strokeDasharray="5 3" /> : null}
            {e.mark === 'dot' ? <circle cx={9} cy={5} r={3} fill={e.color} /> : null}
            {e.mark === 'hollow' ? <circle cx={9} cy={5} r={3} fill="none" stroke={e.color} strokeWidth={1.2} /> : null}
            {e.mark === 'square' ? <rect x={5.5} y={1.5} width={7} height={7} fill={e.color} /> : null}
            {e.mark === 'open' ? <rect x={6} y={2} width={6} height={6} fill="none" stroke={e.color} strokeWidth={1.2} /> : null}
            {e.mark === 'text' ? (
              <text x={9} y={9} fontSize={10} fontWeight={600} textAnchor="middle" fill={e.color}>
                {e.text}
              </text>
            ) : null}
            {e.mark === 'cross' ? <path d="M6 2l6 6m0 -6l-6 6" stroke={e.color} strokeWidth={1.4} fill="none" /> : null}
            {e.mark === 'clip' ? <path d="M5 1 L13 9 L5 9 Z" fill={e.color} /> : null}
            {e.mark === 'band' ? <rect x={0} y={1} width={18} height={8} fill={e.color} /> : null}
          </svg>
          {e.label}
        </li>
      ))}
    </ul>
  );
}
