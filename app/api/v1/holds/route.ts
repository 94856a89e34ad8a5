import { authenticateKey, requireScope, senderAs } from '@/lib/auth';
import { readJson } from '@/lib/http/body';
import { route } from '@/lib/http/route';
import { holdsForApi, placeFromApi } from '@/lib/services/holds/api';
import { askedBy } from '@/lib/services/verb';

export const dynamic = 'force-dynamic';

export const GET = route(async (req) => {
  const machine = await authenticateKey(req, Date.now());
  requireScope(machine, 'read', 'holds');
  return Response.json({ holds: await holdsForApi(Object.fromEntries(new URL(req.url).searchParams)) });
});

export const POST = route(async (req, _context, requestId) => {
  const machine = await authenticateKey(req, Date.now());
  const ctx = askedBy(senderAs(machine, 'holds'), requestId);
  return Response.json(await placeFromApi(ctx, await readJson(req)));
});
