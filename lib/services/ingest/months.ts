import { db, sql } from '@/lib/db';

const known = new Set<string>();

/** Makes the month partitions that these times (epoch ms) need; each month is asked for once a process. */
export async function ensureMonths(times: readonly number[]): Promise<void> {
  const months = new Map<string, Date>();
  for (const t of times) {
    const d = new Date(t);
    const id = `${d.getUTCFullYear()}-${d.getUTCMonth()}`;
    if (!known.has(id)) months.set(id, d);
  }
  for (const [id, d] of months) {
    await db().exec(sql`SELECT ensure_month(${d}::timestamptz)`);
    known.add(id);
  }
}
