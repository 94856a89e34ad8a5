import { authenticateKey, senderAs } from '@/lib/auth';
import { readJson } from '@/lib/http/body';
import { readAnswer } from '@/lib/http/read-answer';
import { route } from '@/lib/http/route';
import { createChart } from '@/lib/services/spc/templates/single';
import { askedBy, asSent } from '@/lib/services/verb';

export const dynamic = 'force-dynamic';

export const POST = route(async (req, _context, requestId) => {
  const machine = await authenticateKey(req, Date.now());
  const ctx = askedBy(senderAs(machine, 'charts'), requestId);
  return Response.json(await createChart(ctx, asSent(await readJson(req))), { status: 201 });
});

export const GET = route((req) => readAnswer(req, 'charts'));
