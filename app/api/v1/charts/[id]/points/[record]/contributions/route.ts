import { contributionsCsv } from '@/app/(dash)/contributions.prepare';
import { authenticateKey, requireScope } from '@/lib/auth';
import { AppError } from '@/lib/errors';
import { route } from '@/lib/http/route';
import { pointContributions } from '@/lib/services/spc/views/contributions';

export const dynamic = 'force-dynamic';

/** What each variable of a point has to do with where it stands, as JSON or CSV. */
export const GET = route<{ params: Promise<{ id: string; record: string }> }>(async (req, { params }) => {
  requireScope(await authenticateKey(req, Date.now()), 'read');
  const format = new URL(req.url).searchParams.get('format') ?? 'json';
  if (format !== 'json' && format !== 'csv')
    throw new AppError('invalid_input', `format is json or csv, not "${format.slice(0, 40)}"`, { field: 'format' });
  const { id, record } = await params;
  const found = await pointContributions(id, record);
  if (found === null)
    throw new AppError('not_found', 'there is no such point, or its chart is of one value and has no contributions');
  const { atMs, runId, slot, ...rest } = found;
  if (format === 'json')
    return Response.json({ ...rest, at: new Date(atMs).toISOString(), run: runId, slot: slot === 0 ? null : slot });
  return new Response(contributionsCsv(found), {
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="contributions-${found.record}.csv"`,
    },
  });
});
