import { AppError } from '@/lib/errors';
import { jsonSchemaOf } from '@/lib/formats/json-schema';
import { type CsvTable, isBlankRow } from '@/lib/services/csv/parse';
import { ColumnReader } from './columns';
import type { Column, ComputeFunction } from './define';

/** Where a table lacks a column. */
const refuse = (field: string, message: string): never => {
  throw new AppError('invalid_input', `${field}: ${message}`, { field });
};

/**
 * Fields of a function's input from a CSV table.
 * @param map - column of the table for a field, where the names differ.
 * @param ignore - columns that are passed over.
 * @throws AppError `invalid_input` naming the column, and the line of a cell that is no number; for a unit that is not the field's and cannot be
 * converted, two columns for one field, and a column of numbers that no field takes.
 */
export function inputFromTable(
  f: ComputeFunction,
  t: CsvTable,
  map: Readonly<Record<string, string>> = {},
  ignore: readonly string[] = [],
): Record<string, unknown> {
  const form = f.table;
  if (!form || !(form.columns || form.rest || form.group)) return refuse('input', `${f.path} takes JSON, no CSV`);
  const r = new ColumnReader(t, map, ignore);
  const out: Record<string, unknown> = {};
  for (const c of form.columns ?? []) {
    const k = r.find(c);
    if (k >= 0) out[c.name] = c.kind === 'text' ? r.texts(k) : r.numbers(k, c);
    else if (c.isOptional !== true)
      refuse(c.name, `there is no such column; columns are ${t.header.join(', ')}; rename one or say --map ${c.name}=COLUMN`);
  }
  for (const name of besideColumns(f)) {
    const k = out[name] === undefined ? r.find({ name }, false) : -1;
    if (k >= 0) out[name] = r.numbers(k, { name });
  }
  if (form.group && readGroups(r, t, form.group, out)) {
    r.refuseRest(f);
    return out;
  }
  if (form.rest) {
    const rest = r.rest();
    if (rest.length === 0) refuse(form.rest.field, `no columns are left for it; ${form.rest.text}`);
    const columns = form.rest.names ? rest.map((k) => r.numbers(k)) : r.alike(rest);
    out[form.rest.field] = form.rest.isTransposed ? columns : t.rows.map((_, row) => columns.map((c) => c[row]!));
    if (form.rest.names) out[form.rest.names] = rest.map((k) => r.header[k]!);
  }
  r.refuseRest(f);
  return out;
}

/** Rows with the same label as one row of a matrix; false where the table has no labels. */
function readGroups(
  r: ColumnReader,
  t: CsvTable,
  group: NonNullable<NonNullable<ComputeFunction['table']>['group']>,
  out: Record<string, unknown>,
): boolean {
  const label = r.find({ name: group.label });
  if (label < 0) return false;
  const value = r.find({ name: group.value });
  if (value < 0) refuse(group.value, `there is no such column beside ${group.label}; columns are ${t.header.join(', ')}`);
  const groups = new Map<string, (number | null)[]>();
  const values = r.numbers(value, { name: group.value });
  r.texts(label).forEach((g, row) => {
    if (isBlankRow(t.rows[row]!)) return; // rows belong to their group by label, not by place
    groups.set(g, [...(groups.get(g) ?? []), values[row]!]);
  });
  out[group.field] = [...groups.values()];
  return true;
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
