import type { CsvTable } from '../csv/parse';

/** A format of files that hold one table. A new one is a file that makes this, and a line in `index.ts`. */
export interface TableFormat {
  /** Ends of the names of its files, for the dialog that chooses one: ".csv". A file is told by its content. */
  readonly extensions: readonly string[];
  /** Whether the file is of this format, from its first bytes on; formats are asked in their order, and the last one takes what is left. */
  recognises(bytes: Uint8Array): boolean;
  /**
   * @param headerLine - line (or row) that names the columns, from 1; null: the format looks for it where `search` says so, and takes the first else.
   * @throws AppError `invalid_input` naming the line.
   */
  read(bytes: Uint8Array, headerLine: number | null, search: boolean): CsvTable;
}
