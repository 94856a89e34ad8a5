import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AppError } from '@/lib/errors';
import type { Incoming } from '@/lib/formats/incoming';

/** Limits of one request. A line bounds what is held at a time; the whole bounds how long one request can go on. */
export const BODY_LIMITS = { jsonBytes: 64 * 2 ** 20, lineBytes: 16 * 2 ** 20, totalBytes: 2 * 2 ** 30 } as const;

const fault = (message: string): Incoming => ({ fault: { path: '', code: 'invalid_input', message } });

/** The body's bytes, unzipped where the sender says so. Errors of the stream become {@link AppError}s. */
async function* bytes(req: Request): AsyncGenerator<Buffer> {
  if (req.body === null)
    throw new AppError('invalid_input', 'the request has no body; send one record, a batch, or NDJSON lines');
  const encoding = req.headers.get('content-encoding') ?? 'identity';
  if (!['identity', 'gzip'].includes(encoding))
    throw new AppError('unsupported_media_type', `content-encoding "${encoding}" is not accepted; send gzip or none`);
  const raw = Readable.fromWeb(req.body as Parameters<typeof Readable.fromWeb>[0]);
  const stream = encoding === 'gzip' ? raw.compose(createGunzip()) : raw;
  let total = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      total += chunk.length;
      if (total > BODY_LIMITS.totalBytes)
        throw new AppError('payload_too_large', 'the body exceeds 2 GiB unzipped; send smaller batches');
      yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
    }
  } catch (e) {
    if (e instanceof AppError) throw e;
    const code = (e as { code?: string }).code ?? '';
    if (code.startsWith('Z_')) throw new AppError('invalid_input', 'the body is not valid gzip', { code }, { cause: e });
    throw new AppError('invalid_input', 'the body ended before it was complete', { code }, { cause: e });
  }
}

/** NDJSON: one record a line, blank lines skipped. A line that is not JSON is that record's fault alone. */
async function* lines(source: AsyncIterable<Buffer>): AsyncGenerator<Incoming> {
  let parts: Buffer[] = [];
  let held = 0;
  const take = (last: Buffer): Incoming | null => {
    const text = (parts.length === 0 ? last : Buffer.concat([...parts, last])).toString('utf8').trim();
    parts = [];
    held = 0;
    return text === '' ? null : parse(text);
  };
  for await (const chunk of source) {
    let from = 0;
    for (let nl = chunk.indexOf(10); nl >= 0; nl = chunk.indexOf(10, from)) {
      const one = take(chunk.subarray(from, nl));
      if (one !== null) yield one;
      from = nl + 1;
    }
    if (from < chunk.length) {
      parts.push(chunk.subarray(from));
      held += chunk.length - from;
      if (held > BODY_LIMITS.lineBytes)
        throw new AppError('payload_too_large', 'a line exceeds 16 MiB; send shorter traces or packed samples');
    }
  }
  const last = take(Buffer.alloc(0));
  if (last !== null) yield last;
}

function parse(text: string): Incoming {
  try {
    return { value: JSON.parse(text) };
  } catch (e) {
    return fault(
      `not JSON (${(e as Error).message}); NaN and Infinity are not JSON numbers: send null where nothing was measured`,
    );
  }
}

export interface ParsedBody {
  readonly records: AsyncIterable<Incoming>;
  /** Set in the JSON form of a batch; NDJSON says it in the query. */
  readonly mode: 'partial' | 'atomic' | null;
}

/** One record, `{mode?, records: [...]}`, a bare array, or NDJSON. */
export async function readBody(req: Request): Promise<ParsedBody> {
  const type = (req.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
  if (type === 'application/x-ndjson' || type === 'application/ndjson') return { records: lines(bytes(req)), mode: null };
  if (type !== 'application/json')
    throw new AppError(
      'unsupported_media_type',
      `content-type "${type}" is not accepted; send application/json or application/x-ndjson`,
    );
  const declared = Number(req.headers.get('content-length') ?? 0);
  const tooLarge = () =>
    new AppError('payload_too_large', 'a JSON body holds at most 64 MiB; send NDJSON for more, it is streamed');
  if (declared > BODY_LIMITS.jsonBytes) throw tooLarge();
  const parts: Buffer[] = [];
  let total = 0;
  for await (const chunk of bytes(req)) {
    total += chunk.length;
    if (total > BODY_LIMITS.jsonBytes) throw tooLarge();
    parts.push(chunk);
  }
  const whole = parse(Buffer.concat(parts).toString('utf8'));
  if ('fault' in whole) throw new AppError('invalid_input', `the body is ${whole.fault.message}`);
  return spread(whole.value);
}

async function* each(values: readonly unknown[]): AsyncGenerator<Incoming> {
  for (const value of values) yield { value };
}

function spread(value: unknown): ParsedBody {
  if (Array.isArray(value)) return { records: each(value), mode: null };
  if (typeof value === 'object' && value !== null && 'records' in value) {
    const { records, mode, ...rest } = value as { records: unknown; mode?: unknown };
    if (!Array.isArray(records)) throw new AppError('invalid_input', 'records must be an array');
    if (mode !== undefined && mode !== 'partial' && mode !== 'atomic')
      throw new AppError('invalid_input', 'mode must be "partial" or "atomic"');
    const unknown = Object.keys(rest)[0];
    if (unknown !== undefined)
      throw new AppError('invalid_input', `unknown field "${unknown}" beside records; accepted: mode, records`);
    return { records: each(records), mode: mode ?? null };
  }
  return { records: each([value]), mode: null };
}
