import { authenticateKey, requireScope } from '@/lib/auth';
import { AppError } from '@/lib/errors';
import { withBody } from '@/lib/http/body';
import { askedMode } from '@/lib/http/query';
import { readAnswer } from '@/lib/http/read-answer';
import { route } from '@/lib/http/route';
import { type BatchMode, INGEST_KINDS, type IngestKind, type IngestKindName, ingestBatch } from '@/lib/services/ingest';

export const dynamic = 'force-dynamic';

const isSent = (k: string): k is IngestKindName => Object.hasOwn(INGEST_KINDS, k);

/** 200 when everything was kept or was a repeat, 207 when some were rejected, 422 when nothing was kept. */
export const POST = route<{ params: Promise<{ kind: string }> }>(async (req, { params }) => {
  const { kind } = await params;
  if (!isSent(kind))
    throw new AppError(
      'not_found',
      `there is no collection "${kind.slice(0, 60)}"; those that can be sent are ${Object.keys(INGEST_KINDS).join(', ')}`,
    );
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

export const GET = route<{ params: Promise<{ kind: string }> }>(async (req, { params }) => readAnswer(req, (await params).kind));
