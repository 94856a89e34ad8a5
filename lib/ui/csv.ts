/** Tables as CSV (RFC 4180). Values keep full precision and the true minus of numbers, so that the file can be computed with. */
export type Cell = string | number | boolean | null | undefined;

/** One header row, then the rows; NaN and null are empty cells; text that a spreadsheet would run as a formula gets a leading apostrophe. */
export function toCsv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return `${[header, ...rows].map((r) => r.map(cell).join(',')).join('\r\n')}\r\n`;
}

function cell(v: Cell): string {
  if (v === null || v === undefined) return '';
  if (typeof v === 'number') return Number.isFinite(v) ? String(v) : '';
  const s = typeof v === 'boolean' ? String(v) : /^[=+\-@\t\r]/.test(v) ? `'${v}` : v;
  return /[",\r\n]/.test(s) ? `"${s.replaceAll('"', '""')}"` : s;
}

/** A record of the file: cells may hold commas, quotes and line breaks within quotes. */
const RECORD = /(?:"(?:[^"]|"")*"|[^"\r\n])*\r\n/g;

/** The same table with further columns that have one value in every row; a column that the table has already is left as it is. */
export function withColumns(csv: string, columns: readonly (readonly [name: string, value: Cell])[]): string {
  const records = csv.match(RECORD) ?? [];
  const head = (records[0] ?? '').trimEnd().split(',');
  const added = columns.filter(([name]) => !head.includes(cell(name)));
  if (added.length === 0) return csv;
  return records.map((r, i) => `${r.slice(0, -2)},${added.map(([name, v]) => cell(i === 0 ? name : v)).join(',')}\r\n`).join('');
}

/** A file name from free text: lower case, hyphens, at most 80 characters. */
export const fileName = (title: string, extension: string): string =>
  `${
    title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 80) || 'driftless'
  }.${extension}`;
