import { closePool, db, prisma, sql } from '@/lib/db';

/** The live feed and the flow rates are kept this long. */
const FEED_DAYS = 2;
const FLOW_DAYS = 7;

/** Drops what only the live views needed. */
export async function housekeeping(): Promise<void> {
  await db().exec(sql`DELETE FROM feed_event WHERE at < now() - ${FEED_DAYS} * INTERVAL '1 day'`);
  await db().exec(sql`DELETE FROM flow_minute WHERE minute < now() - ${FLOW_DAYS} * INTERVAL '1 day'`);
}

/** Lets go of the database, at the end of a process. */
export async function closeDatabase(): Promise<void> {
  await prisma().$disconnect();
  await closePool();
}
