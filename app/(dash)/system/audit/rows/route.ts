import { requireActor } from '@/lib/auth';
import { route } from '@/lib/http/route';
import { type AuditRow, exportAudit } from '@/lib/services/system/views/audit';
import { askedBy } from '@/lib/services/verb';
import { toCsv } from '@/lib/ui/csv';
import { auditFilter } from '../filter';

export const dynamic = 'force-dynamic';

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

/** All entries that match the filters of the audit page, newest first, as CSV. */
export const GET = route(async (req, _context, requestId) => {
  const ctx = askedBy(await requireActor(), requestId);
  const chunks = await exportAudit(ctx, auditFilter(Object.fromEntries(new URL(req.url).searchParams), ctx.now()));
  let isFirst = true;
  const body = new ReadableStream<Uint8Array>({
    async pull(to) {
      const { value: rows } = await chunks.next();
      if (rows === undefined) return to.close();
      const text = toCsv(HEADER, rows.map(cells));
      to.enqueue(new TextEncoder().encode(isFirst ? text : text.slice(text.indexOf('\r\n') + 2)));
      isFirst = false;
    },
  });
  return new Response(body, {
    headers: { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': 'attachment; filename="audit-trail.csv"' },
  });
});
