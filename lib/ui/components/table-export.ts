import { type Cell, inUnit, toCsv } from '../csv';
import { unitLabel } from '../format';

/** What sorting and the file need of a table's column, independent of what it shows. */
export interface ColumnData<R> {
  readonly key: string;
  readonly header: string;
  /** Shown small after the header; numbers in the cells stay bare. */
  readonly unit?: string;
  /** The value exported and sorted by; without it (and without `time`) the column is neither exported nor sorted. */
  readonly value?: (row: R) => Cell;
  /** A time, ms UTC: exported as ISO 8601, and sorted by. */
  readonly time?: (row: R) => number | null | undefined;
  /** The time is shown with year and seconds. */
  readonly isPrecise?: boolean;
  /** Sort key where it differs from the exported value: a rank behind a word. */
  readonly sort?: (row: R) => Cell;
  /** The unit in the file, where the cells on screen have their own. */
  readonly fileUnit?: string;
  /** The name in the file, where the one on screen is only clear beside its neighbours. */
  readonly fileHeader?: string;
}

/** The small text after the header on screen; for a time shown as clock time its zone. */
export const shownUnit = <R>(c: ColumnData<R> & { readonly cell?: unknown }): string | undefined =>
  c.unit ?? (c.time !== undefined && c.cell === undefined ? 'UTC' : undefined);

/** The sort key of a column; undefined where it is not sortable. */
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
