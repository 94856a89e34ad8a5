import { bulkInsert, type Tx } from '@/lib/db';

const FEED = { table: 'feed_event', columns: { kind: 'text', text: 'text', detail: 'jsonb' } } as const;

export interface FeedLine {
  readonly kind: 'lot' | 'run' | 'measurement' | 'spectrum' | 'recipe' | 'event' | 'alert' | 'advice' | 'model' | 'limits';
  readonly text: string;
  readonly detail: Readonly<Record<string, string | number | null>>;
}

/** Says to the live views what happened, in the transaction in which it happened. */
export async function feed(tx: Tx, lines: readonly FeedLine[]): Promise<void> {
  await bulkInsert(tx, FEED, lines);
}
