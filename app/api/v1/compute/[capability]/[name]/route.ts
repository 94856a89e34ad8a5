import { requireCompute } from '@/lib/auth';
import { computePool } from '@/lib/compute/pool';
import { readText } from '@/lib/http/body';
import { route } from '@/lib/http/route';

export const dynamic = 'force-dynamic';

const LIMIT_BYTES = 32 * 2 ** 20;

/** Body and result stay text in this process: a thread parses, computes and serialises. */
export const POST = route<{ params: Promise<{ capability: string; name: string }> }>(async (req, { params }) => {
  const sender = await requireCompute(req, Date.now());
  const { capability, name } = await params;
  const { text, milliseconds } = await computePool().run(
    { path: `${capability}/${name}`, text: await readText(req, LIMIT_BYTES) },
    { sender, signal: req.signal },
  );
  return new Response(`{"result":${text},"milliseconds":${milliseconds.toFixed(3)}}`, {
    headers: { 'content-type': 'application/json; charset=utf-8' },
  });
});
