import { CsvError, parse } from 'csv-parse/sync';
import { AppError } from '@/lib/errors';

export interface CsvTable {
  readonly header: string[];
  /** Cells as text; `line[i]` is the line of the file that row i stands in, the header being line 1. */
  readonly rows: string[][];
  readonly line: number[];
  readonly delimiter: string;
}

export const MAX_CSV_ROWS = 500_000;
const DELIMITERS = [',', ';', '\t', '|'] as const;

/** The delimiter that splits the first line into most cells. */
export function findDelimiter(text: string): string {
  const first =
    text
      .slice(0, 10_000)
      .split(/\r?\n/)
      .find((l) => l.trim() !== '') ?? '';
  const unquoted = first.replace(/"[^"]*"/g, '');
  let best: string = ',';
  let most = 0;
  for (const d of DELIMITERS) {
    const n = unquoted.split(d).length - 1;
    if (n > most) {
      most = n;
      best = d;
    }
  }
  return best;
}

/**
 * A CSV text as header and rows (RFC 4180; comma, semicolon, tab or bar; a byte-order mark and blank lines are skipped).
 * @throws AppError `invalid_input` naming the line when quotes or the number of cells are wrong, when a column name repeats, or nothing is there.
 */
export function parseCsv(text: string): CsvTable {
  const delimiter = findDelimiter(text);
  let records: { record: string[]; info: { lines: number } }[];
  try {
    records = parse(text, {
      bom: true,
      delimiter,
      info: true,
      skip_empty_lines: true,
      trim: true,
      to: MAX_CSV_ROWS + 2,
    }) as never;
  } catch (e) {
    if (e instanceof CsvError)
      throw new AppError('invalid_input', `the file is not readable CSV: ${e.message}`, { field: 'file' });
    throw e;
  }
  const header = records[0]?.record;
  if (header === undefined || records.length < 2)
    throw new AppError('invalid_input', 'the file holds no data; the first line names the columns, the rows follow', {
      field: 'file',
    });
  if (records.length - 1 > MAX_CSV_ROWS)
    throw new AppError('payload_too_large', `the file has more than ${MAX_CSV_ROWS} rows; split it, or send it over the API`);
  const twice = header.find((h, i) => header.indexOf(h) !== i);
  if (twice !== undefined)
    throw new AppError('invalid_input', `two columns are called "${twice}"; rename one`, { field: 'file' });
  return {
    header,
    rows: records.slice(1).map((r) => r.record),
    line: records.slice(1).map((r) => r.info.lines),
    delimiter,
  };
}
