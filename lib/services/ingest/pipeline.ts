import { bulkInsert, type Db, db, recordId, sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import type { FieldIssue, Incoming } from '@/lib/formats/incoming';
import { MAX_BATCH } from '@/lib/formats/wire';
import { recordDigest } from './digests';
import { master } from './master';
import { ensureMonths } from './months';
import type { Accepted, BatchMode, BatchResult, CheckContext, IngestKind, RecordResult } from './types';

/** Records per transaction: large enough that statements pay, small enough that a chunk's memory stays below a few MB. */
const CHUNK = 250;

const INGEST_KEY = {
  table: 'ingest_key',
  columns: { sender: 'text', kind: 'text', key: 'text', record_id: 'uuid', digest: 'bytea' },
  onConflict: 'ON CONFLICT DO NOTHING',
} as const;

interface Judged<R> extends Accepted<R> {
  readonly index: number;
  readonly digest: Buffer;
}

/**
 * Takes in one batch: streams it in chunks through validation, the sender's keys, the checks against master data, and one
 * transaction a chunk (or one for all in an atomic batch) that writes the records together with their outbox rows.
 * @throws AppError `payload_too_large` when the batch holds more than 10,000 records.
 */
export async function ingestBatch<R extends { key: string }>(
  kind: IngestKind<R>,
  sender: string,
  incoming: AsyncIterable<Incoming>,
  mode: BatchMode,
  now: number,
): Promise<BatchResult> {
  const results: RecordResult[] = [];
  if (mode === 'partial') {
    for await (const { start, chunk } of chunks(incoming)) await takeChunk(kind, sender, start, chunk, now, results);
    return summary(results);
  }
  class Rejected extends Error {}
  try {
    await transaction(async (tx) => {
      results.length = 0;
      for await (const { start, chunk } of chunks(incoming)) await takeChunk(kind, sender, start, chunk, now, results, tx);
      if (results.some((r) => r.status === 'rejected')) throw new Rejected();
    });
  } catch (e) {
    if (!(e instanceof Rejected)) throw e;
    return summary(results.map((r) => (r.status === 'accepted' ? { index: r.index, key: r.key, status: 'withheld' } : r)));
  }
  return summary(results);
}

async function* chunks(incoming: AsyncIterable<Incoming>): AsyncGenerator<{ start: number; chunk: Incoming[] }> {
  let chunk: Incoming[] = [];
  let start = 0;
  for await (const one of incoming) {
    if (start + chunk.length >= MAX_BATCH)
      throw new AppError('payload_too_large', `a batch holds at most ${MAX_BATCH} records; send the rest in another one`);
    chunk.push(one);
    if (chunk.length === CHUNK) {
      yield { start, chunk };
      start += chunk.length;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield { start, chunk };
}

async function takeChunk<R extends { key: string }>(
  kind: IngestKind<R>,
  sender: string,
  start: number,
  chunk: readonly Incoming[],
  now: number,
  results: RecordResult[],
  outer?: Tx,
): Promise<void> {
  const reject = (index: number, key: string | null, issues: readonly FieldIssue[]) =>
    results.push({ index, key, status: 'rejected', issues });
  const good: Judged<R>[] = [];
  const inChunk = new Map<string, Judged<R>>();
  const repeats: { index: number; of: Judged<R> }[] = [];
  for (const [i, item] of chunk.entries()) {
    const index = start + i;
    const read = readRecord(kind, sender, index, item);
    if ('issues' in read) {
      reject(index, read.key, read.issues);
      continue;
    }
    const first = inChunk.get(read.record.key);
    if (first === undefined) {
      inChunk.set(read.record.key, read);
      good.push(read);
    } else if (first.digest.equals(read.digest)) {
      repeats.push({ index, of: first });
    } else {
      reject(index, read.record.key, [conflict(read.record.key)]);
    }
  }

  const fresh = await withoutKnown(kind, sender, good, results, outer ?? db());
  const ctx = await contextFor(kind, fresh, now, outer ?? db());
  const accepted = fresh.filter((j) => {
    const issues = kind.check(j.record, ctx);
    if (issues.length > 0) reject(j.index, j.record.key, issues);
    return issues.length === 0;
  });
  await ensureMonths(
    accepted.flatMap((j) => kind.times(j.record)),
    now,
  );
  const write = async (tx: Tx) => {
    const claimed = await claim(tx, kind, sender, accepted);
    if (claimed.length > 0) await kind.insert(tx, sender, claimed);
    return new Set(claimed.map((c) => c.id));
  };
  const claimed = accepted.length === 0 ? new Set<string>() : outer === undefined ? await transaction(write) : await write(outer);
  for (const j of accepted)
    results.push({ index: j.index, key: j.record.key, status: claimed.has(j.id) ? 'accepted' : 'repeated', id: j.id });
  for (const r of repeats) {
    const first = results.find((q) => q.index === r.of.index)!;
    results.push(
      first.status === 'rejected'
        ? { ...first, index: r.index }
        : { index: r.index, key: r.of.record.key, status: 'repeated', id: r.of.id },
    );
  }
}

/** One record through its schema: judged, or what is wrong with it. */
function readRecord<R extends { key: string }>(
  kind: IngestKind<R>,
  sender: string,
  index: number,
  item: Incoming,
): Judged<R> | { readonly key: string | null; readonly issues: readonly FieldIssue[] } {
  if ('fault' in item) return { key: null, issues: [item.fault] };
  const parsed = kind.schema.safeParse(item.value);
  if (!parsed.success) {
    const key = (item.value as { key?: unknown } | null)?.key;
    const issues = parsed.error.issues.map((p) => ({ path: p.path.join('.'), code: 'invalid_input', message: p.message }));
    return { key: typeof key === 'string' ? key : null, issues };
  }
  const record = parsed.data;
  return { index, digest: recordDigest(record), record, id: recordId(kind.kind, sender, record.key) };
}

const conflict = (key: string): FieldIssue => ({
  path: 'key',
  code: 'conflict',
  message: `key "${key}" was used before for a record with other content; records are not changed in place: send a correction under a new key`,
});

/** Answers records whose keys are known with their first result; keeps the others. */
async function withoutKnown<R extends { key: string }>(
  kind: IngestKind<R>,
  sender: string,
  good: readonly Judged<R>[],
  results: RecordResult[],
  read: Db,
): Promise<Judged<R>[]> {
  if (good.length === 0) return [];
  const rows = await read.rows<{ key: string; record_id: string; digest: Buffer }>(
    sql`SELECT key, record_id, digest FROM ingest_key WHERE sender = ${sender} AND kind = ${kind.kind} AND key = ANY(${good.map((j) => j.record.key)}::text[])`,
  );
  const known = new Map(rows.map((r) => [r.key, r]));
  return good.filter((j) => {
    const k = known.get(j.record.key);
    if (k === undefined) return true;
    if (k.digest.equals(j.digest)) results.push({ index: j.index, key: j.record.key, status: 'repeated', id: k.record_id });
    else results.push({ index: j.index, key: j.record.key, status: 'rejected', issues: [conflict(j.record.key)] });
    return false;
  });
}

/** Claims the keys in this transaction; of two senders racing with one key, one writes and the other repeats. */
async function claim<R extends { key: string }>(
  tx: Tx,
  kind: IngestKind<R>,
  sender: string,
  js: readonly Judged<R>[],
): Promise<Accepted<R>[]> {
  const n = await bulkInsert(
    tx,
    INGEST_KEY,
    js.map((j) => ({ sender, kind: kind.kind, key: j.record.key, record_id: j.id, digest: j.digest })),
  );
  if (n === js.length) return [...js];
  // Rare: someone else claimed some of them a moment ago. What this transaction wrote carries its own transaction id.
  const mine = await tx.rows<{ key: string }>(
    sql`SELECT key FROM ingest_key WHERE sender = ${sender} AND kind = ${kind.kind} AND key = ANY(${js.map((j) => j.record.key)}::text[]) AND xmin = pg_current_xact_id()::xid`,
  );
  const keys = new Set(mine.map((m) => m.key));
  return js.filter((j) => keys.has(j.record.key));
}

async function contextFor<R extends { key: string }>(
  kind: IngestKind<R>,
  js: readonly Judged<R>[],
  now: number,
  read: Db,
): Promise<CheckContext> {
  const lotOf = kind.lotOf;
  const names = lotOf === undefined ? [] : [...new Set(js.map((j) => lotOf(j.record)))];
  const lots =
    names.length === 0
      ? []
      : await read.rows<{ name: string; product: string; wafers: number }>(
          sql`SELECT name, product, wafers FROM lot WHERE name = ANY(${names}::text[])`,
        );
  const byName = new Map(lots.map((l) => [l.name, l]));
  const cached: CheckContext = { master: await master(now), lots: byName, now };
  const misses = js.some((j) => kind.check(j.record, cached).some((i) => i.code === 'unknown_name'));
  return misses ? { ...cached, master: await master(now, true) } : cached;
}

function summary(results: readonly RecordResult[]): BatchResult {
  const sorted = [...results].sort((a, b) => a.index - b.index);
  const count = (s: RecordResult['status']) => sorted.filter((r) => r.status === s).length;
  return {
    accepted: count('accepted'),
    repeated: count('repeated'),
    rejected: count('rejected'),
    withheld: count('withheld'),
    results: sorted,
  };
}
