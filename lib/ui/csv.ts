import { textCell } from '@/lib/csv/text-cell';

/**
 * Tables as CSV (RFC 4180). Numbers keep twelve significant digits, more than any measurement has and fewer than binary rounding needs (0.53, not
 * 0.5299999999999976), whole numbers all of theirs; times are ISO 8601 in UTC. Text is as stored.
 */
export type Cell = string | number | boolean | Date | null | undefined;

const DIGITS = 12;

/** One header row, then the rows; NaN and null are empty cells; text that a spreadsheet would run as a formula gets a leading apostrophe. */
export function toCsv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return `${[header, ...rows].map((r) => r.map(cell).join(',')).join('\r\n')}\r\n`;
}

function cell(v: Cell): string {
  if (v === null || v === undefined) return '';
  if (typeof v === 'number') return Number.isFinite(v) ? String(Number.isInteger(v) ? v : Number(v.toPrecision(DIGITS))) : '';
  if (v instanceof Date) return Number.isNaN(v.getTime()) ? '' : v.toISOString();
  return textCell(String(v));
}

/** A single-precision number as recorded: the shortest decimal that is stored as the same number (0.02, not 0.019999999553). */
export function recorded(v: number | undefined): number | undefined {
  if (v === undefined || !Number.isFinite(v)) return v;
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(v.toPrecision(digits));
    if (Math.fround(short) === Math.fround(v)) return short;
  }
  return v;
}

/** Name of a column whose values have a unit; the name alone where they have none. */
export const inUnit = (name: string, unit: string): string => (unit === '' ? name : `${name} (${unit})`);

/** A record of the file: cells may hold commas, quotes and line breaks within quotes. */
const RECORD = /(?:"(?:[^"]|"")*"|[^"\r\n])*\r\n/g;

/** The name of a column, without its unit, for readers that ignore case. */
const nameOf = (header: string): string =>
  header
    .replace(/\s*\([^()]*\)$/, '')
    .trim()
    .toLowerCase();

/**
 * The same table with further columns that have one value in every row. A column that the table has already, to the letter, is left as it is; one
 * whose name differs only by case or unit is renamed ("version" beside "Version" becomes "context version").
 */
export function withColumns(csv: string, columns: readonly (readonly [name: string, value: Cell])[]): string {
  const records = csv.match(RECORD) ?? [];
  const head = readRecord(records[0] ?? '');
  const names = new Set(head.map(nameOf));
  const added = columns
    .filter(([name]) => !head.includes(name))
    .map(([name, v]) => [names.has(nameOf(name)) ? `context ${name}` : name, v] as const);
  if (added.length === 0) return csv;
  return records.map((r, i) => `${r.slice(0, -2)},${added.map(([name, v]) => cell(i === 0 ? name : v)).join(',')}\r\n`).join('');
}

const FIELD = /(?:^|,)(?:"((?:[^"]|"")*)"|([^,\r\n]*))/g;

/** The cells of one record. */
const readRecord = (record: string): string[] =>
  Array.from(record.replace(/\r\n$/, '').matchAll(FIELD), ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');

/** A file name from free text: lower case, hyphens, at most 80 characters. */
export const fileName = (title: string, extension: string): string =>
  `${
    title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 80) || 'driftless'
  }.${extension}`;
