import { type Sql, sql, where } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { MEDIA_TYPES, RECORD_FORMATS, type RecordFormatName } from '@/lib/formats/records';
import { time } from '@/lib/formats/scalars';
import { type Cursor, type CursorKey, readCursor } from '../address/cursor';
import { isUuid } from '../address/uuid';
import type { Collection, OrderKey, ReadFilter } from './collection';

/** Most base rows of a page, in pages of the collection. */
const MOST_PAGES = 5;

/** Most records (wafers, runs) of a page. */
export const mostOf = (c: Collection): number => MOST_PAGES * c.pageRows;

/** What a reader asks of a collection. */
export interface Asked {
  readonly format: RecordFormatName | 'json';
  /** Columns in the order that was asked for; their indices. */
  readonly columns: readonly number[];
  readonly conditions: readonly Sql[];
  readonly isNewest: boolean;
  /** Null: to the end. */
  readonly limit: number | null;
  readonly after: Cursor | null;
  /** Values of the filters, by name. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}

const COMMON = ['from', 'to', 'order', 'limit', 'after', 'columns', 'format'];

const bad = (field: string, text: string): AppError =>
  new AppError('invalid_input', `query parameter ${field}: ${text}`, { field });

/** The query of an address as what it asks of a collection. @throws AppError `invalid_input` naming the parameter. */
export function asked(c: Collection, query: URLSearchParams, accept: string | null): Asked {
  const known = [...COMMON.filter((k) => c.time !== null || (k !== 'from' && k !== 'to')), ...Object.keys(c.filters)];
  for (const key of query.keys())
    if (!known.includes(key)) throw bad(key, `is not known; ${c.name} takes ${known.toSorted().join(', ')}`);
  for (const key of COMMON) if (query.getAll(key).length > 1) throw bad(key, 'is given twice; give it once');
  const format = formatOf(query.get('format'), accept);
  const values = new Map(Object.keys(c.filters).flatMap((k) => (query.has(k) ? [[k, query.getAll(k)] as const] : [])));
  const order = query.get('order') ?? c.firstOrder ?? 'oldest';
  if (order !== 'oldest' && order !== 'newest') throw bad('order', `is "${order}"; it is oldest or newest`);
  return {
    format,
    columns: columnsOf(c, query.get('columns')),
    conditions: [
      ...(c.always === undefined ? [] : [c.always]),
      ...timeConditions(c, query.get('from'), query.get('to')),
      ...[...values].map(([k, v]) => conditionOf(k, c.filters[k]!, v)),
    ],
    isNewest: order === 'newest',
    limit: limitOf(c, query.get('limit'), format),
    after: cursorOf(c, query.get('after')),
    values,
  };
}

function formatOf(said: string | null, accept: string | null): Asked['format'] {
  const names = ['json', ...Object.keys(RECORD_FORMATS)];
  if (said !== null) {
    if (!names.includes(said)) throw bad('format', `is "${said}"; it is one of ${names.join(', ')}`);
    return said as Asked['format'];
  }
  const types = (accept ?? '').split(',').map((t) => t.split(';')[0]!.trim().toLowerCase());
  const wanted = Object.entries(MEDIA_TYPES).find(([, type]) => types.includes(type));
  return wanted === undefined ? 'json' : (wanted[0] as RecordFormatName);
}

function columnsOf(c: Collection, said: string | null): number[] {
  if (said === null) return [...c.columns.keys()];
  const names = said.split(',').map((n) => n.trim());
  return names.map((name, k) => {
    const i = c.columns.findIndex((col) => col.name === name);
    if (i < 0)
      throw bad('columns', `"${name}" is not a column of ${c.name}; those are ${c.columns.map((x) => x.name).join(', ')}`);
    if (names.indexOf(name) !== k) throw bad('columns', `names ${name} twice`);
    return i;
  });
}

function limitOf(c: Collection, said: string | null, format: Asked['format']): number | null {
  if (said === null) return format === 'json' ? c.pageRows : null;
  const limit = Number(said);
  if (!/^\d+$/.test(said) || limit < 1 || limit > mostOf(c))
    throw bad('limit', `is "${said}"; it is a whole number of ${c.counts}s from 1 to ${mostOf(c)}`);
  return limit;
}

function timeConditions(c: Collection, from: string | null, to: string | null): Sql[] {
  const at = (field: 'from' | 'to', said: string): Date => {
    const r = time.safeParse(said);
    if (!r.success) throw bad(field, r.error.issues[0]!.message);
    return new Date(r.data);
  };
  const [first, last] = [from === null ? null : at('from', from), to === null ? null : at('to', to)];
  if (first !== null && last !== null && first >= last)
    throw bad('to', 'is not after from; the end of the window is not part of it');
  return [
    ...(first === null ? [] : [sql`${c.time!.sql} >= ${first}`]),
    ...(last === null ? [] : [sql`${c.time!.sql} < ${last}`]),
  ];
}

function conditionOf(name: string, f: ReadFilter, values: readonly string[]): Sql {
  for (const v of values) {
    if (f.among !== undefined && !f.among.includes(v)) throw bad(name, `is "${v}"; it is one of ${f.among.join(', ')}`);
    if (f.type === 'uuid' && !isUuid(v)) throw bad(name, `"${v.slice(0, 60)}" is no id`);
    if (v.includes('\u0000') || /\p{Surrogate}/u.test(v)) throw bad(name, 'holds a character that no name has');
  }
  return f.where(values);
}

const CURSOR_KEYS: Readonly<Record<OrderKey['type'], CursorKey>> = {
  time: 'integer',
  integer: 'integer',
  uuid: 'uuid',
  text: 'text',
};

function cursorOf(c: Collection, said: string | null): Cursor | null {
  if (said === null) return null;
  const cursor = readCursor(
    said,
    c.order.map((k) => CURSOR_KEYS[k.type]),
  );
  if (cursor === null) throw bad('after', `is not a cursor of ${c.name}; take it from "next" of the page before`);
  return cursor;
}

const TYPED: Readonly<Record<OrderKey['type'], (v: number | string) => Sql>> = {
  time: (v) => sql`${new Date(v as number)}::timestamptz`,
  integer: (v) => sql`${v}::bigint`,
  uuid: (v) => sql`${v}::uuid`,
  text: (v) => sql`${v}::text`,
};

const listOf = (parts: readonly Sql[]): Sql => parts.slice(1).reduce((all, p) => sql`${all}, ${p}`, parts[0]!);

/** The statement of a page: `limit` base rows after the cursor. */
export function pageStatement(c: Collection, a: Asked, after: Cursor | null, limit: number): Sql {
  const as = (name: string, of: Sql): Sql => sql`${of} AS ${{ text: `"${name}"`, values: [] }}`;
  const keys = c.order.filter((k) => !(k.as in c.select)).map((k) => as(k.as, k.sql));
  const select = listOf([...Object.entries(c.select).map(([name, of]) => as(name, of)), ...keys]);
  const order = listOf(c.order.map((k) => (a.isNewest ? sql`${k.sql} DESC` : k.sql)));
  const position = after === null ? null : listOf(c.order.map((k, i) => TYPED[k.type](after[i]!)));
  const beyond =
    position === null
      ? null
      : a.isNewest
        ? sql`(${listOf(c.order.map((k) => k.sql))}) < (${position})`
        : sql`(${listOf(c.order.map((k) => k.sql))}) > (${position})`;
  return sql`SELECT ${select} FROM ${c.from} ${where([...a.conditions, beyond])} ORDER BY ${order} LIMIT ${limit}`;
}
