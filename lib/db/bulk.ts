import { COLUMNS, type Rows } from './generated/rows';
import type { Db } from './pool';
import type { Table } from './row';
import { float8Array, type Sql } from './sql';

/** A column as it may be written: what reading gives, or what stands for it. NaN of a float8 is NULL. */
type Written<V> = V extends Date
  ? Date | string
  : V extends Float64Array
    ? ArrayLike<number | null>
    : V extends Buffer
      ? Uint8Array
      : V extends readonly (infer E)[]
        ? readonly E[]
        : V;

/** Rows of a table: any of its columns, and no others; a column that is not named gets its default. */
export type Writing<T extends Table, R> = {
  readonly [K in keyof R]: K extends keyof Rows[T] ? Written<Rows[T][K]> : never;
};

/**
 * What happens to a row that is there: it is left (`ignore`: whatever the key; `update: []`: by this key alone), or its columns take the new values,
 * `update` or else all that are written beside the key. SQL without values where that is not enough.
 */
export type Conflict<T extends Table> =
  | 'ignore'
  | { readonly key: readonly (keyof Rows[T])[]; readonly update?: readonly (keyof Rows[T])[] }
  | Sql;

const textArray = (v: readonly string[]) =>
  `{${v.map((s) => `"${s.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`;

function encode(type: string, v: unknown): unknown {
  if (v === null || v === undefined) return null;
  switch (type) {
    case 'float8':
      return Number.isNaN(v) ? null : v;
    case 'jsonb':
      return JSON.stringify(v);
    case 'float8[]':
    case 'int4[]':
      return float8Array(v as ArrayLike<number>);
    case 'text[]':
    case 'uuid[]':
      return textArray(v as string[]);
    default:
      return v;
  }
}

/** Arrays travel as text and are cast, since unnest flattens nested arrays. */
const travelsAsText = (type: string) => type.endsWith('[]') || type === 'jsonb';

/**
 * Inserts rows in one statement by `unnest` (tens of thousands of rows a second). All rows have the same columns, those of the first; their
 * types come from the schema.
 * @returns how many rows were new or changed.
 */
export async function bulkInsert<T extends Table, R extends Writing<T, R>>(
  db: Db,
  table: T,
  rows: readonly R[],
  conflict?: Conflict<T>,
): Promise<number> {
  const [first] = rows;
  if (first === undefined) return 0;
  const known: Readonly<Record<string, string>> = COLUMNS[table];
  const names = Object.keys(first);
  const types = names.map((c) => known[c]!.replace('?', ''));
  const odd = rows.findIndex((r) => Object.keys(r).length !== names.length || names.some((c) => !(c in r)));
  if (odd >= 0) throw new Error(`bulkInsert of ${table}: row ${odd} has not the columns of the first`);
  const values = names.map((c, k) => rows.map((r) => encode(types[k]!, r[c as keyof R])));
  const params = types.map((t, i) => `$${i + 1}::${travelsAsText(t) ? 'text' : t}[]`);
  const picks = names.map((c, k) => `u."${c}"${travelsAsText(types[k]!) ? `::${types[k]}` : ''}`);
  const list = names.map((c) => `"${c}"`).join(', ');
  const then = onConflict(names, conflict);
  return db.exec({
    text: `INSERT INTO "${table}" (${list}) SELECT ${picks.join(', ')} FROM unnest(${params.join(', ')}) AS u(${list}) ${then}`,
    values,
  });
}

function onConflict<T extends Table>(names: readonly string[], c: Conflict<T> | undefined): string {
  if (c === undefined) return '';
  if (c === 'ignore') return 'ON CONFLICT DO NOTHING';
  if ('text' in c) {
    if (c.values.length > 0) throw new Error('bulkInsert: what happens on a conflict takes no values');
    return c.text;
  }
  const key = c.key.map(String);
  const update = c.update?.map(String) ?? names.filter((n) => !key.includes(n));
  const set = update.map((n) => `"${n}" = EXCLUDED."${n}"`).join(', ');
  return `ON CONFLICT (${key.map((k) => `"${k}"`).join(', ')}) DO ${update.length === 0 ? 'NOTHING' : `UPDATE SET ${set}`}`;
}
