import { requireActor } from '@/lib/auth';
import { route } from '@/lib/http/route';
import { spcChart } from '@/lib/services/spc/views/chart';
import { allPoints } from '@/lib/services/spc/views/chart-points';
import { controlChartCsv } from '@/lib/ui/charts/control-chart.text';
import { fileName, withColumns } from '@/lib/ui/csv';
import { chartRequest } from '../answer';
import { chartInput } from '../chart-input';

export const dynamic = 'force-dynamic';

/** All points of a window of a chart as CSV, in bounded memory. */
export const GET = route<{ params: Promise<{ id: string }> }>(async (req, context) => {
  const actor = await requireActor();
  const { id, fromMs, toMs } = await chartRequest(req, context);
  const view = { ...(await spcChart(id, fromMs, toMs, true)), marks: null };
  const { chart } = view;
  const columns = [
    ['exported by', actor.email],
    ['chart', chart.title],
    ['product', chart.product ?? ''],
    ['operation', chart.operation],
    ['parameter', chart.parameter],
    ['unit', chart.unit],
    ['exported', new Date().toISOString()],
  ] as const;
  const chunks = allPoints(chart.id, fromMs, toMs);
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(to) {
      const { value: points } = await chunks.next();
      if (points === undefined) return to.close();
      const text = withColumns(controlChartCsv(chartInput({ ...view, points }), sent), columns);
      to.enqueue(new TextEncoder().encode(sent === 0 ? text : text.slice(text.indexOf('\r\n') + 2)));
      sent += points.at.length;
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
  const name = fileName(chart.title, 'csv').replaceAll(/[^\x20-\x7e]|["\\]/g, '_');
  return new Response(body, {
    headers: { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': `attachment; filename="${name}"` },
  });
});
