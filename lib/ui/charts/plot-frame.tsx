'use client';
import type { ReactNode, RefObject } from 'react';
import { type ExportItem, ExportMenu } from '../components/export-menu';
import { DataDisclosure, HoverCard } from './chart-parts';
import type { Drag } from './use-walk';
import { Walkable, type WalkableProps } from './walkable';

/** The sample at the pointer or reached by the keyboard, px of the chart. */
export interface Pointed {
  x: number;
  /** Top of the card beside it. */
  top: number;
  card: ReactNode;
  /** Ends of the line through it. */
  cross?: readonly [top: number, bottom: number];
  /** Height of the ring around it. */
  ring?: number | null;
}

export interface PlotFrameProps {
  /** The element to export: its drawings and legend. */
  root: RefObject<HTMLDivElement | null>;
  /** Legend or unit, left of the exports. */
  head: ReactNode;
  exports: ExportItem[];
  walk: Omit<WalkableProps, 'children' | 'className'>;
  className?: string;
  /** Text of the selected sample, read aloud when it changes. */
  spoken: string;
  below?: ReactNode;
  table: Parameters<typeof DataDisclosure>[0];
  pointed?: Pointed | null;
  drag?: Drag | null;
  /** The panels. What is at the pointer lies over them. */
  children: ReactNode;
}

/**
 * The frame of every chart: a head with the exports, one tab stop with its keys, the sample at the pointer, the selected one read aloud, and the same
 * data as a table.
 */
export function PlotFrame({
  root,
  head,
  exports,
  walk,
  className = '',
  spoken,
  below,
  table,
  pointed = null,
  drag = null,
  children,
}: PlotFrameProps) {
  return (
    <div ref={root}>
      <div className="flex items-center min-h-7 text-sm text-ink-2">
        {head}
        <span className="ml-auto">
          <ExportMenu items={exports} />
        </span>
      </div>
      <Walkable {...walk} className={`relative select-none ${className}`}>
        {children}
        <Overlay pointed={pointed} drag={drag} />
        {pointed ? (
          <HoverCard left={pointed.x} top={pointed.top}>
            {pointed.card}
          </HoverCard>
        ) : null}
      </Walkable>
      <p className="sr-only" aria-live="polite">
        {spoken}
      </p>
      {below}
      <DataDisclosure {...table} />
    </div>
  );
}

function Overlay({ pointed: p, drag }: Required<Pick<PlotFrameProps, 'pointed' | 'drag'>>) {
  if (!p && !drag) return null;
  return (
    <svg className="absolute inset-0 w-full h-full pointer-events-none" aria-hidden="true">
      {p?.cross ? <line x1={p.x} x2={p.x} y1={p.cross[0]} y2={p.cross[1]} stroke="var(--hairline-strong)" /> : null}
      {p && p.ring != null ? <circle cx={p.x} cy={p.ring} r={6} fill="none" stroke="var(--ink)" strokeWidth={1.5} /> : null}
      {drag ? (
        <rect
          x={Math.min(drag.from, drag.to)}
          width={Math.abs(drag.to - drag.from)}
          y={drag.top}
          height={drag.bottom - drag.top}
          fill="var(--accent)"
          fillOpacity={0.14}
        />
      ) : null}
    </svg>
  );
}
