import { requireActor } from '@/lib/auth';
import { route } from '@/lib/http/route';
import { logChunks } from '@/lib/services/notify/views/log';
import { tableCsv } from '@/lib/ui/components/table-export';
import { LOG_COLUMNS } from '../columns';
import { logFilter } from '../filter';

export const dynamic = 'force-dynamic';

/** All messages that match the filters of the log, newest first, as CSV. */
export const GET = route(async (req) => {
  await requireActor();
  const chunks = logChunks(logFilter(Object.fromEntries(new URL(req.url).searchParams), Date.now()));
  let isFirst = true;
  const body = new ReadableStream<Uint8Array>({
    async pull(to) {
      const { value: rows } = await chunks.next();
      if (rows === undefined) return to.close();
      const text = tableCsv(LOG_COLUMNS, rows);
      to.enqueue(new TextEncoder().encode(isFirst ? text : text.slice(text.indexOf('\r\n') + 2)));
      isFirst = false;
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
  return new Response(body, {
    headers: { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': 'attachment; filename="deliveries.csv"' },
  });
});
