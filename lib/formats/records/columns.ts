/**
 * What a column of a stream of records holds. `list` (numbers or words) and `json` are arrays and objects in the JSON formats; where a cell is one value they are text: the
 * items of a list apart by blanks (NaN: not known), an object as JSON.
 */
export type CellType = 'text' | 'time' | 'number' | 'integer' | 'flag' | 'list' | 'json';

export interface RecordColumn {
  readonly name: string;
  readonly type: CellType;
  /** What it means, with its unit; for the documentation of the API. */
  readonly text: string;
}

/** Null: not known, or not measured. Numbers that are not finite are null as well. */
export type RecordCell = string | number | boolean | Date | readonly (string | number)[] | Float64Array | object | null;

/** The cells of a record, in the order of the columns. */
export type RecordRow = readonly RecordCell[];

/** Turns pages of records into the bytes of a file, page after page: memory holds one page. */
export interface RecordFormat {
  readonly contentType: string;
  readonly extension: string;
  encode(columns: readonly RecordColumn[], pages: AsyncIterable<readonly RecordRow[]>): AsyncIterable<Uint8Array>;
}

/** A cell as a JSON value. */
export function jsonCell(v: RecordCell): unknown {
  if (v instanceof Date) return v.toISOString();
  if (v instanceof Float64Array) return Array.from(v, (x) => (Number.isFinite(x) ? x : null));
  return typeof v === 'number' && !Number.isFinite(v) ? null : v;
}

/** A record as an object under the names of its columns. */
export const recordObject = (columns: readonly RecordColumn[], row: RecordRow): Record<string, unknown> =>
  Object.fromEntries(columns.map((c, i) => [c.name, jsonCell(row[i]!)]));

/** A cell of a list or of JSON as text; a text as it is. A list of objects is JSON. */
export function textOf(v: RecordCell): string | null {
  if (v === null) return null;
  if (v instanceof Float64Array || (Array.isArray(v) && !v.some(isObject))) return v.join(' ');
  return typeof v === 'string' ? v : JSON.stringify(v);
}

const isObject = (v: unknown): boolean => typeof v === 'object' && v !== null;

/** A cell for columnar files, which know numbers, flags, times and text: lists and JSON become text. */
export function columnarCell(type: CellType, v: RecordCell): RecordCell {
  switch (type) {
    case 'number':
    case 'integer':
      return numberOf(v);
    case 'text':
    case 'list':
    case 'json':
      return textOf(v);
    default:
      return v;
  }
}

/** A cell of numbers; null for one that is not finite. */
const numberOf = (v: RecordCell): number | null => (typeof v === 'number' && Number.isFinite(v) ? v : null);
