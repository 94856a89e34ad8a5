'use client';
import { type RefObject, useMemo } from 'react';
import { fileName } from '../csv';
import { download, downloadText, svgText, svgToPng } from '../export';
import { useTheme } from '../hooks/use-theme';
import type { ExportItem } from './export-menu';

/** Export entries for a chart drawn as one SVG or several below each other inside `root`: CSV of its data, PNG, SVG. */
export function useSvgExport(root: RefObject<HTMLElement | null>, title: string, csv: () => string): ExportItem[] {
  const { theme } = useTheme();
  return useMemo(() => {
    const drawn = () => {
      const drawings = [...(root.current?.querySelectorAll<SVGSVGElement>('svg.recharts-surface, svg[data-export]') ?? [])];
      return drawings.length > 0 ? svgText(drawings, theme) : null;
    };
    return [
      { label: 'CSV of the data', run: () => downloadText(fileName(title, 'csv'), csv()) },
      {
        label: 'PNG image',
        run: async () => {
          const d = drawn();
          if (d) download(fileName(title, 'png'), await svgToPng(d.text, d.width, d.height));
        },
      },
      {
        label: 'SVG drawing',
        run: () => {
          const d = drawn();
          if (d) downloadText(fileName(title, 'svg'), d.text, 'image/svg+xml');
        },
      },
    ];
  }, [root, title, csv, theme]);
}
