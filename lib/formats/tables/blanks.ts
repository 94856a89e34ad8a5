import { AppError } from '@/lib/errors';
import { decodeText } from '../csv/decode';
import { findHeader, linesOf } from '../csv/header';
import { MAX_CSV_ROWS, parseCsv } from '../csv/parse';
import type { TableFormat } from './table-format';

/** Lines looked at to tell what a file is, and the least of them that must have the same number of cells. */
const LOOKED_AT = 64;
const LEAST_LINES = 3;
const HEAD_BYTES = 16_384;

const isBlank = (line: string): boolean => line.trim() === '';
/** Cells of a line; a mark of a comment before the names of the columns is none of them. */
const cellsOf = (line: string): string[] =>
  line
    .trim()
    .replace(/^[#%]+\s*/, '')
    .split(/[ \t]+/);

/** The number of cells that most lines have, two or more; 0 where they do not agree. */
function columnsOf(text: string): number {
  const lines = linesOf(text, LOOKED_AT).filter((l) => !isBlank(l));
  const counts = new Map<number, number>();
  for (const l of lines) counts.set(cellsOf(l).length, (counts.get(cellsOf(l).length) ?? 0) + 1);
  const [width, agree] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [0, 0]);
  return width >= 2 && agree >= LEAST_LINES && 2 * agree > lines.length ? width : 0;
}

/** Whether something stands in the lines that CSV separates cells by. A comma between digits is a decimal one, as the blanks say. */
const hasDelimiter = (text: string): boolean =>
  linesOf(text, LOOKED_AT).some((l) => /[,;|"]/.test(l.replace(/(?<=\d),(?=\d)/g, '')) || /\S\t/.test(l));

/** The first lines; null where the bytes are no text. */
function headOf(bytes: Uint8Array): string | null {
  try {
    const text = decodeText(bytes.subarray(0, HEAD_BYTES));
    return bytes.length > HEAD_BYTES ? text.slice(0, text.lastIndexOf('\n') + 1) : text;
  } catch {
    return null; // the format that takes the file says what is wrong with it
  }
}

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

/**
 * Cells that stand apart by blanks, as instruments print them; no cell is empty or holds a blank. Lines of another number of cells before the table
 * are text about it.
 */
export const blanks: TableFormat = {
  recognises(bytes) {
    const head = headOf(bytes);
    return head !== null && !hasDelimiter(head) && columnsOf(head) > 0;
  },
  read(bytes, headerLine, search) {
    const text = decodeText(bytes);
    const width = columnsOf(text);
    const lines = linesOf(text, 2 * MAX_CSV_ROWS);
    const ofTable = (l: string): boolean => !isBlank(l) && cellsOf(l).length === width;
    // as CSV of the same lines: header, blank lines and faults are then told as of any other file
    const asCsv = lines.map((l) => (ofTable(l) ? cellsOf(l).map(quoted).join(',') : ''));
    const told = headerLine ?? (search ? findHeader(asCsv.join('\n')) : null);
    const first = told === null ? lines.findIndex(ofTable) : told - 1;
    const bad = (message: string): AppError => new AppError('invalid_input', message, { field: 'file' });
    const metadata = lines.slice(0, first).flatMap((l, i) => (isBlank(l) ? [] : [{ line: i + 1, text: l.trim() }]));
    if (headerLine === null && !search && metadata.length > 0)
      throw bad(
        `line ${metadata[0]!.line} is not part of the table, which begins in line ${first + 1}; remove the lines before it`,
      );
    const odd = lines.findIndex((l, i) => i > first && !isBlank(l) && !ofTable(l));
    if (odd >= 0)
      throw bad(
        `line ${odd + 1} has ${cellsOf(lines[odd]!).length} cells, the table has ${width} (line ${first + 1}); write NaN where nothing was measured, and names without blanks`,
      );
    return { ...parseCsv(asCsv.map((l, i) => (i < first ? '' : l)).join('\n'), first + 1), metadata, delimiter: ' ' };
  },
};
