import { authenticateKey, requireScope } from '@/lib/auth';
import { readJson } from '@/lib/http/body';
import { route } from '@/lib/http/route';
import { actOnAlert } from '@/lib/services/alerts/actions';

export const dynamic = 'force-dynamic';

export const POST = route<{ params: Promise<{ id: string }> }>(async (req, { params }) => {
  const machine = await authenticateKey(req, Date.now());
  requireScope(machine, 'alerts');
  await actOnAlert((await params).id, null, await readJson(req), { email: machine.sender });
  return Response.json({ ok: true });
});
