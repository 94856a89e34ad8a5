import type { z } from 'zod';
import type { Db, Tx } from '@/lib/db';
import type { FieldIssue } from '@/lib/formats/incoming';
import type { CheckContext } from '../master/checks';
import type { Master } from '../master/master';

export interface RecordResult {
  readonly index: number;
  readonly key: string | null;
  readonly status: 'accepted' | 'repeated' | 'rejected' | 'withheld';
  readonly id?: string;
  readonly issues?: readonly FieldIssue[];
  /** Of an accepted record: what it names that has not arrived yet, and what happens when it does. */
  readonly pending?: readonly FieldIssue[];
}

export interface BatchResult {
  readonly accepted: number;
  readonly repeated: number;
  readonly rejected: number;
  /** In an atomic batch with rejections: good records that were not kept. */
  readonly withheld: number;
  readonly results: readonly RecordResult[];
}

/** `partial` keeps the good records of a batch, `atomic` keeps all or none. */
export type BatchMode = 'partial' | 'atomic';

export interface Accepted<R> {
  readonly id: string;
  readonly record: R;
}

/** What storing records revealed, by record id. */
export interface Stored {
  /** Records that passed the checks but could not be kept: their keys stay free. */
  readonly refused?: ReadonlyMap<string, readonly FieldIssue[]>;
  readonly pending?: ReadonlyMap<string, readonly FieldIssue[]>;
}

/** How one kind of record is judged and written; everything else (keys, chunks, results, transactions) is shared. */
export interface IngestKind<R extends { key: string }> {
  readonly kind: string;
  readonly schema: z.ZodType<R>;
  /** What zod cannot check: names, units, clocks, geometry. */
  check(record: R, ctx: CheckContext): FieldIssue[];
  /** Times whose partitions must exist; each is the time of the named field. */
  times(record: R): number[];
  lotOf?(record: R): string;
  /** The record as it is stored, e.g. a unit in the spelling of its parameter. A repeat is distinguished from a conflict in this form. */
  canonical?(record: R, master: Master): R;
  /** What `insert` would refuse of records that passed the checks, by record id. Read only. */
  refusals?(db: Db, records: readonly Accepted<R>[]): Promise<ReadonlyMap<string, readonly FieldIssue[]>>;
  /** Writes the records and their outbox rows; runs in the transaction that claimed their keys. */
  insert(tx: Tx, sender: string, records: readonly Accepted<R>[]): Promise<Stored>;
}
