import { type Sql, sql } from '@/lib/db';
import { type Cursor, type CursorKey, readCursor } from '../../address/cursor';

/** Columns that the list of charts is ordered by, each with its key of a ranked row; times are epoch ms. */
const KEYS: Readonly<Record<string, Sql>> = {
  state: sql`CASE WHEN n IS NULL THEN 4 WHEN alert_id IS NOT NULL THEN 0 WHEN n_out > 0 THEN 1 WHEN has_limits THEN 2 ELSE 3 END::float8`,
  last: sql`last_key`,
  cpk: sql`cpk`,
  stability: sql`stability`,
  rate: sql`100 * n_out::float8 / n`,
  n: sql`COALESCE(n, 0)::float8`,
  lastOut: sql`date_part('epoch', last_out) * 1000`,
  lastAt: sql`date_part('epoch', last_at) * 1000`,
};

export interface ListOrder {
  readonly key: string;
  readonly dir: 'asc' | 'desc';
}

/** The order by a column of the table; null (worst first) for a column that the list does not order by. */
export function listOrder(asked: ListOrder | null): ListOrder | null {
  return asked !== null && (asked.key === 'title' || Object.hasOwn(KEYS, asked.key)) ? asked : null;
}

/** One way of ordering ranked rows: their keys `k1`, `k2` …, the order, the condition of the rows after a cursor, and the cursor of a row. */
export interface Ordering {
  readonly columns: Sql;
  readonly by: Sql;
  readonly after: Sql | null;
  readonly cursorOf: (row: OrderedRow) => Cursor;
}

export interface OrderedRow {
  readonly id: string;
  readonly title: string;
  readonly key1: number | null;
  readonly key2: number | null;
  readonly key3: number | null;
  readonly key4: number | null;
  readonly key5: number | null;
}

const WORST_KEYS: readonly CursorKey[] = ['integer', 'integer', 'integer', 'integer', 'number', 'text', 'uuid'];
const COLUMN_KEYS: readonly CursorKey[] = ['integer', 'number', 'text', 'uuid'];
const TITLE_KEYS: readonly CursorKey[] = ['text', 'uuid'];
const NONE = sql`NULL::int AS key2, NULL::int AS key3, NULL::int AS key4, NULL::float8 AS key5`;

/** Worst first: charts with an open alert, then by rules fired in the window; charts without points follow at the end. */
function worstFirst(after: string | null): Ordering {
  const c = readCursor(after, WORST_KEYS);
  return {
    columns: sql`(n IS NULL)::int AS key1, (alert_id IS NULL)::int AS key2, (COALESCE(n_out, 0) = 0)::int AS key3, (NOT alerting)::int AS key4,
      COALESCE(-n_out::float8 / n, 0) AS key5`,
    by: sql`key1, key2, key3, key4, key5, title, id`,
    after:
      c &&
      sql`(key1, key2, key3, key4, key5, title, id) > (${c[0]}::bigint, ${c[1]}::bigint, ${c[2]}::bigint, ${c[3]}::bigint, ${c[4]}::float8, ${c[5]}::text, ${c[6]}::uuid)`,
    cursorOf: (r) => [r.key1!, r.key2!, r.key3!, r.key4!, r.key5!, r.title, r.id],
  };
}

function byTitle(dir: 'asc' | 'desc', after: string | null): Ordering {
  const c = readCursor(after, TITLE_KEYS);
  const down = dir === 'desc';
  return {
    columns: sql`NULL::int AS key1, ${NONE}`,
    by: down ? sql`title DESC, id DESC` : sql`title, id`,
    after: c && sql`(title, id) ${down ? sql`<` : sql`>`} (${c[0]}::text, ${c[1]}::uuid)`,
    cursorOf: (r) => [r.title, r.id],
  };
}

/** By a number, missing ones last in both directions, equal ones by title. */
function byColumn({ key, dir }: ListOrder, after: string | null): Ordering {
  const c = readCursor(after, COLUMN_KEYS);
  const signed = dir === 'desc' ? sql`-(${KEYS[key]!})` : sql`(${KEYS[key]!})`;
  return {
    columns: sql`((${KEYS[key]!}) IS NULL)::int AS key1, NULL::int AS key2, NULL::int AS key3, NULL::int AS key4, COALESCE(${signed}, 0) AS key5`,
    by: sql`key1, key5, title, id`,
    after: c && sql`(key1, key5, title, id) > (${c[0]}::bigint, ${c[1]}::float8, ${c[2]}::text, ${c[3]}::uuid)`,
    cursorOf: (r) => [r.key1!, r.key5!, r.title, r.id],
  };
}

export function orderingOf(order: ListOrder | null, after: string | null): Ordering {
  if (order === null) return worstFirst(after);
  return order.key === 'title' ? byTitle(order.dir, after) : byColumn(order, after);
}
