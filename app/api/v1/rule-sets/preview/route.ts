import { authenticateKey, senderAs } from '@/lib/auth';
import { readJson } from '@/lib/http/body';
import { route } from '@/lib/http/route';
import { previewRuleSet } from '@/lib/services/spc/rules/preview';
import { askedBy, asSent } from '@/lib/services/verb';

export const dynamic = 'force-dynamic';

export const POST = route(async (req, _context, requestId) => {
  const machine = await authenticateKey(req, Date.now());
  const ctx = askedBy(senderAs(machine, 'charts'), requestId);
  const sent = await readJson(req);
  const input = typeof sent === 'object' && sent !== null && !('set' in sent) ? { ...sent, set: null } : sent;
  return Response.json(await previewRuleSet(ctx, asSent(input)));
});
