import { textCell } from '@/lib/csv/text-cell';
import { type RecordCell, type RecordColumn, type RecordFormat, type RecordRow, recordObject, textOf } from './columns';

const bytes = (text: string): Uint8Array => Buffer.from(text);

/** One object a line. */
export const ndjson: RecordFormat = {
  contentType: 'application/x-ndjson',
  extension: 'ndjson',
  async *encode(columns, pages) {
    for await (const rows of pages) yield bytes(rows.map((r) => `${JSON.stringify(recordObject(columns, r))}\n`).join(''));
  },
};

/** RFC 4180 with a header; numbers in as many digits as read back to the same number, times in ISO 8601, empty for null. */
export const csv: RecordFormat = {
  contentType: 'text/csv; charset=utf-8; header=present',
  extension: 'csv',
  async *encode(columns, pages) {
    yield bytes(`${columns.map((c) => textCell(c.name)).join(',')}\r\n`);
    for await (const rows of pages) yield bytes(rows.map((r) => csvLine(columns, r)).join(''));
  },
};

const csvLine = (columns: readonly RecordColumn[], row: RecordRow): string =>
  `${columns.map((_, i) => csvCell(row[i]!)).join(',')}\r\n`;

function csvCell(v: RecordCell): string {
  if (v === null) return '';
  if (typeof v === 'number') return Number.isFinite(v) ? String(v) : '';
  if (typeof v === 'boolean') return String(v);
  return v instanceof Date ? v.toISOString() : textCell(textOf(v) ?? '');
}
