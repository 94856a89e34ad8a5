import { bulkInsert, type Tx } from '@/lib/db';

export interface FeedLine {
  readonly kind:
    | 'lot'
    | 'run'
    | 'measurement'
    | 'spectrum'
    | 'recipe'
    | 'event'
    | 'alert'
    | 'advice'
    | 'model'
    | 'limits'
    | 'hold'
    | 'request';
  readonly text: string;
  readonly detail: Readonly<Record<string, string | number | null>>;
}

/** Notifies the live views of what happened, in the same transaction. */
export async function feed(tx: Tx, lines: readonly FeedLine[]): Promise<void> {
  await bulkInsert(tx, 'feed_event', lines);
}
