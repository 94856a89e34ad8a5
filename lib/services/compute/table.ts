import { AppError } from '@/lib/errors';
import { jsonSchemaOf } from '@/lib/formats/json-schema';
import { cellNumber, NOT_MEASURED, numberFault } from '@/lib/services/csv/map-rows';
import { type CsvTable, isBlankRow } from '@/lib/services/csv/parse';
import type { Column, ColumnSpec, ComputeFunction } from './define';

const bare = (s: string): string =>
  s
    .toLowerCase()
    .replace(/\(.*?\)|\[.*?\]/g, '')
    .replace(/[^a-z0-9]/g, '');

/** The same with what stands in brackets, which is mostly the unit. */
const whole = (s: string): string => s.toLowerCase().replace(/[^a-z0-9]/g, '');

/** Where a table lacks a column, or a cell is no number. */
const refuse = (field: string, message: string): never => {
  throw new AppError('invalid_input', `${field}: ${message}`, { field });
};

/** A table whose columns are asked for by the names of the fields. */
class Reader {
  readonly used = new Set<number>();
  constructor(
    private readonly t: CsvTable,
    private readonly map: Readonly<Record<string, string>>,
    ignore: readonly string[],
  ) {
    for (const header of ignore) {
      const k = t.header.indexOf(header);
      if (k < 0) refuse('--ignore', `there is no column "${header}"; columns are ${t.header.join(', ')}`);
      this.used.add(k);
    }
    for (const header of Object.values(map))
      if (!t.header.includes(header)) refuse('--map', `there is no column "${header}"; columns are ${t.header.join(', ')}`);
  }

  /** Place of a column; −1 where there is none. */
  find({ name, unit, also = [] }: ColumnSpec, alsoSingular = true): number {
    const mapped = this.map[name];
    const wanted = new Set([bare(name), bare(name) + bare(unit ?? '')]);
    const singular = bare(name).replace(/s$/, '');
    const at = (fits: (h: string) => boolean) => this.t.header.findIndex((h, k) => !this.used.has(k) && fits(h));
    const k =
      mapped === undefined
        ? at((h) => wanted.has(bare(h)) || whole(h) === whole(name) || also.includes(whole(h)))
        : this.t.header.indexOf(mapped);
    const found = k >= 0 || mapped !== undefined || !alsoSingular ? k : at((h) => bare(h) === singular);
    if (found >= 0) this.used.add(found);
    return found;
  }

  number(k: number, row: number): number | null {
    const cell = this.t.rows[row]![k]!;
    if (NOT_MEASURED.has(cell.toLowerCase())) return null;
    const v = cellNumber(cell, this.t.delimiter);
    if (!Number.isFinite(v))
      refuse(
        this.t.header[k]!,
        `line ${this.t.line[row]} holds ${numberFault(cell)}; leave a cell empty where nothing was measured, or a column out with --ignore`,
      );
    return v;
  }

  numbers = (k: number): (number | null)[] => this.t.rows.map((_, row) => this.number(k, row));
  texts = (k: number): string[] => this.t.rows.map((r) => r[k]!);

  /** Columns that nothing asked for. */
  rest = (): number[] => [...this.t.header.keys()].filter((k) => !this.used.has(k));

  get header(): readonly string[] {
    return this.t.header;
  }
}

/**
 * Fields of a function's input from a CSV table.
 * @param map - column of the table for a field, where the names differ.
 * @param ignore - columns that are passed over.
 * @throws AppError `invalid_input` naming the column, and the line of a cell that is no number.
 */
export function inputFromTable(
  f: ComputeFunction,
  t: CsvTable,
  map: Readonly<Record<string, string>> = {},
  ignore: readonly string[] = [],
): Record<string, unknown> {
  const form = f.table;
  if (!form || !(form.columns || form.rest || form.group)) return refuse('input', `${f.path} takes JSON, no CSV`);
  const r = new Reader(t, map, ignore);
  const out: Record<string, unknown> = {};
  for (const c of form.columns ?? []) {
    const k = r.find(c);
    if (k >= 0) out[c.name] = c.kind === 'text' ? r.texts(k) : r.numbers(k);
    else if (c.isOptional !== true)
      refuse(c.name, `there is no such column; columns are ${t.header.join(', ')}; rename one or say --map ${c.name}=COLUMN`);
  }
  for (const name of besideColumns(f)) {
    const k = out[name] === undefined ? r.find({ name }, false) : -1;
    if (k >= 0) out[name] = r.numbers(k);
  }
  if (form.group) {
    const label = r.find({ name: form.group.label });
    const value = label < 0 ? -1 : r.find({ name: form.group.value });
    if (label >= 0 && value < 0)
      refuse(form.group.value, `there is no such column beside ${form.group.label}; columns are ${t.header.join(', ')}`);
    if (label >= 0) {
      const groups = new Map<string, (number | null)[]>();
      const values = r.numbers(value);
      r.texts(label).forEach((g, row) => {
        if (isBlankRow(t.rows[row]!)) return; // rows belong to their group by label, not by place
        groups.set(g, [...(groups.get(g) ?? []), values[row]!]);
      });
      out[form.group.field] = [...groups.values()];
      return out;
    }
  }
  if (form.rest) {
    const rest = r.rest();
    if (rest.length === 0) refuse(form.rest.field, `no columns are left for it; ${form.rest.text}`);
    const columns = rest.map(r.numbers);
    out[form.rest.field] = form.rest.isTransposed ? columns : t.rows.map((_, row) => columns.map((c) => c[row]!));
    if (form.rest.names) out[form.rest.names] = rest.map((k) => r.header[k]!);
  }
  return out;
}

/** Lists of numbers that have an entry for each row of the table without being a column of their own, such as the sizes beside the values. */
function besideColumns(f: ComputeFunction): string[] {
  const columns = new Set((f.table?.columns ?? []).map((c) => c.name));
  const groups = (f.relations?.sameLength ?? []).filter((g) => g.some((name) => columns.has(name)));
  const { properties } = jsonSchemaOf(f.input) as { properties: Record<string, { type?: unknown; items?: { type?: unknown } }> };
  const isNumbers = (name: string): boolean => {
    const item = properties[name]?.items?.type;
    return properties[name]?.type === 'array' && [item].flat().some((t) => t === 'number' || t === 'integer');
  };
  return [...new Set(groups.flat())].filter((name) => !columns.has(name) && isNumbers(name));
}

/** Columns of a result: the table asked for, else the first of the function, else all lists of the most common length, else name and value. */
export function columnsOf(
  f: ComputeFunction,
  result: unknown,
  input: unknown,
  wanted?: string,
): Readonly<Record<string, Column>> {
  const tables = f.table?.write ?? {};
  const name = wanted ?? Object.keys(tables)[0];
  if (name !== undefined && Object.hasOwn(tables, name)) return tables[name]!(result, input);
  if (wanted !== undefined) {
    const known = Object.keys(tables).join(', ');
    throw new AppError(
      'invalid_input',
      `--table: ${f.path} has no table "${wanted}"; ${known === '' ? 'it has one only' : `it has ${known}`}`,
      { field: 'table' },
    );
  }
  const isList = (v: unknown): v is ArrayLike<number> =>
    (Array.isArray(v) || ArrayBuffer.isView(v)) &&
    Array.from(v as ArrayLike<unknown>).every((x) => typeof x !== 'object' || x === null);
  const entries = Object.entries(result as object);
  const lists = entries.filter((e): e is [string, ArrayLike<number>] => isList(e[1]) && e[1].length > 0);
  const longest = Math.max(0, ...lists.map(([, v]) => v.length));
  if (longest > 0) return Object.fromEntries(lists.filter(([, v]) => v.length === longest));
  const scalars = entries.filter(([, v]) => typeof v !== 'object');
  return { name: scalars.map(([k]) => k), value: scalars.map(([, v]) => v as number) };
}

const cell = (v: number | string | boolean | null | undefined): string => {
  if (v === null || v === undefined || (typeof v === 'number' && !Number.isFinite(v))) return '';
  const s = String(v);
  return /[",\r\n]/.test(s) ? `"${s.replaceAll('"', '""')}"` : s;
};

/** RFC 4180 with a header; what is not finite is an empty cell; numbers keep every digit. */
export function tableText(columns: Readonly<Record<string, Column>>): string {
  const names = Object.keys(columns);
  const rows = Math.max(0, ...names.map((n) => columns[n]!.length));
  const lines = [names.map(cell).join(',')];
  for (let i = 0; i < rows; i++) lines.push(names.map((n) => cell(columns[n]![i])).join(','));
  return `${lines.join('\n')}\n`;
}
