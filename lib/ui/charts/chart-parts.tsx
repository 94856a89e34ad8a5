'use client';
import { type ReactNode, useLayoutEffect, useRef } from 'react';
import { XAxis, YAxis } from 'recharts';
import { num } from '../format';
import { placeCard, visibleRoom } from './card-place';
import { eventLegend } from './equipment-events';
import { X_AXIS, Y_AXIS } from './plot';

const TICK = { fontSize: 11, fill: 'var(--ink-3)' } as const;

/** The number axes every chart uses; plain functions, since Recharts looks at its direct children. */
export function numberXAxis(
  domain: readonly [number, number],
  ticks: readonly { value: number; label: string }[],
  hideLabels = false,
) {
  const label = new Map(ticks.map((t) => [t.value, t.label]));
  return (
    <XAxis
      type="number"
      dataKey="x"
      domain={[domain[0], domain[1]]}
      allowDataOverflow
      ticks={ticks.map((t) => t.value)}
      tickFormatter={(v: number) => (hideLabels ? '' : (label.get(v) ?? ''))}
      height={X_AXIS}
      tick={TICK}
      tickLine={{ stroke: 'var(--hairline-strong)' }}
      axisLine={{ stroke: 'var(--hairline-strong)' }}
      tickSize={4}
      interval="preserveStartEnd"
      minTickGap={24}
    />
  );
}

export function numberYAxis(domain: readonly [number, number], ticks: readonly number[], decimals: number) {
  return (
    <YAxis
      type="number"
      domain={[domain[0], domain[1]]}
      allowDataOverflow
      ticks={[...ticks]}
      tickFormatter={(v: number) => num(v, decimals)}
      width={Y_AXIS}
      tick={TICK}
      tickLine={false}
      axisLine={false}
      interval={0}
    />
  );
}

/** Name of a y axis, over the top of its plot, where no mark runs. */
export const AxisName = ({ text, y }: { text: string; y: number }) => (
  <text x={Y_AXIS + 6} y={y} fontSize={11} fill="var(--ink-2)">
    {text}
  </text>
);

/** What stands at the pointer: snaps to a real sample at (left, top) of the chart, never between two, and is never cut by what lies around the chart. */
export function HoverCard({ left, top, children }: { left: number; top: number; children: ReactNode }) {
  const card = useRef<HTMLDivElement>(null);
  // After every render: what stands on the card decides its size.
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

/** The same data as a table, one key away. */
export function DataDisclosure({
  label,
  header,
  rows,
}: {
  label: string;
  header: readonly string[];
  rows: () => readonly { key: string; cells: readonly ReactNode[] }[];
}) {
  return (
    <details className="text-sm mt-1 no-print group">
      <summary className="text-ink-3 hover:text-ink w-max">Values as a table</summary>
      <div className="max-h-64 overflow-auto border border-hairline rounded mt-1 hidden group-open:block">
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
    </details>
  );
}

export interface LegendEntry {
  mark: 'line' | 'dash' | 'dot' | 'hollow' | 'square' | 'open' | 'band' | 'pale' | 'clip' | 'text';
  color: string;
  label: string;
  /** The letters drawn, for `text`. */
  text?: string;
}

/** Legend of the letters of equipment events. */
export const eventEntries = (kinds: readonly string[]): LegendEntry[] =>
  eventLegend(kinds).map(({ glyph, means }) => ({ mark: 'text', text: glyph, color: 'var(--ink-2)', label: means }));

/** Legend by the very marks that are drawn. */
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
            {e.mark === 'clip' ? <path d="M5 1 L13 9 L5 9 Z" fill={e.color} /> : null}
            {e.mark === 'band' ? <rect x={0} y={1} width={18} height={8} fill={e.color} /> : null}
          </svg>
          {e.label}
        </li>
      ))}
    </ul>
  );
}
