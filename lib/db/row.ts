import type { Rows } from './generated/rows';

export type Table = keyof Rows;

/**
 * Columns `C` of table `T` as `lib/db` reads them, by the names of the database. `Narrow` says what a column holds where its type tells less: the kind of a
 * chart, the content of a document.
 */
export type RowOf<
  T extends Table,
  C extends keyof Rows[T] = keyof Rows[T],
  Narrow extends Partial<Record<C, unknown>> = Record<never, never>,
> = Readonly<Omit<Pick<Rows[T], C>, keyof Narrow> & Narrow>;
