import { authenticateKey, requireScope, senderAs } from '@/lib/auth';
import { readJson } from '@/lib/http/body';
import { route } from '@/lib/http/route';
import { saveTemplate } from '@/lib/services/spc/templates/save';
import { templatesForApi } from '@/lib/services/spc/views/templates';
import { askedBy, asSent } from '@/lib/services/verb';

export const dynamic = 'force-dynamic';

export const GET = route(async (req) => {
  const machine = await authenticateKey(req, Date.now());
  requireScope(machine, 'read', 'charts');
  return Response.json({ templates: await templatesForApi() });
});

/** A body without `template` makes a new one. */
export const POST = route(async (req, _context, requestId) => {
  const machine = await authenticateKey(req, Date.now());
  const ctx = askedBy(senderAs(machine, 'charts'), requestId);
  const sent = await readJson(req);
  const input = typeof sent === 'object' && sent !== null && !('template' in sent) ? { ...sent, template: null, seen: 0 } : sent;
  return Response.json(await saveTemplate(ctx, asSent(input)));
});
