import { authenticateKey, requireScope, senderAs } from '@/lib/auth';
import { readJson } from '@/lib/http/body';
import { route } from '@/lib/http/route';
import { saveRuleSet } from '@/lib/services/spc/rules/save';
import { ruleSetsForApi } from '@/lib/services/spc/views/rule-sets';
import { askedBy, asSent } from '@/lib/services/verb';

export const dynamic = 'force-dynamic';

export const GET = route(async (req) => {
  const machine = await authenticateKey(req, Date.now());
  requireScope(machine, 'read', 'charts');
  return Response.json({ ruleSets: await ruleSetsForApi() });
});

/** A body without `set` makes a new one. */
export const POST = route(async (req, _context, requestId) => {
  const machine = await authenticateKey(req, Date.now());
  const ctx = askedBy(senderAs(machine, 'charts'), requestId);
  const sent = await readJson(req);
  const input = typeof sent === 'object' && sent !== null && !('set' in sent) ? { ...sent, set: null, seen: 0 } : sent;
  return Response.json(await saveRuleSet(ctx, asSent(input)));
});
