import { authenticateKey, requireScope } from '@/lib/auth';
import { readJson } from '@/lib/http/body';
import { route } from '@/lib/http/route';
import { requestAdvice } from '@/lib/services/control/advice';

export const dynamic = 'force-dynamic';

export const POST = route(async (req) => {
  const machine = await authenticateKey(req, Date.now());
  requireScope(machine, 'advice');
  return Response.json(await requestAdvice(machine.sender, await readJson(req), Date.now()));
});
