import type { CsvTable } from '../csv/parse';
import { blanks } from './blanks';
import { csv } from './csv';
import type { TableFormat } from './table-format';

/** Formats of tables in the order in which a file is tried; the last one takes what no other recognises. */
const FORMATS: readonly TableFormat[] = [blanks, csv];

/** Ends of the names of files that hold a table. */
export const TABLE_EXTENSIONS: readonly string[] = FORMATS.flatMap((f) => f.extensions);

/**
 * The table of a file, by what the file is and not by its name.
 * @param headerLine - line that names the columns, from 1; null: it is found (`search`), or the first.
 * @throws AppError `invalid_input` naming the line.
 */
export function readTable(bytes: Uint8Array, headerLine: number | null, search: boolean): CsvTable {
  const format = FORMATS.find((f) => f.recognises(bytes))!;
  return format.read(bytes, headerLine, search);
}
