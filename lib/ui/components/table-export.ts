import { type Cell, inUnit, toCsv } from '../csv';
import { unitLabel } from '../format';

/** What a column of a table says of itself to sorting and to its file; what it shows does not matter to either. */
export interface ColumnData<R> {
  readonly key: string;
  readonly header: string;
  /** Shown small after the header; numbers in the cells stay bare. */
  readonly unit?: string;
  /** What is exported, and sorted by; without it (and without `time`) the column does neither. */
  readonly value?: (row: R) => Cell;
  /** A moment, ms UTC: exported as ISO 8601, sorted by. */
  readonly time?: (row: R) => number | null | undefined;
  /** Of a moment: with its year and seconds. */
  readonly isPrecise?: boolean;
  /** Sorted by this where the order is not that of what is exported: a rank behind a word. */
  readonly sort?: (row: R) => Cell;
  /** The unit in the file, where the cells on screen carry theirs. */
  readonly fileUnit?: string;
  /** The name in the file, where the one on screen needs its neighbours to be understood. */
  readonly fileHeader?: string;
}

/** What stands small after the header on screen; of a moment that is shown as clock time its zone. */
export const shownUnit = <R>(c: ColumnData<R> & { readonly cell?: unknown }): string | undefined =>
  c.unit ?? (c.time !== undefined && c.cell === undefined ? 'UTC' : undefined);

/** What a column is sorted by; undefined where it is not sorted. */
export const sortValue = <R>(c: ColumnData<R>): ((row: R) => Cell) | undefined => c.sort ?? c.time ?? c.value;

const cellOf = <R>(c: ColumnData<R>, row: R): Cell => {
  if (c.time === undefined) return c.value?.(row);
  const ms = c.time(row);
  return ms === null || ms === undefined ? null : new Date(ms);
};

const headerOf = <R>(c: ColumnData<R>): string => {
  const name = c.fileHeader ?? (c.header === '' ? c.key : c.header);
  const unit = c.time !== undefined ? 'UTC' : unitLabel(c.fileUnit ?? c.unit);
  return inUnit(name, unit);
};

export const exported = <R, C extends ColumnData<R>>(columns: readonly C[]): C[] =>
  columns.filter((c) => c.value !== undefined || c.time !== undefined);

/** The rows as a file: times as ISO 8601, units in the headers. */
export function tableCsv<R>(columns: readonly ColumnData<R>[], rows: readonly R[]): string {
  const list = exported<R, ColumnData<R>>(columns);
  return toCsv(
    list.map(headerOf),
    rows.map((r) => list.map((c) => cellOf(c, r))),
  );
}
