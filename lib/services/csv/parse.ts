import { CsvError, parse } from 'csv-parse/sync';
import { AppError } from '@/lib/errors';

export interface CsvTable {
  readonly header: string[];
  /** Cells as text; `line[i]` is the line of the file that row i stands in, the header being line 1. */
  readonly rows: string[][];
  readonly line: number[];
  readonly delimiter: string;
}

/** A blank line keeps its place among the rows, as a row of empty cells: a gap, not a shift of what follows. */
export const isBlankRow = (row: readonly string[]): boolean => row.every((c) => c === '');

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

const SEPARATOR_LINE = /^\uFEFF?sep=([^\r\n])[ \t]*(\r\n|\n|\r)/i;

/**
 * A CSV text as header and rows (RFC 4180; comma, semicolon, tab or bar, or what a first line `sep=;` says; a byte-order mark is skipped).
 * Blank lines before the header and after the last row are skipped, those between keep their place as rows of empty cells.
 * @throws AppError `invalid_input` naming the line when quotes or the number of cells are wrong, when a column name repeats, or nothing is there.
 */
export function parseCsv(text: string): CsvTable {
  const told = SEPARATOR_LINE.exec(text);
  const body = told ? text.slice(told[0].length) : text;
  const before = told ? 1 : 0;
  const delimiter = told?.[1] ?? findDelimiter(body);
  const bad = (message: string): AppError =>
    new AppError('invalid_input', `the file is not readable CSV: ${message}`, { field: 'file' });
  let records: { record: string[]; info: { lines: number } }[];
  try {
    records = parse(body, {
      bom: true,
      delimiter,
      info: true,
      relax_column_count: true,
      skip_empty_lines: false,
      trim: true,
      to: 2 * MAX_CSV_ROWS,
    }) as never;
  } catch (e) {
    if (e instanceof CsvError) throw bad(e.message);
    throw e;
  }
  const isBlank = (r: (typeof records)[number]): boolean => r.record.length === 1 && r.record[0] === '';
  const first = records.findIndex((r) => !isBlank(r));
  let end = records.length;
  while (end > 0 && isBlank(records[end - 1]!)) end--;
  const header = records[first]?.record;
  const data = records.slice(first + 1, end);
  if (header === undefined || data.length === 0)
    throw new AppError('invalid_input', 'the file holds no data; the first line names the columns, the rows follow', {
      field: 'file',
    });
  if (data.length > MAX_CSV_ROWS)
    throw new AppError('payload_too_large', `the file has more than ${MAX_CSV_ROWS} rows; split it, or send it over the API`);
  const twice = header.find((h, i) => header.indexOf(h) !== i);
  if (twice !== undefined)
    throw new AppError('invalid_input', `two columns are called "${twice}"; rename one`, { field: 'file' });
  const rows = data.map((r) => {
    if (isBlank(r)) return new Array<string>(header.length).fill('');
    if (r.record.length !== header.length)
      throw bad(`line ${r.info.lines + before} has ${r.record.length} cells, the header has ${header.length}`);
    return r.record;
  });
  return { header, rows, line: data.map((r) => r.info.lines + before), delimiter };
}
