import { db, sql } from '@/lib/db';
import type { CheckContext } from '../master/checks';
import { oldestTaken } from '../master/checks';
import { recordDigest } from '../master/digests';
import { master } from '../master/master';
import { type Batch, conflict, type Judged } from './batch';
import { ensurePartitions } from './partitions';

/**
 * Of records that their schema accepts, those that may be written: their keys are free, their names and units are known, and there is a partition for
 * their time.
 */
export async function judgeChunk<R extends { key: string }>(
  batch: Batch<R>,
  good: readonly Judged<R>[],
): Promise<readonly Judged<R>[]> {
  const unknown = await withoutKnown(batch, good);
  const ctx = await contextFor(batch, unknown);
  const fresh = unknown.map((j) => inKeptWords(batch, j, ctx));
  const reject = (j: Judged<R>, issues: ReturnType<typeof batch.kind.check>) =>
    batch.results.set(j.index, { index: j.index, key: j.record.key, status: 'rejected', issues });
  const accepted = fresh.filter((j) => {
    const issues = batch.kind.check(j.record, ctx);
    if (issues.length > 0) reject(j, issues);
    return issues.length === 0;
  });
  const refused = await ensurePartitions(
    accepted.map((j) => batch.kind.times(j.record)),
    batch.now,
    batch.opened,
    batch.isTrial,
  );
  return accepted.filter((j, i) => {
    const issue = refused[i];
    if (issue) reject(j, [issue]);
    return !issue;
  });
}

/** Once more with master data that may have been read again since. */
function inKeptWords<R extends { key: string }>({ kind }: Batch<R>, j: Judged<R>, c: CheckContext): Judged<R> {
  const record = kind.canonical?.(j.record, c.master) ?? j.record;
  return record === j.record ? j : { ...j, record, digest: recordDigest(record) };
}

/** Answers records whose keys are known with their first result; returns the others. */
async function withoutKnown<R extends { key: string }>(
  { kind, sender, results }: Batch<R>,
  good: readonly Judged<R>[],
): Promise<Judged<R>[]> {
  if (good.length === 0) return [];
  const rows = await db().rows<{ key: string; record_id: string; digest: Buffer }>(
    sql`SELECT key, record_id, digest FROM ingest_key WHERE sender = ${sender} AND kind = ${kind.kind} AND key = ANY(${good.map((j) => j.record.key)}::text[])`,
  );
  const known = new Map(rows.map((r) => [r.key, r]));
  return good.filter(({ index, record, digest }) => {
    const k = known.get(record.key);
    if (k === undefined) return true;
    const { key } = record;
    if (k.digest.equals(digest)) results.set(index, { index, key, status: 'repeated', id: k.record_id });
    else results.set(index, { index, key, status: 'rejected', issues: [conflict(key)] });
    return false;
  });
}

async function contextFor<R extends { key: string }>({ kind, now }: Batch<R>, js: readonly Judged<R>[]): Promise<CheckContext> {
  const lotOf = kind.lotOf;
  const names = lotOf === undefined ? [] : [...new Set(js.map((j) => lotOf(j.record)))];
  const lots =
    names.length === 0
      ? []
      : await db().rows<{ name: string; product: string; wafers: number }>(
          sql`SELECT name, product, wafers FROM lot WHERE name = ANY(${names}::text[])`,
        );
  const byName = new Map(lots.map((l) => [l.name, l]));
  const cached: CheckContext = { master: await master(now), lots: byName, now, oldest: oldestTaken(now) };
  const misses = js.some((j) => kind.check(j.record, cached).some((i) => i.code === 'unknown_name'));
  return misses ? { ...cached, master: await master(now, true) } : cached;
}
