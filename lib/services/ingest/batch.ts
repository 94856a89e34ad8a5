import type { FieldIssue } from '@/lib/formats/incoming';
import type { Accepted, IngestKind, RecordResult } from './types';

export interface Judged<R> extends Accepted<R> {
  readonly index: number;
  readonly digest: Buffer;
}

/** A batch in progress: its sender, the results so far, and the keys it has used. */
export interface Batch<R extends { key: string }> {
  readonly kind: IngestKind<R>;
  readonly sender: string;
  readonly now: number;
  readonly results: Map<number, RecordResult>;
  readonly keys: Map<string, { readonly index: number; readonly digest: Buffer }>;
  readonly repeats: { readonly index: number; readonly of: number; readonly key: string }[];
  /** Read only: nothing is kept and no partition is made. */
  readonly isTrial: boolean;
  /** Time partitions that this batch has opened, or would open. */
  readonly opened: Set<string>;
}

export const conflict = (key: string): FieldIssue => ({
  path: 'key',
  code: 'conflict',
  message: `key "${key}" was used before for a record with other content; records are not changed in place: send a correction under a new key`,
});
