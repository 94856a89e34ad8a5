import { AppError } from '@/lib/errors';
import { decodeText } from '../csv/decode';
import { guessMapping } from '../csv/fields';
import { linesOf } from '../csv/header';
import { cellNumber, NOT_MEASURED } from '../csv/map-rows';
import { MAX_CSV_ROWS, parseCsv } from '../csv/parse';
import type { TableFormat } from './table-format';

const SEPARATOR = ' ';
const HEAD_BYTES = 65_536;
/** Lines of numbers that make a table. */
const LEAST_LINES = 2;

const isBlank = (line: string): boolean => line.trim() === '';
const isNumber = (cell: string): boolean => Number.isFinite(cellNumber(cell, SEPARATOR)) || NOT_MEASURED.has(cell.toLowerCase());
const numbersIn = (cells: readonly string[]): number => cells.reduce((n, c) => n + (isNumber(c) ? 1 : 0), 0);

const isComment = (line: string): boolean => /^\s*[#%]/.test(line);

/** Cells of a line. A unit in brackets belongs to the name before it; the mark of a comment before the names of the columns is no cell. */
function cellsOf(line: string): string[] {
  const cells: string[] = [];
  for (const word of line.split(/[ \t]+/)) {
    const bare = cells.length === 0 ? word.replace(/^[#%]+/, '') : word;
    if (/^[([].*[)\]]$/.test(bare) && cells.length > 0) cells[cells.length - 1] += SEPARATOR + bare;
    else if (bare !== '') cells.push(bare);
  }
  return cells;
}

/** Lines that stand together with the same number of cells; blank ones between them are gaps. Indices from 0, `to` not included. */
interface Block {
  readonly from: number;
  readonly to: number;
  readonly width: number;
  /** Cells that are numbers, and lines that hold one. */
  readonly numbers: number;
  readonly rows: number;
}

const NO_BLOCK: Block = { from: 0, to: 0, width: 0, numbers: 0, rows: 0 };

/** Two columns or more, and most cells of the lines that hold a number are numbers: lines of a name with its value are none. */
const isTable = (b: Block): boolean => b.width >= 2 && b.rows >= LEAST_LINES && 2 * b.numbers > b.width * b.rows;

/** The table of a text: the one that holds the most numbers. */
function tableIn(lines: readonly string[]): Block | null {
  let best = NO_BLOCK;
  let open = NO_BLOCK;
  for (const [i, line] of lines.entries()) {
    if (isBlank(line)) continue;
    const cells = cellsOf(line);
    const numbers = isComment(line) ? 0 : numbersIn(cells);
    if (open.width !== cells.length) open = { from: i, to: i, width: cells.length, numbers: 0, rows: 0 };
    open = { ...open, to: i + 1, numbers: open.numbers + numbers, rows: open.rows + (numbers > 0 ? 1 : 0) };
    if (isTable(open) && open.numbers > best.numbers) best = open;
  }
  return best === NO_BLOCK ? null : best;
}

/** Whether something stands in the lines of a table that CSV separates cells by. A comma between digits is a decimal one, as the blanks say. */
const hasDelimiter = (lines: readonly string[], { from, to }: Block): boolean =>
  lines
    .slice(from, to)
    .some(
      (l) => !isComment(l) && numbersIn(cellsOf(l)) > 0 && (/[,;|"]/.test(l.replace(/(?<=\d),(?=\d)/g, '')) || /\S\t/.test(l)),
    );

/** The first whole lines; null where the bytes are no text. */
function headOf(bytes: Uint8Array): string[] | null {
  try {
    const isCut = bytes.length > HEAD_BYTES;
    const lines = linesOf(decodeText(bytes.subarray(0, HEAD_BYTES), isCut), MAX_CSV_ROWS);
    return isCut ? lines.slice(0, -1) : lines;
  } catch {
    return null; // the format that takes the file says what is wrong with it
  }
}

const bad = (message: string): AppError => new AppError('invalid_input', message, { field: 'file' });
const NAMES = 'write names without blanks, units in brackets';

/** The line (from 0) that names the columns of a table: of those before its first number the one with the most names that are known, the last of equals. */
function headerOf(lines: readonly string[], table: Block): number {
  let best: { line: number; known: number } | null = null;
  for (let i = table.from; i < table.to; i++) {
    if (isBlank(lines[i]!)) continue;
    const cells = cellsOf(lines[i]!);
    if (!isComment(lines[i]!) && numbersIn(cells) > 0) break;
    const known = Object.keys(guessMapping(cells)).length;
    if (new Set(cells).size === cells.length && known >= (best?.known ?? 0)) best = { line: i, known };
  }
  if (best !== null) return best.line;
  const above = lines.findLastIndex((l, i) => i < table.from && !isBlank(l));
  throw bad(
    above < 0
      ? `no line names the columns; put their names above line ${table.from + 1}`
      : `line ${above + 1} has ${cellsOf(lines[above]!).length} names, the table below it ${table.width} columns; ${NAMES}`,
  );
}

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

/** Cells that stand apart by blanks, as instruments print them; no cell is empty or holds a blank. What stands before the names of the columns is told as metadata. */
export const blanks: TableFormat = {
  extensions: ['.dat', '.asc', '.prn'],
  recognises(bytes) {
    const head = headOf(bytes);
    const table = head === null ? null : tableIn(head);
    return head !== null && table !== null && !hasDelimiter(head, table);
  },
  read(bytes, headerLine, search) {
    const lines = linesOf(decodeText(bytes), 2 * MAX_CSV_ROWS);
    const table = tableIn(lines)!;
    const { width } = table;
    const ofTable = (l: string): boolean => !isBlank(l) && cellsOf(l).length === width;
    if (headerLine !== null && !ofTable(lines[headerLine - 1] ?? ''))
      throw new AppError(
        'invalid_input',
        `line ${headerLine} does not name the columns: the table in line ${table.from + 1} has ${width}; ${NAMES}`,
        { field: 'headerLine' },
      );
    const first = headerLine === null ? headerOf(lines, table) : headerLine - 1;
    const metadata = lines.slice(0, first).flatMap((l, i) => (isBlank(l) ? [] : [{ line: i + 1, text: l.trim() }]));
    if (headerLine === null && !search && metadata.length > 0)
      throw bad(
        `line ${metadata[0]!.line} stands before the names of the columns in line ${first + 1}; remove what stands before them`,
      );
    const last = lines.findLastIndex((l) => ofTable(l) && !isComment(l) && numbersIn(cellsOf(l)) > 0);
    for (const [i, l] of lines.entries()) {
      if (i <= first || isBlank(l)) continue;
      if (isComment(l)) throw bad(`line ${i + 1} is a comment within or after the table; remove it`);
      if (!ofTable(l))
        throw bad(
          `line ${i + 1} has ${cellsOf(l).length} cells, the table has ${width} (line ${first + 1}); write NaN where nothing was measured, and remove what stands after the table`,
        );
      if (i > last) throw bad(`line ${i + 1} holds no number: remove what stands after the table`);
    }
    // as CSV of the same lines: names, gaps and faults are then told as of any other file
    const rows = lines.map((l, i) => (i < first || isBlank(l) ? '' : cellsOf(l).map(quoted).join(',')));
    return { ...parseCsv(rows.join('\n'), first + 1), metadata, delimiter: SEPARATOR };
  },
};
