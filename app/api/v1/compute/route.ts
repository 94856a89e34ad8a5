import { requireCompute } from '@/lib/auth';
import { computeList } from '@/lib/compute/openapi';
import { route } from '@/lib/http/route';

export const dynamic = 'force-dynamic';

export const GET = route(async (req) => {
  await requireCompute(req, Date.now());
  return Response.json(computeList());
});
