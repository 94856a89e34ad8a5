import { requireActor } from '@/lib/auth';
import { route } from '@/lib/http/route';
import { spectraExport } from '@/lib/services/spectra/views/curves';
import { fileName, toCsv } from '@/lib/ui/csv';
import { waferName } from '@/lib/ui/links';

export const dynamic = 'force-dynamic';

/** All spectra of a wafer as CSV, one measured value per line. */
export const GET = route(async (_req, { params }: { params: Promise<{ id: string }> }) => {
  await requireActor();
  const data = await spectraExport((await params).id);
  const name = fileName(`spectra ${waferName(data.lot, data.slot)} ${data.recipe}`, 'csv');
  return new Response(toCsv(data.header, [...data.rows]), {
    headers: { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': `attachment; filename="${name}"` },
  });
});
