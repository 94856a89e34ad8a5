import { db, sql } from '@/lib/db';
import { type RequestLine, requestLines } from './life';

/** Requests for measurements in a state: open ones by their time, others newest first. */
export async function requestList(
  state: 'open' | 'fulfilled' | 'withdrawn' | 'all',
  limit: number,
): Promise<{ rows: RequestLine[]; total: number }> {
  const which = state === 'all' ? sql`true` : sql`r.state = ${state}`;
  const [rows, count] = await Promise.all([
    requestLines(which, limit),
    db().one<{ n: number }>(sql`SELECT count(*)::int AS n FROM measurement_request r WHERE ${which}`),
  ]);
  return { rows, total: count!.n };
}
