import { requireActor, requireRole } from '@/lib/auth';
import { AppError } from '@/lib/errors';
import { route } from '@/lib/http/route';
import { previewCsv, uploadCsv } from '@/lib/services/csv';

export const dynamic = 'force-dynamic';

const MAX_BYTES = 40 * 2 ** 20;

/** The upload page's own door: a file with its mapping, to be looked at (`do=preview`) or kept (`do=keep`). A server action takes only 1 MB. */
export const POST = route(async (req) => {
  const actor = await requireActor();
  requireRole(actor, 'engineer');
  const site = req.headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin') throw new AppError('forbidden', 'files are taken from the upload page only');
  if (Number(req.headers.get('content-length') ?? 0) > MAX_BYTES)
    throw new AppError('payload_too_large', 'the file exceeds 40 MB; split it, or send it over the API');
  const form = await req.formData();
  const file = form.get('file');
  if (!(file instanceof File)) throw new AppError('invalid_input', 'file: choose a CSV file');
  const text = await file.text();
  const mapping = mappingOf(form.get('mapping'));
  if (form.get('do') !== 'keep') return Response.json(await previewCsv(text, mapping));
  const mode = form.get('mode') === 'atomic' ? 'atomic' : 'partial';
  return Response.json(await uploadCsv(text, mapping, mode, actor.email, Date.now()));
});

function mappingOf(v: FormDataEntryValue | null): unknown {
  if (typeof v !== 'string' || v === '') return null;
  try {
    return JSON.parse(v);
  } catch (e) {
    throw new AppError('invalid_input', `mapping: is not JSON (${(e as Error).message})`);
  }
}
