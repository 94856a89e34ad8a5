import { requireActor } from '@/lib/auth';
import { route } from '@/lib/http/route';
import { allCharts } from '@/lib/services/spc/views/list';
import { tableCsv } from '@/lib/ui/components/table-export';
import { withColumns } from '@/lib/ui/csv';
import { screenFilter } from '../screen-filter';
import { SCREENING_COLUMNS } from '../screening-columns';

export const dynamic = 'force-dynamic';

/** All charts that match the filters of the list, in its order, as CSV. */
export const GET = route(async (req) => {
  const actor = await requireActor();
  const now = Date.now();
  const filter = screenFilter(Object.fromEntries(new URL(req.url).searchParams), now);
  const context = [
    ['exported by', actor.email],
    ['exported', new Date(now).toISOString()],
  ] as const;
  const chunks = allCharts(filter);
  let isFirst = true;
  const body = new ReadableStream<Uint8Array>({
    async pull(to) {
      const { value: rows } = await chunks.next();
      if (rows === undefined) return to.close();
      const text = withColumns(tableCsv(SCREENING_COLUMNS, rows), context);
      to.enqueue(new TextEncoder().encode(isFirst ? text : text.slice(text.indexOf('\r\n') + 2)));
      isFirst = false;
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
  return new Response(body, {
    headers: { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': 'attachment; filename="charts.csv"' },
  });
});
