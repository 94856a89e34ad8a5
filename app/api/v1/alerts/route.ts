import { authenticateKey, requireScope } from '@/lib/auth';
import { route } from '@/lib/http/route';
import { listAlerts } from '@/lib/services/alerts/list';

export const dynamic = 'force-dynamic';

export const GET = route(async (req) => {
  const machine = await authenticateKey(req, Date.now());
  requireScope(machine, 'read', 'alerts');
  return Response.json({ alerts: await listAlerts(Object.fromEntries(new URL(req.url).searchParams)) });
});
