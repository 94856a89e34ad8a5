'use client';
import { fileName, withColumns } from '../csv';
import { download, downloadText, svgToPng } from '../export';
import { type Drawing, type Fact, frameSvg, pngScale } from '../export-frame';
import { useTheme } from '../hooks/use-theme';
import type { Palette, Theme } from '../tokens';
import { useExportFacts } from './export-facts';
import type { ExportItem } from './export-menu';

export interface ExportOf {
  readonly title: string;
  readonly unit: string;
  /** Limits, range, what is drawn: one line each; computed on export. */
  readonly notes?: () => readonly string[];
  readonly csv: () => string;
  /** "CSV of the sites"; default "CSV of the data". */
  readonly csvLabel?: string;
  /** The drawing and its scale; null where there is nothing to draw. */
  readonly draw: (palette: Palette, theme: Theme) => { readonly drawing: Drawing; readonly legend?: Drawing | null } | null;
  /** Facts beside those of the page. */
  readonly facts?: readonly Fact[];
}

/** The three exports of every view: its data as CSV with the context as columns, its picture as PNG and SVG in one frame. */
export function useExports(o: ExportOf): ExportItem[] {
  const { theme, palette } = useTheme();
  const page = useExportFacts();
  const facts = [...page, ...(o.facts ?? [])];
  const picture = () => {
    const drawn = o.draw(palette, theme);
    return drawn === null
      ? null
      : frameSvg({
          title: o.title,
          facts,
          unit: o.unit,
          notes: o.notes?.() ?? [],
          ...drawn,
          madeMs: Date.now(),
          address: window.location.host + window.location.pathname + window.location.search,
          palette,
        });
  };
  return [
    {
      label: o.csvLabel ?? 'CSV of the data',
      run: () => downloadText(fileName(o.title, 'csv'), withColumns(o.csv(), contextColumns(facts, o.unit))),
    },
    {
      label: 'PNG image',
      run: async () => {
        const d = picture();
        if (d) download(fileName(o.title, 'png'), await svgToPng(d.text, d.width, d.height, pngScale(d.width)));
      },
    },
    {
      label: 'SVG drawing',
      run: () => {
        const d = picture();
        if (d) downloadText(fileName(o.title, 'svg'), d.text, 'image/svg+xml');
      },
    },
  ];
}

/** Saves a table, with its context as columns. */
export function useCsvFile(): (title: string, csv: string) => void {
  const facts = useExportFacts();
  return (title, csv) => downloadText(fileName(title, 'csv'), withColumns(csv, contextColumns(facts, '')));
}

/** Columns that every row of an exported table repeats: its context, its unit, and the time of export. */
export const contextColumns = (facts: readonly Fact[], unit: string): Fact[] => [
  ...facts,
  ...(unit === '' ? [] : [['unit', unit] as const]),
  ['exported', new Date().toISOString()],
];
