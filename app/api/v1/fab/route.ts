import { authenticateKey, senderAs } from '@/lib/auth';
import { readJson } from '@/lib/http/body';
import { route } from '@/lib/http/route';
import { registerFab } from '@/lib/services/fab/register-fab';
import { askedBy, asSent } from '@/lib/services/verb';

export const dynamic = 'force-dynamic';

export const PUT = route(async (req, _context, requestId) => {
  const machine = await authenticateKey(req, Date.now());
  const ctx = askedBy(senderAs(machine, 'fab'), requestId);
  return Response.json(await registerFab(ctx, asSent(await readJson(req, 8 * 2 ** 20))));
});
