'use client';
import { type RefObject, useMemo } from 'react';
import { fileName } from '../csv';
import { download, downloadText, svgText, svgToPng } from '../export';
import { useTheme } from '../hooks/use-theme';
import type { ExportItem } from './export-menu';

/** Export entries for a chart drawn as SVG inside `root`: CSV of its data, PNG, SVG. */
export function useSvgExport(root: RefObject<HTMLElement | null>, title: string, csv: () => string): ExportItem[] {
  const { theme } = useTheme();
  return useMemo(() => {
    const svg = (): SVGSVGElement | null =>
      root.current?.querySelector<SVGSVGElement>('svg.recharts-surface, svg[data-export]') ?? null;
    return [
      { label: 'CSV of the data', run: () => downloadText(fileName(title, 'csv'), csv()) },
      {
        label: 'PNG image',
        run: async () => {
          const el = svg();
          if (!el) return;
          const box = el.getBoundingClientRect();
          download(fileName(title, 'png'), await svgToPng(svgText(el, theme), box.width, box.height));
        },
      },
      {
        label: 'SVG drawing',
        run: () => {
          const el = svg();
          if (el) downloadText(fileName(title, 'svg'), svgText(el, theme), 'image/svg+xml');
        },
      },
    ];
  }, [root, title, csv, theme]);
}
