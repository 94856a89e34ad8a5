import type { Cell } from '../csv';

export interface SortState {
  key: string;
  dir: 'asc' | 'desc';
}

/** An order as written in an address: `-cpk` descending, `cpk` ascending. */
export const writeSort = (s: SortState): string => (s.dir === 'desc' ? `-${s.key}` : s.key);

/** The order in an address; null without one. */
export const readSort = (text: string | null): SortState | null =>
  text === null || text === '' || text === '-'
    ? null
    : { key: text.replace(/^-/, ''), dir: text.startsWith('-') ? 'desc' : 'asc' };

/** Order of two cells: numbers by size, text by locale-free natural order, missing always last, whatever the direction. */
export function compareCells(a: Cell, b: Cell, dir: 'asc' | 'desc'): number {
  const missA = a === null || a === undefined || a === '' || (typeof a === 'number' && Number.isNaN(a));
  const missB = b === null || b === undefined || b === '' || (typeof b === 'number' && Number.isNaN(b));
  if (missA || missB) return missA === missB ? 0 : missA ? 1 : -1;
  const s = typeof a === 'number' && typeof b === 'number' ? a - b : natural(String(a), String(b));
  return dir === 'asc' ? s : -s;
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
const natural = (a: string, b: string): number => collator.compare(a, b);

/** Sorted copy, stable for equal cells. */
export function sortRows<R>(rows: readonly R[], value: (row: R) => Cell, dir: 'asc' | 'desc'): R[] {
  return rows
    .map((row, i) => ({ row, i, v: value(row) }))
    .sort((a, b) => compareCells(a.v, b.v, dir) || a.i - b.i)
    .map((x) => x.row);
}
