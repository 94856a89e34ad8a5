import { createHash } from 'node:crypto';
import { bulkInsert, type Tx } from '@/lib/db';
import type { Payload, QueueName } from './jobs';

export interface Work<Q extends QueueName = QueueName> {
  readonly queue: Q;
  readonly payload: Payload<Q>;
  /** Same key, same work: asking twice while it waits asks once. By default the digest of the payload. */
  readonly key?: string;
  readonly notBefore?: Date;
}

/** Asks for work in the transaction that made it necessary; the dispatcher takes it to the queue after the commit. */
export async function enqueueLater(tx: Tx, work: readonly Work[]): Promise<void> {
  await bulkInsert(
    tx,
    'task',
    work.map((w) => ({
      queue: w.queue,
      key: w.key ?? `${w.queue}_${createHash('sha1').update(JSON.stringify(w.payload)).digest('hex')}`,
      payload: w.payload,
      available_at: w.notBefore ?? new Date(0),
    })),
    { key: ['key'], update: [] },
  );
}

/** Splits items into groups of at most `size`, keeping those with the same group key together where they fit. */
export function grouped<T>(items: readonly T[], groupOf: (item: T) => string, size: number): T[][] {
  const byGroup = new Map<string, T[]>();
  for (const item of items) {
    const g = groupOf(item);
    const list = byGroup.get(g);
    if (list === undefined) byGroup.set(g, [item]);
    else list.push(item);
  }
  return [...byGroup.values()].flatMap((list) =>
    Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size)),
  );
}
