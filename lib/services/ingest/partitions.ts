import { config } from '@/lib/config';
import { db, perDatabase, sql, transaction } from '@/lib/db';
import type { FieldIssue } from '@/lib/formats/incoming';

/** A month is checked again after this time: retention may have dropped it, or the database was restored. */
const TTL_MS = 30_000;
/** Old months of a year are folded into one partition where all of them together are no larger than this. */
const FOLD_BYTES = 64 * 2 ** 20;
const remembered = perDatabase(() => new Map<string, number>());

const monthOf = (t: number): string => new Date(t).toISOString().slice(0, 7);

/**
 * Makes the time partitions that records need: months of this year and the last, years before that.
 * @param times - per record, epoch ms.
 * @param opened - partitions that this batch has opened; more than NEW_PARTITIONS are not opened for one batch.
 * @param isTrial - none is made; the result is what it would be.
 * @returns per record why it has no partition, else undefined.
 */
export async function ensurePartitions(
  times: readonly (readonly number[])[],
  now: number,
  opened: Set<string> = new Set(),
  isTrial = false,
): Promise<(FieldIssue | undefined)[]> {
  const known = remembered();
  const asked = [...new Set(times.flat().map(monthOf))].filter((m) => now - (known.get(m) ?? 0) > TTL_MS);
  const refused = new Set<string>();
  if (asked.length > 0) {
    const rows = await db().rows<{ month: string; suffix: string; missing: boolean }>(sql`
      SELECT month, suffix, to_regclass('run_' || suffix) IS NULL AS missing FROM unnest(${asked}::text[]) AS month,
        LATERAL (SELECT partition_suffix((month || '-15T00:00:00Z')::timestamptz) AS suffix) s ORDER BY month DESC`);
    const most = config().NEW_PARTITIONS;
    for (const { month, suffix, missing } of rows) {
      if (missing) opened.add(suffix);
      if (missing && opened.size > most) {
        opened.delete(suffix);
        refused.add(month);
        continue;
      }
      if (isTrial) continue;
      await db().exec(sql`SELECT ensure_month(${`${month}-15T00:00:00Z`}::timestamptz)`);
      known.set(month, now);
    }
  }
  return times.map((mine) => {
    const t = mine.find((q) => refused.has(monthOf(q)));
    return t === undefined
      ? undefined
      : {
          path: '',
          code: 'out_of_range',
          message: `the time ${new Date(t).toISOString()} is the first of its month here, and one batch opens at most ${config().NEW_PARTITIONS} new months; send this record in another batch, or check the sender's clock`,
        };
  });
}

/** Folds the small months of old years into one partition a year, since every partition makes every query slower. Returns the years. */
export async function foldOldMonths(): Promise<string[]> {
  const years = await db().rows<{ year: string }>(sql`SELECT year FROM foldable_years(${FOLD_BYTES})`);
  for (const { year } of years) {
    await transaction(async (tx) => {
      await tx.exec(sql`SET LOCAL lock_timeout = '5s'`);
      await tx.exec(sql`SELECT fold_year(${year})`);
    });
    remembered().clear();
  }
  return years.map((y) => y.year);
}
