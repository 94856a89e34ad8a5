'use client';
import type { RefObject } from 'react';
import { drawingOf, legendMarks } from '../export';
import { legendDrawing } from '../export-frame';
import type { ExportItem } from './export-menu';
import { useExports } from './use-exports';

/** Export entries for a chart drawn as one or several stacked SVGs inside `root`: CSV of its data; PNG and SVG with the legend beside it. */
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
    draw: (palette) => {
      const drawings = [...(root.current?.querySelectorAll<SVGSVGElement>('svg[data-export]') ?? [])];
      if (root.current === null || drawings.length === 0) return null;
      const drawing = drawingOf(drawings);
      return { drawing, legend: legendDrawing(legendMarks(root.current), drawing.width, palette.ink2) };
    },
  });
}
