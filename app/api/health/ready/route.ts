import { db, sql } from '@/lib/db';
import { problem } from '@/lib/http/route';

export const dynamic = 'force-dynamic';

/** Ready when the database answers and is migrated. Redis may be away: nothing that a page or a sender needs waits on it. */
export async function GET(): Promise<Response> {
  try {
    await db().one(sql`SELECT 1 FROM task LIMIT 1`);
    return Response.json({ status: 'ready' });
  } catch (e) {
    return problem(e, 'health');
  }
}
