'use client';
import type { RefObject } from 'react';
import { drawingOf } from '../export';
import type { ExportItem } from './export-menu';
import { useExports } from './use-exports';

/** Export entries for a chart drawn as one SVG or several below each other inside `root`: CSV of its data, PNG, SVG. */
export function useSvgExport(
  root: RefObject<HTMLElement | null>,
  title: string,
  csv: () => string,
  o: { unit?: string; notes?: () => readonly string[] } = {},
): ExportItem[] {
  return useExports({
    title,
    csv,
    unit: o.unit ?? '',
    ...(o.notes ? { notes: o.notes } : {}),
    draw: () => {
      const drawings = [...(root.current?.querySelectorAll<SVGSVGElement>('svg.recharts-surface, svg[data-export]') ?? [])];
      return drawings.length > 0 ? { drawing: drawingOf(drawings) } : null;
    },
  });
}
