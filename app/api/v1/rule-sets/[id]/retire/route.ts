import { authenticateKey, senderAs } from '@/lib/auth';
import { readJson } from '@/lib/http/body';
import { route } from '@/lib/http/route';
import { retireRuleSet } from '@/lib/services/spc/rules/save';
import { askedBy, asSent } from '@/lib/services/verb';

export const dynamic = 'force-dynamic';

export const POST = route<{ params: Promise<{ id: string }> }>(async (req, { params }, requestId) => {
  const machine = await authenticateKey(req, Date.now());
  const ctx = askedBy(senderAs(machine, 'charts'), requestId);
  const sent = await readJson(req);
  const input = asSent({ ...(sent as object), set: (await params).id });
  await retireRuleSet(ctx, input);
  return Response.json({ ok: true });
});
