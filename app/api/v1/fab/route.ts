import { authenticateKey, requireScope } from '@/lib/auth';
import { readJson } from '@/lib/http/body';
import { route } from '@/lib/http/route';
import { registerFab } from '@/lib/services/fab/register-fab';

export const dynamic = 'force-dynamic';

export const PUT = route(async (req) => {
  const machine = await authenticateKey(req, Date.now());
  requireScope(machine, 'fab');
  return Response.json(await registerFab(await readJson(req, 8 * 2 ** 20), machine.sender));
});
