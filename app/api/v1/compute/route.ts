import { requireCompute } from '@/lib/auth';
import { route } from '@/lib/http/route';
import { computeList } from '@/lib/services/compute/openapi';

export const dynamic = 'force-dynamic';

export const GET = route(async (req) => {
  await requireCompute(req, Date.now());
  return Response.json(computeList());
});
