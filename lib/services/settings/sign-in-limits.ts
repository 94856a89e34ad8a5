import { createHash } from 'node:crypto';
import { db, sql, transaction } from '@/lib/db';

/** Failed attempts are counted over this time. */
const WINDOW_MIN = 15;
export const LIMITS = {
  /** Wrong passwords of an account, over all browsers in which it was never used. */
  account: 10,
  /** Wrong passwords in a browser in which the account was used before: attempts by strangers do not count there. */
  browser: 10,
  /** Wrong passwords from one address, over all accounts. */
  address: 50,
} as const;

export type Bucket = readonly [kind: keyof typeof LIMITS, of: string];

const keyOf = ([kind, of]: Bucket): string => `${kind} ${createHash('sha256').update(of).digest('hex')}`;

export interface Attempt {
  /** The kind of limit that was reached; null when the attempt may go on. */
  readonly limited: Bucket[0] | null;
  /** The first attempt that this limit stopped in its window. */
  readonly isFirst: boolean;
  readonly ids: readonly number[];
}

/** Counts an attempt before it is made, serialised per bucket, so that concurrent attempts cannot all pass; `forgive` takes it back. */
export async function countAttempt(buckets: readonly Bucket[]): Promise<Attempt> {
  const keys = buckets.map(keyOf);
  return transaction(async (tx) => {
    for (const key of [...keys].sort()) await tx.exec(sql`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))`);
    const counts = await tx.rows<{ bucket: string; n: number }>(sql`
      SELECT bucket, count(*)::int AS n FROM sign_in_attempt WHERE bucket = ANY(${keys}::text[]) AND at > now() - ${WINDOW_MIN} * INTERVAL '1 minute' GROUP BY bucket`);
    const over = buckets.find((b) => (counts.find((c) => c.bucket === keyOf(b))?.n ?? 0) >= LIMITS[b[0]]);
    if (over === undefined) {
      const rows = await tx.rows<{ id: number }>(
        sql`INSERT INTO sign_in_attempt (bucket) SELECT unnest(${keys}::text[]) RETURNING id`,
      );
      return { limited: null, isFirst: false, ids: rows.map((r) => r.id) };
    }
    const said = `said ${keyOf(over)}`;
    const first = await tx.exec(sql`INSERT INTO sign_in_attempt (bucket) SELECT ${said}
      WHERE NOT EXISTS (SELECT 1 FROM sign_in_attempt WHERE bucket = ${said} AND at > now() - ${WINDOW_MIN} * INTERVAL '1 minute')`);
    return { limited: over[0], isFirst: first > 0, ids: [] };
  });
}

export const forgive = (ids: readonly number[]): Promise<number> =>
  db().exec(sql`DELETE FROM sign_in_attempt WHERE id = ANY(${[...ids]}::bigint[])`);

/** Deletes attempts that no window counts any more. */
export const forgetAttempts = (): Promise<number> =>
  db().exec(sql`DELETE FROM sign_in_attempt WHERE at < now() - ${2 * WINDOW_MIN} * INTERVAL '1 minute'`);
