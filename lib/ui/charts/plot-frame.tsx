'use client';
import type { ReactNode, RefObject } from 'react';
import { type ExportItem, ExportMenu } from '../components/export-menu';
import { DataDisclosure } from './chart-parts';
import { Walkable, type WalkableProps } from './walkable';

export interface PlotFrameProps {
  /** What is exported: the drawings within, and the legend beside them. */
  root: RefObject<HTMLDivElement | null>;
  /** Legend or unit, left of the exports. */
  head: ReactNode;
  exports: ExportItem[];
  walk: Omit<WalkableProps, 'children' | 'className'>;
  className?: string;
  /** What stands at the picked sample, said when it changes. */
  spoken: string;
  below?: ReactNode;
  table: Parameters<typeof DataDisclosure>[0];
  /** The panels, and the card at the pointer. */
  children: ReactNode;
}

/** What every chart has around its panels: a head with the exports, one tab stop with its keys, the picked sample spoken, and the same data as a table. */
export function PlotFrame({ root, head, exports, walk, className = '', spoken, below, table, children }: PlotFrameProps) {
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
      </Walkable>
      <p className="sr-only" aria-live="polite">
        {spoken}
      </p>
      {below}
      <DataDisclosure {...table} />
    </div>
  );
}
