import { Readable } from 'node:stream';
import { authenticateKey, requireScope } from '@/lib/auth';
import { AppError } from '@/lib/errors';
import { withBody } from '@/lib/http/body';
import { askedMode } from '@/lib/http/query';
import { route } from '@/lib/http/route';
import { type BatchMode, INGEST_KINDS, type IngestKind, type IngestKindName, ingestBatch } from '@/lib/services/ingest';

import { collectionNames, isCollection, readCollection } from '@/lib/services/reading/read';

export const dynamic = 'force-dynamic';

const isSent = (k: string): k is IngestKindName => Object.hasOwn(INGEST_KINDS, k);

const noSuch = (kind: string, done: string, names: readonly string[]): AppError =>
  new AppError('not_found', `there is no collection "${kind.slice(0, 60)}"; those that can be ${done} are ${names.join(', ')}`);

/** 200 when everything was kept or was a repeat, 207 when some were rejected, 422 when nothing was kept. */
export const POST = route<{ params: Promise<{ kind: string }> }>(async (req, { params }) => {
  const { kind } = await params;
  if (!isSent(kind)) throw noSuch(kind, 'sent', Object.keys(INGEST_KINDS));
  const machine = await authenticateKey(req, Date.now());
  requireScope(machine, kind === 'truth' ? 'truth' : 'ingest');
  const asked = askedMode(req);
  return withBody(req, async (body) => {
    const mode: BatchMode = body.mode ?? asked ?? 'partial';
    const result = await ingestBatch(
      INGEST_KINDS[kind] as IngestKind<{ key: string }>,
      machine.sender,
      body.records,
      mode,
      Date.now(),
    );
    if (result.results.length === 0) throw new AppError('invalid_input', 'the batch holds no record');
    const kept = result.accepted + result.repeated;
    return Response.json(result, { status: result.rejected === 0 ? 200 : kept === 0 || mode === 'atomic' ? 422 : 207 });
  });
});

/** A page of JSON, or a file of records; a file that cannot be read to its end is cut off, so that no reader takes it for whole. */
export const GET = route<{ params: Promise<{ kind: string }> }>(async (req, { params }) => {
  const { kind } = await params;
  const machine = await authenticateKey(req, Date.now());
  requireScope(machine, 'read', ...(kind === 'alerts' ? (['alerts'] as const) : []));
  if (!isCollection(kind)) throw noSuch(kind, 'read', collectionNames());
  const url = new URL(req.url);
  const { bytes, contentType, fileName, next } = await readCollection(kind, url.searchParams, req.headers.get('accept'));
  const headers: Record<string, string> = { 'content-type': contentType };
  if (fileName !== null) headers['content-disposition'] = `attachment; filename="${fileName}"`;
  if (next !== null) {
    url.searchParams.set('after', next);
    headers['link'] = `<${url.pathname}${url.search}>; rel="next"`;
  }
  return new Response(Readable.toWeb(Readable.from(bytes, { objectMode: false })) as unknown as ReadableStream, { headers });
});
