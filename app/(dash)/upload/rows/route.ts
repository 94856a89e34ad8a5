import { actorOf } from '@/lib/auth';
import { AppError } from '@/lib/errors';
import { Holding, mediaType, small, wholeBody } from '@/lib/http/bytes';
import { route } from '@/lib/http/route';
import { previewCsv, uploadCsv } from '@/lib/services/ingest/upload';
import { askedBy, asSent } from '@/lib/services/verb';

export const dynamic = 'force-dynamic';

const MAX_BYTES = 40 * 2 ** 20;

/** The upload page's own endpoint: a file with its mapping, to preview (`do=preview`) or store (`do=keep`). A server action takes only 1 MB. */
export const POST = route(async (req, _context, requestId) => {
  const actor = await actorOf(req.headers);
  if (actor === null) throw new AppError('unauthenticated', 'sign in to upload');
  uploadCsv.allow(actor);
  const site = req.headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin') throw new AppError('forbidden', 'files are taken from the upload page only');
  const form = await formOf(req);
  const file = form.get('file');
  if (!(file instanceof File)) throw new AppError('invalid_input', 'file: choose a CSV file');
  const bytes = Buffer.from(await file.arrayBuffer());
  const mapping = asSent(mappingOf(form.get('mapping')));
  const csv = { name: file.name, bytes, headerLine: lineOf(form.get('headerLine')), mapping };
  const ctx = askedBy(actor, requestId);
  if (form.get('do') !== 'keep') return Response.json(await previewCsv(ctx, csv));
  return Response.json(await uploadCsv(ctx, { ...csv, mode: form.get('mode') === 'atomic' ? 'atomic' : 'partial' }));
});

/** @throws AppError `payload_too_large` also for chunked bodies; `invalid_input` when the body is not a form. */
async function formOf(req: Request): Promise<FormData> {
  const holding = new Holding();
  try {
    const bytes = await wholeBody(req, small(MAX_BYTES), holding);
    const type = req.headers.get('content-type') ?? '';
    if (mediaType(req) !== 'multipart/form-data')
      throw new AppError('unsupported_media_type', `content-type "${type}" is not accepted; send the form of the upload page`);
    return await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  } catch (e) {
    if (e instanceof AppError) throw e;
    throw new AppError('invalid_input', 'the body is not a form; choose the file on the upload page', {}, { cause: e });
  } finally {
    holding.release();
  }
}

/** The header line; null: it is searched for. */
function lineOf(v: FormDataEntryValue | null): number | null {
  if (v === null || v === '') return null;
  const n = Number(v);
  if (!Number.isInteger(n) || n < 1)
    throw new AppError('invalid_input', `headerLine: "${String(v)}" is not a line number; lines are counted from 1`, {
      field: 'headerLine',
    });
  return n;
}

function mappingOf(v: FormDataEntryValue | null): unknown {
  if (typeof v !== 'string' || v === '') return null;
  try {
    return JSON.parse(v);
  } catch (e) {
    throw new AppError('invalid_input', `mapping: is not JSON (${(e as Error).message})`);
  }
}
