import { requireActor, requireRole } from '@/lib/auth';
import { route } from '@/lib/http/route';
import { type AuditRow, auditRows } from '@/lib/services/system/views/audit';
import { toCsv } from '@/lib/ui/csv';
import { auditFilter } from '../filter';

export const dynamic = 'force-dynamic';

const CHUNK = 1_000;
const HEADER = ['id', 'at', 'actor', 'action', 'entity', 'entity_id', 'name', 'reason', 'before', 'after'];

const cells = (r: AuditRow) => [
  r.id,
  new Date(r.atMs).toISOString(),
  r.actor,
  r.action,
  r.entity,
  r.entityId,
  r.name,
  r.reason,
  r.before,
  r.after,
];

/** The entries that the audit page's filters choose, all of them, newest first, as CSV. */
export const GET = route(async (req) => {
  requireRole(await requireActor(), 'engineer');
  const filter = auditFilter(Object.fromEntries(new URL(req.url).searchParams), Date.now());
  let below: number | null = null;
  let isFirst = true;
  const body = new ReadableStream<Uint8Array>({
    async pull(to) {
      const rows = await auditRows(filter, below, CHUNK);
      const text = toCsv(HEADER, rows.map(cells));
      to.enqueue(new TextEncoder().encode(isFirst ? text : text.slice(text.indexOf('\r\n') + 2)));
      isFirst = false;
      below = rows.at(-1)?.id ?? null;
      if (rows.length < CHUNK) to.close();
    },
  });
  return new Response(body, {
    headers: { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': 'attachment; filename="audit-trail.csv"' },
  });
});
