import { authenticateKey, senderAs } from '@/lib/auth';
import { route } from '@/lib/http/route';
import { noteHold } from '@/lib/services/holds/verbs';
import { askedBy } from '@/lib/services/verb';

export const dynamic = 'force-dynamic';

export const POST = route<{ params: Promise<{ id: string }> }>(async (req, { params }, requestId) => {
  const machine = await authenticateKey(req, Date.now());
  await noteHold(askedBy(senderAs(machine, 'holds'), requestId), { hold: (await params).id });
  return Response.json({ ok: true });
});
