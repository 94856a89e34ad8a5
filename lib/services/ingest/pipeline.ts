import { bulkInsert, db, recordId, sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import type { FieldIssue, Incoming } from '@/lib/formats/incoming';
import { schemaFaults } from '@/lib/formats/issue-words';
import { Turns } from '@/lib/formats/turns';
import { recordDigest } from '../master/digests';
import { type Master, master } from '../master/master';
import { type Batch, conflict, type Judged } from './batch';
import { chunks } from './chunks';
import { judgeChunk } from './judge-chunk';
import type { BatchMode, BatchResult, IngestKind, RecordResult, Stored } from './types';

/** An atomic batch is held whole until all of it has been judged. */
const ATOMIC_BYTES = 64 * 2 ** 20;

/**
 * Ingests one batch: streams it in chunks through validation, the sender's keys and the checks against master data, and writes it together with its
 * outbox rows, in one transaction per chunk. An atomic batch is judged as a whole before its one transaction begins, so that no transaction waits for
 * a sender.
 * @param tell - writes about what was kept: in the transaction that keeps an atomic batch, else in one of its own after the last chunk, also
 *   where the body broke off and after an atomic batch of which nothing was kept.
 * @throws AppError for a fault of the body as a whole; where earlier chunks were kept, `details` has their results.
 */
export async function ingestBatch<R extends { key: string }>(
  kind: IngestKind<R>,
  sender: string,
  incoming: AsyncIterable<Incoming>,
  mode: BatchMode,
  now: number,
  tell?: Tell,
): Promise<BatchResult> {
  const batch = batchOf(kind, sender, now, false);
  if (mode === 'atomic') return atomic(batch, incoming, tell);
  try {
    for await (const { start, chunk } of chunks(incoming)) await keep(batch, await judge(batch, start, chunk));
  } catch (e) {
    if (batch.results.size > 0) await tellApart(batch, tell);
    throw withKept(e, summary(batch));
  }
  await tellApart(batch, tell);
  return summary(batch);
}

/** Writes about a batch beside what it keeps. */
export type Tell = (tx: Tx, kept: BatchResult) => Promise<void>;

async function tellApart<R extends { key: string }>(batch: Batch<R>, tell: Tell | undefined): Promise<void> {
  if (tell !== undefined) await transaction((tx) => tell(tx, summary(batch)));
}

const batchOf = <R extends { key: string }>(kind: IngestKind<R>, sender: string, now: number, isTrial: boolean): Batch<R> => ({
  kind,
  sender,
  now,
  isTrial,
  results: new Map(),
  keys: new Map(),
  repeats: [],
  opened: new Set(),
});

/**
 * What `ingestBatch` would answer in mode `partial`, by the same checks, with nothing kept: a record that would be kept is `accepted`, without an id.
 */
export async function judgeBatch<R extends { key: string }>(
  kind: IngestKind<R>,
  sender: string,
  incoming: AsyncIterable<Incoming>,
  now: number,
): Promise<BatchResult> {
  const batch = batchOf(kind, sender, now, true);
  for await (const { start, chunk } of chunks(incoming)) {
    const good = await judge(batch, start, chunk);
    const refused = await kind.refusals?.(db(), good);
    for (const { index, id, record } of good) {
      const issues = refused?.get(id);
      batch.results.set(index, {
        index,
        key: record.key,
        ...(issues === undefined ? { status: 'accepted' } : { status: 'rejected', issues }),
      });
    }
  }
  return summary(batch);
}

async function atomic<R extends { key: string }>(
  batch: Batch<R>,
  incoming: AsyncIterable<Incoming>,
  tell: Tell | undefined,
): Promise<BatchResult> {
  const good: (readonly Judged<R>[])[] = [];
  let held = 0;
  for await (const { start, chunk, bytes } of chunks(incoming)) {
    held += bytes;
    if (held > ATOMIC_BYTES)
      throw new AppError('payload_too_large', 'an atomic batch holds at most 64 MiB; send smaller ones, or mode "partial"');
    good.push(await judge(batch, start, chunk));
  }
  class Rejected extends Error {}
  try {
    if (isRejected(batch)) throw new Rejected();
    await transaction(async (tx) => {
      for (const part of good) await store(tx, batch, part);
      if (isRejected(batch)) throw new Rejected();
      await tell?.(tx, summary(batch));
    });
  } catch (e) {
    if (e instanceof AppError && e.code === 'invalid_input') await blame(batch, good.flat());
    else if (!(e instanceof Rejected)) throw e;
    for (const j of good.flat())
      if (batch.results.get(j.index)?.status !== 'rejected')
        batch.results.set(j.index, { index: j.index, key: j.record.key, status: 'withheld' });
    await tellApart(batch, tell);
  }
  return summary(batch);
}

const isRejected = (batch: { results: ReadonlyMap<number, RecordResult> }): boolean =>
  [...batch.results.values()].some((r) => r.status === 'rejected');

/** The records of a chunk that may be written; the others get their result. Read only. */
async function judge<R extends { key: string }>(
  batch: Batch<R>,
  start: number,
  chunk: readonly Incoming[],
): Promise<readonly Judged<R>[]> {
  const good: Judged<R>[] = [];
  const turns = new Turns();
  const names = batch.kind.canonical === undefined ? null : await master(batch.now);
  for (const [i, item] of chunk.entries()) {
    await turns.pause();
    const index = start + i;
    const read = readRecord(batch, names, index, item);
    if ('issues' in read) {
      batch.results.set(index, { index, key: read.key, status: 'rejected', issues: read.issues });
      continue;
    }
    const key = read.record.key;
    const first = batch.keys.get(key);
    if (first === undefined) {
      batch.keys.set(key, { index, digest: read.digest });
      good.push(read);
    } else if (first.digest.equals(read.digest)) batch.repeats.push({ index, of: first.index, key });
    else batch.results.set(index, { index, key, status: 'rejected', issues: [conflict(key)] });
  }
  return judgeChunk(batch, good);
}

/** One record checked by its schema: accepted, or its faults. */
function readRecord<R extends { key: string }>(
  { kind, sender }: Batch<R>,
  names: Master | null,
  index: number,
  item: Incoming,
): Judged<R> | { readonly key: string | null; readonly issues: readonly FieldIssue[] } {
  if ('fault' in item) return { key: null, issues: [item.fault] };
  const parsed = kind.schema.safeParse(item.value);
  if (!parsed.success) {
    const key = (item.value as { key?: unknown } | null)?.key;
    const issues = schemaFaults(parsed.error, item.value).map((f) => ({ ...f, code: 'invalid_input' }));
    return { key: typeof key === 'string' ? key : null, issues };
  }
  const record = (names === null ? undefined : kind.canonical?.(parsed.data, names)) ?? parsed.data;
  return { index, digest: recordDigest(record), record, id: recordId(kind.kind, sender, record.key) };
}

/** Writes judged records in a transaction of their own. A record that the database refuses is rejected alone: the others are kept. */
async function keep<R extends { key: string }>(batch: Batch<R>, judged: readonly Judged<R>[]): Promise<void> {
  if (judged.length === 0) return;
  try {
    await transaction((tx) => store(tx, batch, judged));
  } catch (e) {
    for (const j of judged) batch.results.delete(j.index); // what was rolled back was not accepted
    if (!(e instanceof AppError) || e.code !== 'invalid_input') throw e;
    if (judged.length === 1) return refuse(batch, judged[0]!, e);
    const half = judged.length >> 1;
    await keep(batch, judged.slice(0, half));
    await keep(batch, judged.slice(half));
  }
}

const refuse = <R extends { key: string }>({ results }: Batch<R>, j: Judged<R>, e: AppError): void => {
  results.set(j.index, {
    index: j.index,
    key: j.record.key,
    status: 'rejected',
    issues: [{ path: '', code: 'invalid_input', message: e.message }],
  });
};

/** Finds the record of an atomic batch that the database refuses: each is tried alone, and none is kept. */
async function blame<R extends { key: string }>(batch: Batch<R>, judged: readonly Judged<R>[]): Promise<void> {
  class Undo extends Error {}
  const tries = async (part: readonly Judged<R>[]): Promise<void> => {
    try {
      await transaction(async (tx) => {
        await store(tx, batch, part);
        throw new Undo();
      });
    } catch (e) {
      if (e instanceof Undo) return;
      if (!(e instanceof AppError) || e.code !== 'invalid_input') throw e;
      if (part.length === 1) return refuse(batch, part[0]!, e);
      await tries(part.slice(0, part.length >> 1));
      await tries(part.slice(part.length >> 1));
    }
  };
  await tries(judged);
}

/** Claims the keys and writes the records; what the kind could not keep gives its key back. */
async function store<R extends { key: string }>(tx: Tx, batch: Batch<R>, judged: readonly Judged<R>[]): Promise<void> {
  const { claimed, conflicts } = await claim(tx, batch, judged);
  const { refused, pending }: Stored = claimed.length > 0 ? await batch.kind.insert(tx, batch.sender, claimed) : {};
  if (refused !== undefined && refused.size > 0) {
    const keys = claimed.filter((c) => refused.has(c.id)).map((c) => c.record.key);
    await tx.exec(
      sql`DELETE FROM ingest_key WHERE sender = ${batch.sender} AND kind = ${batch.kind.kind} AND key = ANY(${keys}::text[])`,
    );
  }
  const mine = new Set(claimed.map((c) => c.id));
  for (const { index, id, record } of judged) {
    const issues = refused?.get(id) ?? conflicts.get(id);
    const open = pending?.get(id);
    batch.results.set(
      index,
      issues !== undefined
        ? { index, key: record.key, status: 'rejected', issues }
        : { index, key: record.key, status: mine.has(id) ? 'accepted' : 'repeated', id, ...(open ? { pending: open } : {}) },
    );
  }
}

/** Records whose keys this transaction holds, and those whose key somebody else has just used for other content, by record id. */
interface Claimed<R extends { key: string }> {
  readonly claimed: readonly Judged<R>[];
  readonly conflicts: ReadonlyMap<string, readonly FieldIssue[]>;
}

/** Claims the keys in this transaction. Of two requests racing with one key one writes; the other is a repeat, or a conflict where its content differs. */
async function claim<R extends { key: string }>(
  tx: Tx,
  { kind, sender }: Batch<R>,
  js: readonly Judged<R>[],
): Promise<Claimed<R>> {
  const n = await bulkInsert(
    tx,
    'ingest_key',
    js.map((j) => ({ sender, kind: kind.kind, key: j.record.key, record_id: j.id, digest: j.digest })),
    'ignore',
  );
  if (n === js.length) return { claimed: js, conflicts: new Map() };
  // Rare: somebody else has just claimed some of them. What this transaction wrote carries its own transaction id.
  const rows = await tx.rows<{ key: string; digest: Buffer; mine: boolean }>(
    sql`SELECT key, digest, xmin = pg_current_xact_id()::xid AS mine FROM ingest_key WHERE sender = ${sender} AND kind = ${kind.kind} AND key = ANY(${js.map((j) => j.record.key)}::text[])`,
  );
  const known = new Map(rows.map((r) => [r.key, r]));
  const lost = js.filter((j) => known.get(j.record.key)?.mine === false);
  return {
    claimed: js.filter((j) => known.get(j.record.key)?.mine === true),
    conflicts: new Map(
      lost.filter((j) => !known.get(j.record.key)!.digest.equals(j.digest)).map((j) => [j.id, [conflict(j.record.key)]]),
    ),
  };
}

/** The error of a body that breaks off after some of its records were kept says so, and lists them. */
function withKept(e: unknown, kept: BatchResult): unknown {
  if (!(e instanceof AppError) || kept.results.length === 0) return e;
  const { accepted, repeated, rejected, results } = kept;
  return new AppError(
    e.code,
    `${e.message}. Before that, ${results.length} records were read: ${accepted} accepted, ${repeated} repeated, ${rejected} rejected; details.results says which`,
    { ...e.details, accepted, repeated, rejected, results },
    { cause: e },
  );
}

function summary<R extends { key: string }>({ results, repeats }: Batch<R>): BatchResult {
  const all = [...results.values()];
  for (const { index, of, key } of repeats) {
    const first = results.get(of);
    if (first === undefined) continue; // its first was not written when the batch broke off
    all.push(
      first.status === 'accepted' || first.status === 'repeated'
        ? { index, key, status: 'repeated', ...(first.id ? { id: first.id } : {}) }
        : { ...first, index },
    );
  }
  all.sort((a, b) => a.index - b.index);
  const count = (s: RecordResult['status']) => all.filter((r) => r.status === s).length;
  return {
    accepted: count('accepted'),
    repeated: count('repeated'),
    rejected: count('rejected'),
    withheld: count('withheld'),
    results: all,
  };
}
