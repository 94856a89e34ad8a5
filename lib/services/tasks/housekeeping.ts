import { closePool, db, prisma, sql } from '@/lib/db';
import { linkWaiting } from '../ingest/link';
import { foldOldMonths } from '../ingest/partitions';
import { forgetAttempts } from '../settings/sign-in-limits';

/** The live feed and the flow rates are kept this long. */
const FEED_DAYS = 2;
const FLOW_DAYS = 7;
/** The log of deliveries; what still waits stays. */
const DELIVERY_DAYS = 400;

/** Deletes what only the live views needed and deliveries of more than a year ago, links records that missed their run, and folds the small months of old years. */
export async function housekeeping(): Promise<void> {
  await db().exec(sql`DELETE FROM feed_event WHERE at < now() - ${FEED_DAYS} * INTERVAL '1 day'`);
  await db().exec(sql`DELETE FROM worker_process WHERE heard_at < now() - INTERVAL '1 day'`);
  await db().exec(sql`DELETE FROM flow_minute WHERE minute < now() - ${FLOW_DAYS} * INTERVAL '1 day'`);
  await db().exec(
    sql`DELETE FROM notification WHERE created_at < now() - ${DELIVERY_DAYS} * INTERVAL '1 day' AND state NOT IN ('pending', 'held')`,
  );
  await forgetAttempts();
  await linkWaiting();
  await foldOldMonths();
}

/** Closes the database connections at the end of a process. */
export async function closeDatabase(): Promise<void> {
  await prisma().$disconnect();
  await closePool();
}
