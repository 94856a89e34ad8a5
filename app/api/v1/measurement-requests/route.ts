import { authenticateKey, requireScope } from '@/lib/auth';
import { route } from '@/lib/http/route';
import { requestsForApi } from '@/lib/services/alerts/requests-api';

export const dynamic = 'force-dynamic';

export const GET = route(async (req) => {
  const machine = await authenticateKey(req, Date.now());
  requireScope(machine, 'read', 'ingest');
  return Response.json({ requests: await requestsForApi(Object.fromEntries(new URL(req.url).searchParams)) });
});
