import { AppError } from '@/lib/errors';
import { type CsvTable, isBlankRow } from '@/lib/formats/csv/parse';
import { jsonSchemaOf } from '@/lib/formats/json-schema';
import { ColumnReader } from './columns';
import type { ComputeFunction } from './define';

/** Refuses a table that lacks a column. */
const refuse = (field: string, message: string): never => {
  throw new AppError('invalid_input', `${field}: ${message}`, { field });
};

/**
 * Fields of a function's input from a CSV table.
 * @param map - column of the table for a field, where the names differ.
 * @param ignore - columns to ignore.
 * @throws AppError `invalid_input` naming the column, and the line of a cell that is not a number; for a unit that cannot be converted to the
 *   field's, two columns for one field, and a column of numbers that no field takes.
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
    if (isBlankRow(t.rows[row]!)) return; // rows belong to their group by label, not by position
    groups.set(g, [...(groups.get(g) ?? []), values[row]!]);
  });
  out[group.field] = [...groups.values()];
  return true;
}

/** Lists of numbers with an entry for each row of the table that are not columns of their own, such as the sizes beside the values. */
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
