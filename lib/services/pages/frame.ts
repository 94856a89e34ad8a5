import { db, sql } from '@/lib/db';

/** Number of alerts that are not closed. */
export async function openAlertCount(): Promise<number> {
  return (await db().one<{ n: number }>(sql`SELECT count(*)::int AS n FROM alert WHERE state = 'open'`))!.n;
}

/** The fab's name as registered; empty before that. */
export async function fabName(): Promise<string> {
  const row = await db().one<{ name: string | null }>(
    sql`SELECT entity_id AS name FROM audit_entry WHERE entity = 'fab' AND action = 'register' ORDER BY id DESC LIMIT 1`,
  );
  return row?.name ?? '';
}
