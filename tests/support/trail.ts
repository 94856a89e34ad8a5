import { db, type Sql, sql } from '@/lib/db';
import { type AuditRow, auditRows } from '@/lib/services/system/views/audit';

/** The trail of one thing as the page shows it, oldest first. */
export async function trailOf(entity: string, id: string | null): Promise<AuditRow[]> {
  const rows = await auditRows({ actor: null, entity, action: null, id, fromMs: 0, toMs: Date.now() + 60_000 }, null, 1_000);
  return rows.reverse();
}

/** What the database says of a line in `withoutTrail`. */
export const TRAIL_FULL = /^the trail is full$/;

/** Does something while the trail takes no line. @param refused - which lines it refuses; a condition on NEW. */
export async function withoutTrail(work: () => Promise<void>, refused: Sql = sql`true`): Promise<void> {
  await db().exec(sql`CREATE OR REPLACE FUNCTION refuse_line() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'the trail is full'; END $$`);
  await db().exec(
    sql`CREATE TRIGGER refuse_line BEFORE INSERT ON audit_entry FOR EACH ROW WHEN (${refused}) EXECUTE FUNCTION refuse_line()`,
  );
  try {
    await work();
  } finally {
    await db().exec(sql`DROP TRIGGER refuse_line ON audit_entry`);
  }
}

/**
 * A digest of every table's rows, with the transactions that wrote them, by table. Attempts at a password are not in it: they are counted before the
 * password is looked at, whatever becomes of it.
 */
export async function storedRows(): Promise<Record<string, string>> {
  await db().exec(sql`CREATE OR REPLACE FUNCTION stored_rows() RETURNS TABLE (name text, digest text) LANGUAGE plpgsql AS $$
    BEGIN
      FOR name IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
        AND NOT c.relispartition AND c.relname <> 'sign_in_attempt' ORDER BY 1
      LOOP
        EXECUTE format('SELECT count(*) || '' '' || COALESCE(sum(hashtextextended(t.xmin::text || t::text, 0)), 0) FROM %I t', name) INTO digest;
        RETURN NEXT;
      END LOOP;
    END $$`);
  const rows = await db().rows<{ name: string; digest: string }>(sql`SELECT name, digest FROM stored_rows()`);
  return Object.fromEntries(rows.map((r) => [r.name, r.digest]));
}
