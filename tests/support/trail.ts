import { type AuditRow, auditRows } from '@/lib/services/system/views/audit';

/** The trail of one thing as the page shows it, oldest first. */
export async function trailOf(entity: string, id: string | null): Promise<AuditRow[]> {
  const rows = await auditRows({ actor: null, entity, action: null, id, fromMs: 0, toMs: Date.now() + 60_000 }, null, 1_000);
  return rows.reverse();
}
