import { authenticateKey } from '@/lib/auth';
import { route } from '@/lib/http/route';
import { pipelineStatus } from '@/lib/services/system/status';

export const dynamic = 'force-dynamic';

export const GET = route(async (req) => {
  await authenticateKey(req, Date.now());
  return Response.json(await pipelineStatus());
});
