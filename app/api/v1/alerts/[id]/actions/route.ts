import { authenticateKey, senderAs } from '@/lib/auth';
import { readJson } from '@/lib/http/body';
import { route } from '@/lib/http/route';
import { actOnAlert } from '@/lib/services/alerts/actions';
import { askedBy, asSent } from '@/lib/services/verb';

export const dynamic = 'force-dynamic';

export const POST = route<{ params: Promise<{ id: string }> }>(async (req, { params }, requestId) => {
  const machine = await authenticateKey(req, Date.now());
  const ctx = askedBy(senderAs(machine, 'alerts'), requestId);
  await actOnAlert(ctx, { alert: (await params).id, seen: null, action: asSent(await readJson(req)) });
  return Response.json({ ok: true });
});
