import type { Sql } from '@/lib/db';
import type { RecordColumn, RecordRow } from '@/lib/formats/records';

/** A column that is read by its own expression. */
export interface ReadColumn extends RecordColumn {
  readonly sql: Sql;
}

/** A filter of one column: equal to one of the values that an address names. */
export interface ReadFilter {
  readonly text: string;
  readonly type: 'text' | 'uuid';
  /** The only values that are accepted; not given: any. */
  readonly among?: readonly string[];
  /** @param values - at least one. */
  readonly where: (values: readonly string[]) => Sql;
}

/** An expression of the order in which a collection is read, and its type in the database. Together they are unique. */
export interface OrderKey {
  /** Name under which the row carries it. */
  readonly as: string;
  readonly sql: Sql;
  readonly type: 'time' | 'uuid' | 'integer' | 'text';
}

/** A row as the database gives it, by the names of its select list. */
export type BaseRow = Readonly<Record<string, unknown>>;

/** What other systems may read: its columns, filters and order, and where they come from. */
export interface Collection {
  readonly name: string;
  readonly title: string;
  readonly text: string;
  /** What `limit` counts. Where one base row becomes many records, all of them are sent. */
  readonly counts: 'record' | 'wafer' | 'run';
  readonly from: Sql;
  /** Always true of the rows of this collection. */
  readonly always?: Sql;
  /** The time that `from` and `to` are about, and what it is in words; null: the collection has none. */
  readonly time: { readonly sql: Sql; readonly text: string } | null;
  readonly filters: Readonly<Record<string, ReadFilter>>;
  readonly order: readonly OrderKey[];
  /** `newest` where readers mostly want the latest first. */
  readonly firstOrder?: 'newest';
  /** Base rows read at a time, and in a page of JSON where no limit is asked for; a page may have five times as many. */
  readonly pageRows: number;
  readonly columns: readonly RecordColumn[];
  /** Select list, beside the keys of the order. */
  readonly select: Readonly<Record<string, Sql>>;
  /** The records of a base row, in the order of `columns`. @param only - values of the filters that were asked for, by name. */
  readonly records: (row: BaseRow, only: Readonly<Record<string, ReadonlySet<string>>>) => Iterable<RecordRow>;
}

/** A collection whose records are its rows. */
export function ofRows(
  c: Omit<Collection, 'columns' | 'select' | 'records' | 'counts'> & { readonly columns: readonly ReadColumn[] },
): Collection {
  const { columns } = c;
  return {
    ...c,
    counts: 'record',
    select: Object.fromEntries(columns.map((k) => [k.name, k.sql])),
    records: (row) => [columns.map((k) => row[k.name] as RecordRow[number])],
  };
}

export const column = (name: string, type: RecordColumn['type'], sql: Sql, text: string): ReadColumn => ({
  name,
  type,
  sql,
  text,
});
