import { textCell } from '@/lib/csv/text-cell';
import { AppError } from '@/lib/errors';
import type { Column, ComputeFunction } from './define';

type Columns = Readonly<Record<string, Column>>;

/** A result as one table, and what it leaves out. */
export interface WrittenTable {
  readonly columns: Columns;
  /** Fields of the result that this table does not hold, with the table that does; null: JSON only. */
  readonly left: readonly { readonly field: string; readonly table: string | null }[];
}

const rowsOf = (columns: Columns): number => Math.max(0, ...Object.values(columns).map((c) => c.length));

/** A result that records which of its fields are read. */
function watched(result: object): { readonly result: object; readonly read: ReadonlySet<string> } {
  const read = new Set<string>();
  const get = (of: object, key: string | symbol): unknown => {
    if (typeof key === 'string') read.add(key);
    return Reflect.get(of, key);
  };
  return { result: new Proxy(result, { get }), read };
}

/** Fields of a result that hold data and were not read. */
const unread = (result: object, read: ReadonlySet<string>): string[] =>
  Object.entries(result)
    .filter(([k, v]) => !read.has(k) && v !== null && v !== undefined && !(isListLike(v) && v.length === 0))
    .map(([k]) => k);

/**
 * A result as a table: the requested one, else the function's first with rows, else its lists as columns, else name and value of every leaf.
 * @throws AppError `invalid_input` for a table that the function does not have.
 */
export function writtenTable(f: ComputeFunction, result: object, input: unknown, wanted?: string): WrittenTable {
  const tables = f.table?.write ?? {};
  const names = Object.keys(tables);
  if (wanted !== undefined && !Object.hasOwn(tables, wanted))
    throw new AppError(
      'invalid_input',
      `--table: ${f.path} has no table "${wanted}"; ${names.length === 0 ? 'it has one only' : `it has ${names.join(', ')}`}`,
      { field: 'table' },
    );
  if (names.length === 0) return untold(result);
  const made = new Map<string, { readonly columns: Columns; readonly read: ReadonlySet<string> }>();
  const table = (name: string) => {
    const w = watched(result);
    const t = made.get(name) ?? { columns: tables[name]!(w.result, input), read: w.read };
    made.set(name, t);
    return t;
  };
  const chosen = table(wanted ?? names.find((n) => rowsOf(table(n).columns) > 0) ?? names[0]!);
  const left = unread(result, chosen.read).map((field) => ({
    field,
    table: names.find((n) => table(n).read.has(field)) ?? null,
  }));
  return { columns: chosen.columns, left };
}

const isListLike = (v: unknown): v is ArrayLike<unknown> => Array.isArray(v) || ArrayBuffer.isView(v);
const isScalar = (v: unknown): boolean => typeof v !== 'object' || v === null;
const isColumn = (v: unknown): v is Column => isListLike(v) && Array.from(v).every(isScalar);

/** A result whose function names no table: lists of one length are columns; anything else is name and value of each leaf. */
function untold(result: object): WrittenTable {
  const entries = Object.entries(result);
  const lists = entries.filter(([, v]) => !isScalar(v));
  const lengths = new Set(lists.map(([, v]) => (isColumn(v) ? v.length : -1)));
  if (lengths.size === 1 && !lengths.has(-1) && !lengths.has(0)) {
    const left = unread(result, new Set(lists.map(([k]) => k))).map((field) => ({ field, table: null }));
    return { columns: Object.fromEntries(lists) as Columns, left };
  }
  const leaves = entries.flatMap(([k, v]) => leavesOf(k, v));
  return { columns: { name: leaves.map(([k]) => k), value: leaves.map(([, v]) => v) }, left: [] };
}

type Leaf = number | string | boolean | null;

function leavesOf(path: string, v: unknown): [string, Leaf][] {
  if (v === undefined) return [];
  if (isScalar(v)) return [[path, v as Leaf]];
  const inside = isListLike(v) ? Array.from(v).entries() : Object.entries(v as object);
  return [...inside].flatMap(([k, x]) => leavesOf(`${path}.${k}`, x));
}

const cell = (v: number | string | boolean | null | undefined): string => {
  if (v === null || v === undefined || (typeof v === 'number' && !Number.isFinite(v))) return '';
  return typeof v === 'string' ? textCell(v) : String(v);
};

/** RFC 4180 with a header; non-finite numbers are empty cells; numbers keep every digit. */
export function tableText(columns: Readonly<Record<string, Column>>): string {
  const names = Object.keys(columns);
  const rows = Math.max(0, ...names.map((n) => columns[n]!.length));
  const lines = [names.map(cell).join(',')];
  for (let i = 0; i < rows; i++) lines.push(names.map((n) => cell(columns[n]![i])).join(','));
  return `${lines.join('\n')}\n`;
}
