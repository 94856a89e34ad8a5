import { db, perDatabase, sql } from '@/lib/db';

/** A month is asked for again after this time: retention may have dropped it, or the database was restored. */
const TTL_MS = 30_000;
const remembered = perDatabase(() => new Map<string, number>());

/** Makes the month partitions that these times (epoch ms) need. */
export async function ensureMonths(times: readonly number[], now: number): Promise<void> {
  const known = remembered();
  const months = new Map<string, Date>();
  for (const t of times) {
    const d = new Date(t);
    const id = `${d.getUTCFullYear()}-${d.getUTCMonth()}`;
    if (now - (known.get(id) ?? 0) > TTL_MS) months.set(id, d);
  }
  for (const [id, d] of months) {
    await db().exec(sql`SELECT ensure_month(${d}::timestamptz)`);
    known.set(id, now);
  }
}
