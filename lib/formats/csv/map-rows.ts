import { AppError } from '@/lib/errors';
import { CSV_FIELDS, type CsvField, type CsvMapping } from './fields';
import { type CsvTable, isBlankRow } from './parse';
import { cellTime, timeFault, undeclaredOrder } from './times';

export type RowFaultCode =
  | 'unmapped'
  | 'undeclared_order'
  | 'empty'
  | 'no_time'
  | 'not_a_number'
  | 'ambiguous_number'
  | 'differs'
  | 'unknown_name';

/** Codes whose messages quote the cell. */
export const QUOTING_ROW_FAULTS = [
  'no_time',
  'not_a_number',
  'ambiguous_number',
  'differs',
] as const satisfies readonly RowFaultCode[];

export interface RowFault {
  /** Line of the file; 0 for the mapping itself. */
  readonly line: number;
  readonly field: string;
  /** Kind of fault; for faults found by ingestion, its code. */
  readonly code: string;
  readonly message: string;
}

/** One wafer from its site rows, in the wire form of a measurement. */
export interface MappedWafer {
  readonly key: string;
  readonly lines: readonly number[];
  readonly record: Record<string, unknown>;
}

/** What the mapping leaves out and the database knows. */
export interface Lookups {
  readonly productOfLot: ReadonlyMap<string, string>;
  readonly layerOfOperation: ReadonlyMap<string, string>;
}

export interface MappedRows {
  readonly wafers: MappedWafer[];
  readonly faults: RowFault[];
  /** Wafers left out because of faults in their rows. */
  readonly refused: readonly Pick<MappedWafer, 'key' | 'lines'>[];
}

/** Cells that mean "not measured", in lower case. */
export const NOT_MEASURED: ReadonlySet<string> = new Set(['', 'na', 'n/a', 'nan', 'null', '-']);

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** Thousands never begin with 0: "0,123" is a decimal. */
const THOUSANDS = /^[+-]?[1-9]\d{0,2}([.,' \u00a0\u2019]\d{3})+([.,]\d+)?$/;

/** Decimal and thousands marks in the numbers of a column. */
export interface Marks {
  readonly comma: boolean;
  readonly point: boolean;
}

/** Separators of columns beside which a comma in a number is its decimal one. */
const SURE_OF_COMMAS = [';', ' '];
const NO_MARKS: Marks = { comma: false, point: false };

/** The marks in the numbers of a column: in a column with both, no number is ambiguous. */
export function marksOf(cells: readonly string[]): Marks {
  const comma = cells.some((c) => c.includes(',') && DECIMAL.test(c.replace(',', '.')));
  return { comma, point: comma && cells.some((c) => c.includes('.') && DECIMAL.test(c)) };
}

/**
 * A number of a cell. A comma is a decimal comma where the file separates its columns otherwise, or where the cell stood in quotes. What may also mean
 * thousands is none, unless the rest of the file decides: "1,234" is a decimal where semicolons or blanks separate the columns and no number of the column has a point,
 * "1.234" where no number of the column has a comma. NaN: not a number; `numberFault` says why.
 */
export function cellNumber(text: string, delimiter: string, marks: Marks = NO_MARKS): number {
  if (DECIMAL.test(text)) return marks.comma && THOUSANDS.test(text) ? Number.NaN : Number(text);
  const s = text.replace(',', '.');
  return DECIMAL.test(s) && ((SURE_OF_COMMAS.includes(delimiter) && !marks.point) || !THOUSANDS.test(text))
    ? Number(s)
    : Number.NaN;
}

/** Why a cell is not a number. */
export const numberFault = (text: string): { readonly code: RowFaultCode; readonly message: string } =>
  THOUSANDS.test(text)
    ? {
        code: 'ambiguous_number',
        message: `"${text}" has a separator that may mean thousands or decimals; write it without separators and with a decimal point`,
      }
    : { code: 'not_a_number', message: `"${text}" is not a number` };

/** Fields of numbers. */
const NUMBERS = ['wafer', 'x', 'y', 'value', 'u'] as const satisfies readonly CsvField[];

/** Texts of the times of a file, without blank rows. */
function timeTexts(table: CsvTable, mapping: CsvMapping): string[] {
  const s = mapping.measuredAt;
  if (s === undefined) return [];
  if ('constant' in s) return [s.constant];
  const at = table.header.indexOf(s.column);
  return table.rows.filter((r) => !isBlankRow(r)).map((r) => r[at] ?? '');
}

/** @throws AppError `invalid_input` with both lists when a mapping names columns that the file does not have: it was made for another file. */
function columnsThere(header: readonly string[], mapping: CsvMapping): void {
  const named = CSV_FIELDS.flatMap((f) => {
    const s = mapping[f.name];
    return s !== undefined && 'column' in s ? [s.column] : [];
  });
  const absent = named.filter((c) => !header.includes(c));
  if (absent.length === 0) return;
  const list = (names: readonly string[]): string => names.map((n) => `"${n}"`).join(', ');
  throw new AppError(
    'invalid_input',
    `the mapping names ${list(absent)}, which the file does not have. The mapping uses ${list(named)}; the file has ${list(header)}. Choose another mapping, map the columns anew, or rename the columns of the file`,
    { field: 'mapping', absent, named, header },
  );
}

/** Columns of the file that no field uses. */
export function unusedColumns(header: readonly string[], mapping: CsvMapping): string[] {
  const used = new Set(CSV_FIELDS.map((f) => mapping[f.name]).map((s) => (s !== undefined && 'column' in s ? s.column : null)));
  return header.filter((h) => !used.has(h));
}

/** The rows of one wafer. */
interface WaferRows {
  readonly lines: number[];
  readonly head: Record<string, string>;
  readonly x: number[];
  readonly y: number[];
  readonly value: (number | null)[];
  readonly u: (number | null)[];
  bad: boolean;
}

function waferOf(key: string, { lines, head: all, x, y, value, u }: WaferRows, hasU: boolean): MappedWafer {
  const { runKey, wafer, ...head } = all;
  const record = { key, ...head, wafer: Number(wafer), ...(runKey ? { runKey } : {}), x, y, value, ...(hasU ? { u } : {}) };
  return { key, lines, record };
}

/**
 * Site rows to measurements: rows of the same lot, slot, operation, parameter and time are one wafer. A row that cannot be read is a
 * fault with its line, and its wafer is left out as a whole: half a wafer would have another mean.
 * The sender's key is made of lot, operation, slot, parameter and time, so that sending a file twice changes nothing.
 * @throws AppError `invalid_input` when the mapping names a column that the file does not have.
 */
export function mapRows(table: CsvTable, mapping: CsvMapping, lookups: Lookups): MappedRows {
  columnsThere(table.header, mapping);
  const faults: RowFault[] = [];
  const index = new Map(table.header.map((h, i) => [h, i]));
  for (const f of CSV_FIELDS) {
    const s = mapping[f.name];
    if (s === undefined && f.need === 'always')
      faults.push({
        line: 0,
        field: f.name,
        code: 'unmapped',
        message: `${f.label} is not mapped: choose a column or type one value for all rows`,
      });
  }
  const order = mapping.dates ?? 'iso';
  const undeclared = order === 'iso' && faults.length === 0 ? undeclaredOrder(timeTexts(table, mapping)) : null;
  if (undeclared !== null) faults.push({ line: 0, field: 'measuredAt', code: 'undeclared_order', message: undeclared });
  if (faults.length > 0) return { wafers: [], faults, refused: [] };
  const groups = new Map<string, WaferRows>();
  const at = (row: readonly string[], field: CsvField): string => {
    const s = mapping[field];
    if (s === undefined) return '';
    return ('constant' in s ? s.constant : (row[index.get(s.column)!] ?? '')).trim();
  };
  const hasU = mapping.u !== undefined;
  const marksIn = (field: CsvField): Marks => marksOf(table.rows.map((row) => at(row, field)));
  const marks: Partial<Record<CsvField, Marks>> = Object.fromEntries(NUMBERS.map((f) => [f, marksIn(f)]));
  table.rows.forEach((row, i) => {
    if (isBlankRow(row)) return; // sites belong to their wafer by name, not by position
    const line = table.line[i]!;
    const before = faults.length;
    const fault = (field: CsvField, code: RowFaultCode, message: string): void => {
      faults.push({ line, field, code, message });
    };
    const text = (field: CsvField): string => {
      const v = at(row, field);
      if (v === '') fault(field, 'empty', 'is empty');
      return v;
    };
    const timeText = at(row, 'measuredAt');
    const measuredAt = cellTime(timeText, order);
    if (measuredAt === null) fault('measuredAt', timeText === '' ? 'empty' : 'no_time', timeFault(timeText, order));
    const number = (field: CsvField): number => {
      const v = cellNumber(at(row, field), table.delimiter, marks[field]);
      if (Number.isNaN(v)) faults.push({ line, field, ...numberFault(at(row, field)) });
      return v;
    };
    const slot = number('wafer');
    const head = {
      lot: text('lot'),
      operation: text('operation'),
      parameter: text('parameter'),
      unit: text('unit'),
      station: text('station'),
      product: at(row, 'product') || (lookups.productOfLot.get(at(row, 'lot')) ?? ''),
      layer: at(row, 'layer') || (lookups.layerOfOperation.get(at(row, 'operation')) ?? ''),
      plan: at(row, 'plan') || 'csv',
      runKey: at(row, 'runKey'),
      measuredAt: measuredAt ?? '',
      wafer: String(slot),
    };
    if (head.product === '' && head.lot !== '')
      fault('product', 'unknown_name', `lot "${head.lot}" is not known; start the lot first, or map a product column`);
    if (head.layer === '' && head.operation !== '')
      fault('layer', 'unknown_name', `operation "${head.operation}" is not registered`);
    const x = number('x');
    const y = number('y');
    const raw = at(row, 'value');
    const value = NOT_MEASURED.has(raw.toLowerCase()) ? null : number('value');
    const u = hasU && value !== null ? number('u') : null;
    const id = `${head.lot}/${head.operation}/${head.wafer}/${head.parameter}/${head.measuredAt}`;
    let g = groups.get(id);
    if (g === undefined) {
      g = { lines: [], head, x: [], y: [], value: [], u: [], bad: false };
      groups.set(id, g);
    } else {
      for (const k of ['unit', 'station', 'product', 'layer', 'plan', 'runKey'] as const)
        if (g.head[k] !== head[k])
          fault(k, 'differs', `"${head[k]}" differs from "${g.head[k]}" in line ${g.lines[0]} of the same wafer`);
    }
    g.lines.push(line);
    g.x.push(x);
    g.y.push(y);
    g.value.push(value);
    g.u.push(u);
    if (faults.length > before) g.bad = true;
  });
  const wafers = [...groups].filter(([, g]) => !g.bad).map(([key, g]) => waferOf(key, g, hasU));
  const refused = [...groups].flatMap(([key, g]) => (g.bad ? [{ key, lines: g.lines }] : []));
  return { wafers, faults, refused };
}
