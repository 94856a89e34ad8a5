import { authenticateKey, senderAs } from '@/lib/auth';
import { readJson } from '@/lib/http/body';
import { route } from '@/lib/http/route';
import { releaseReason } from '@/lib/services/holds/api';
import { releaseOf } from '@/lib/services/holds/verbs';
import { askedBy } from '@/lib/services/verb';

export const dynamic = 'force-dynamic';

export const POST = route<{ params: Promise<{ id: string }> }>(async (req, { params }, requestId) => {
  const machine = await authenticateKey(req, Date.now());
  const ctx = askedBy(senderAs(machine, 'holds'), requestId);
  const { id: hold } = await params;
  const release = await releaseOf(hold);
  await release(ctx, { hold, reason: releaseReason(await readJson(req)) });
  return Response.json({ ok: true });
});
