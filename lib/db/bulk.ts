import type { Db } from './pool';
import { float8Array, type Sql } from './sql';

/** Column types of the bulk writer. Array types travel as text and are cast, since unnest flattens nested arrays. */
export type ColumnType =
  | 'uuid'
  | 'text'
  | 'int4'
  | 'int2'
  | 'float8'
  | 'bool'
  | 'timestamptz'
  | 'jsonb'
  | 'bytea'
  | 'float8[]'
  | 'int4[]'
  | 'text[]'
  | 'uuid[]';

export interface TableSpec<C extends string> {
  readonly table: string;
  readonly columns: Readonly<Record<C, ColumnType>>;
  /** What a conflict does: nothing, or an update of these columns on this key. */
  readonly onConflict?: string;
}

const textArray = (v: readonly string[]) =>
  `{${v.map((s) => `"${s.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`;

function encode(type: ColumnType, v: unknown): unknown {
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

const isArray = (t: ColumnType) => t.endsWith('[]');

/**
 * Inserts rows in one statement by `unnest` (tens of thousands of rows a second); returns how many were new or changed.
 * Table and columns come from a constant spec of this code base, never from input.
 */
export async function bulkInsert<C extends string>(
  db: Db,
  spec: TableSpec<C>,
  rows: readonly Readonly<Record<C, unknown>>[],
): Promise<number> {
  if (rows.length === 0) return 0;
  const names = Object.keys(spec.columns) as C[];
  const values = names.map((c) => rows.map((r) => encode(spec.columns[c], r[c])));
  const params = names.map(
    (c, i) => `$${i + 1}::${isArray(spec.columns[c]) || spec.columns[c] === 'jsonb' ? 'text' : spec.columns[c]}[]`,
  );
  const picks = names.map((c) =>
    isArray(spec.columns[c]) || spec.columns[c] === 'jsonb' ? `u."${c}"::${spec.columns[c]}` : `u."${c}"`,
  );
  const list = names.map((c) => `"${c}"`).join(', ');
  const q: Sql = {
    text: `INSERT INTO "${spec.table}" (${list}) SELECT ${picks.join(', ')} FROM unnest(${params.join(', ')}) AS u(${list}) ${spec.onConflict ?? ''}`,
    values,
  };
  return db.exec(q);
}
