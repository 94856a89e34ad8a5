import { CsvError, parse } from 'csv-parse/sync';
import { AppError } from '@/lib/errors';
import { findDelimiter, findHeader, linesOf } from './header';

export interface CsvTable {
  readonly header: string[];
  /** Cells as text; `line[i]` is the line of row i in the file, from 1. */
  readonly rows: string[][];
  readonly line: number[];
  readonly headerLine: number;
  /** Unread lines before the header, without blank lines and a line `sep=`. */
  readonly metadata: { readonly line: number; readonly text: string }[];
  readonly delimiter: string;
}

/** A blank line keeps its position among the rows, as a row of empty cells: a gap, not a shift of the rows that follow. */
export const isBlankRow = (row: readonly string[]): boolean => row.every((c) => c === '');

export const MAX_CSV_ROWS = 500_000;
const SEPARATOR_LINE = /^sep=([^\r\n])[ \t]*(\r\n|\n|\r|$)/i;

/** Text from line n (from 1) on. */
function fromLine(text: string, n: number): string {
  const ends = /\r\n|\n|\r/g;
  for (let k = 1; k < n; k++) if (ends.exec(text) === null) return '';
  return text.slice(ends.lastIndex);
}

/**
 * A CSV text as header and rows (RFC 4180; comma, semicolon, tab or bar, or the delimiter of a first line `sep=;`; a byte-order mark is skipped).
 * Blank lines before the header and after the last row are skipped, those between keep their position as rows of empty cells.
 * @param headerLine - the header line, from 1: lines before it are not read. Absent: the first line that is not blank.
 * @throws AppError `invalid_input` naming the line when quotes or the number of cells are wrong, a column name repeats, or the file is empty; it
 *   names another line that looks like the header.
 */
export function parseCsv(text: string, headerLine: number | null = null): CsvTable {
  const whole = text.replace(/^\uFEFF/, '');
  const told = SEPARATOR_LINE.exec(whole);
  const before = (headerLine ?? (told ? 2 : 1)) - 1;
  const body = fromLine(whole, before + 1);
  const delimiter = told?.[1] ?? findDelimiter(body);
  const first =
    before +
    1 +
    Math.max(
      0,
      linesOf(body, 10_000).findIndex((l) => l.trim() !== ''),
    );
  const bad = (message: string): AppError => {
    const seems = headerLine === null ? findHeader(text) : null;
    const remedy =
      seems === null || seems === first
        ? ''
        : `; line ${seems} looks like the header: say on the upload page that it is, or remove the lines before it`;
    return new AppError('invalid_input', `the file is not readable CSV: ${message}${remedy}`, { field: 'file' });
  };
  let records: { record: string[]; info: { lines: number } }[];
  try {
    records = parse(body, {
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
  const top = records.findIndex((r) => !isBlank(r));
  let end = records.length;
  while (end > 0 && isBlank(records[end - 1]!)) end--;
  const header = records[top]?.record;
  const data = records.slice(top + 1, end);
  if (header === undefined || data.length === 0)
    throw new AppError(
      'invalid_input',
      headerLine === null
        ? 'the file holds no data; one line names the columns, the rows follow'
        : `line ${headerLine} is not followed by rows; name the line that holds the names of the columns`,
      { field: 'file' },
    );
  if (data.length > MAX_CSV_ROWS)
    throw new AppError('payload_too_large', `the file has more than ${MAX_CSV_ROWS} rows; split it, or send it over the API`);
  const twice = header.find((h, i) => header.indexOf(h) !== i);
  if (twice !== undefined) throw bad(`two columns are called "${twice}" in line ${first}; rename one`);
  const rows = data.map((r) => {
    if (isBlank(r)) return new Array<string>(header.length).fill('');
    if (r.record.length !== header.length)
      throw bad(`line ${r.info.lines + before} has ${r.record.length} cells, the header has ${header.length} (line ${first})`);
    return r.record;
  });
  const metadata = linesOf(whole, first - 1)
    .map((l, i) => ({ line: i + 1, text: l.trim() }))
    .filter((l) => l.text !== '' && !(told && l.line === 1));
  return { header, rows, line: data.map((r) => r.info.lines + before), headerLine: first, metadata, delimiter };
}

/** A CSV text whose header is searched for when no line is given: `findHeader`, else the first line that is not blank. */
export const parseFindingHeader = (text: string, headerLine: number | null): CsvTable =>
  parseCsv(text, headerLine ?? findHeader(text));
