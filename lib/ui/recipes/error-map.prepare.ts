import type { MetrologyRecipe } from '@/lib/recipes';
import { num } from '../format';

/** One table of the error map: two parameters along its sides, the others fixed to one cell each. */
export interface ErrorTable {
  /** The cells of the other parameters; empty for a map of one or two parameters. */
  caption: string;
  rowParameter: string | null;
  columnParameter: string;
  rowLabels: string[];
  columnLabels: string[];
  /** Rms error in σ; NaN in a cell without held-back spectra. */
  values: number[][];
}

const MOST_TABLES = 9;

/**
 * The cells of a surrogate's error map as tables, the last two free parameters along the sides and one table per cell of the others. Where that would
 * be more than nine, one table per parameter with the root mean square over the others.
 * @param cells - cells along each free parameter. @param rms - σ rms per cell, last parameter fastest; null where there were no spectra.
 */
export function prepareErrorMap(
  parameters: MetrologyRecipe['parameters'],
  cells: readonly number[],
  rms: readonly (number | null)[],
): ErrorTable[] {
  const free = parameters.flatMap((p) => (p.role.kind === 'free' ? [{ name: p.name, unit: p.unit, ...p.role }] : []));
  const n = free.length;
  if (n === 0 || cells.length !== n || rms.length !== cells.reduce((t, c) => t * c, 1)) return [];
  const labels = free.map((p, j) =>
    Array.from({ length: cells[j]! }, (_, k) => {
      const at = (i: number): string => short(p.lower + ((p.upper - p.lower) * i) / cells[j]!);
      return `${at(k)}–${at(k + 1)}`;
    }),
  );
  const titles = free.map((p) => `${p.name}${p.unit && p.unit !== '1' ? `, ${p.unit}` : ''}`);
  const value = (i: number): number => rms[i] ?? Number.NaN;
  const outer = cells.slice(0, Math.max(0, n - 2)).reduce((t, c) => t * c, 1);
  if (outer > MOST_TABLES) return [byParameter(cells, titles, value)];
  const [rows, columns] = n === 1 ? [1, cells[0]!] : [cells[n - 2]!, cells[n - 1]!];
  return Array.from({ length: outer }, (_, o) => ({
    caption: captionOf(o, cells.slice(0, Math.max(0, n - 2)), titles, labels),
    rowParameter: n === 1 ? null : titles[n - 2]!,
    columnParameter: titles[n - 1]!,
    rowLabels: n === 1 ? [''] : labels[n - 2]!,
    columnLabels: labels[n - 1]!,
    values: Array.from({ length: rows }, (_, r) =>
      Array.from({ length: columns }, (_, c) => value((o * rows + r) * columns + c)),
    ),
  }));
}

function captionOf(o: number, cells: readonly number[], titles: readonly string[], labels: readonly string[][]): string {
  const parts: string[] = [];
  for (let j = cells.length - 1, rest = o; j >= 0; j--) {
    parts.unshift(`${titles[j]!}: ${labels[j]![rest % cells[j]!]!}`);
    rest = Math.floor(rest / cells[j]!);
  }
  return parts.join('; ');
}

function byParameter(cells: readonly number[], titles: readonly string[], value: (i: number) => number): ErrorTable {
  const total = cells.reduce((t, c) => t * c, 1);
  const most = Math.max(...cells);
  const values = cells.map((count, j) => {
    const after = cells.slice(j + 1).reduce((t, c) => t * c, 1);
    return Array.from({ length: most }, (_, k) => {
      let sum = 0;
      let n = 0;
      for (let i = 0; i < total; i++) {
        if (k >= count || Math.floor(i / after) % count !== k || Number.isNaN(value(i))) continue;
        sum += value(i) ** 2;
        n++;
      }
      return n === 0 ? Number.NaN : Math.sqrt(sum / n);
    });
  });
  return {
    caption: 'each parameter over all cells of the others',
    rowParameter: null,
    columnParameter: 'part of the range, low to high',
    rowLabels: [...titles],
    columnLabels: Array.from({ length: most }, (_, k) => `${k + 1} of ${most}`),
    values,
  };
}

const short = (v: number): string => num(v, Math.abs(v) >= 100 ? 0 : Math.abs(v) >= 10 ? 1 : 3);
