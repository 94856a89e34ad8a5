import { AppError } from '@/lib/errors';
import type { Incoming } from '@/lib/formats/incoming';
import { joined, Turns } from '@/lib/formats/turns';
import { MAX_BATCH } from '@/lib/formats/wire';
import { BYTE_LIMITS, type ByteLimits, bodyBytes, Holding, mediaType, sizeText, small, wholeBody } from './bytes';
import { checkSize, type JsonLimits, type Member, members, parseJson, RECORD_LIMITS, utf8, withoutBom } from './json-text';

export interface BodyLimits {
  /** A JSON body is read whole, NDJSON as a stream: a line bounds what is held at a time. */
  readonly json: ByteLimits;
  readonly stream: ByteLimits;
  readonly lineBytes: number;
  readonly records: number;
  /** Lines without a record. */
  readonly blankLines: number;
  readonly record: JsonLimits;
}

export const BODY_LIMITS: BodyLimits = {
  json: small(64 * 2 ** 20),
  stream: BYTE_LIMITS,
  lineBytes: 16 * 2 ** 20,
  records: MAX_BATCH,
  blankLines: 1_000,
  record: RECORD_LIMITS,
};

const fault = (e: AppError): Incoming => ({ fault: { path: '', code: e.code, message: e.message }, bytes: 0 });
const tooMany = (limits: BodyLimits) => `a batch holds at most ${limits.records} records; send the rest in another one`;

/** A record's text as a record, or what is wrong with it: the fault of this record alone. */
async function incoming(text: Buffer, limits: BodyLimits): Promise<Incoming> {
  try {
    await checkSize(text, limits.record, 'the record');
    return { value: parseJson(text), bytes: text.length };
  } catch (e) {
    if (e instanceof AppError) return fault(e);
    throw e;
  }
}

/** NDJSON: one record a line, blank lines skipped. A line that is not JSON is that record's fault alone. */
async function* lines(source: AsyncIterable<Buffer>, limits: BodyLimits, holding: Holding): AsyncGenerator<Incoming> {
  let parts: Buffer[] = [];
  let size = 0;
  let records = 0;
  let blank = 0;
  let isFirst = true;
  const turns = new Turns();
  const whole = async (last: Buffer): Promise<Buffer | null> => {
    const text = parts.length === 0 ? last : await joined([...parts, last]);
    const line = isFirst ? withoutBom(text) : text;
    isFirst = false;
    parts = [];
    holding.give(size);
    size = 0;
    if (!isBlank(line)) {
      if (++records > limits.records) throw new AppError('payload_too_large', tooMany(limits));
      return line;
    }
    if (++blank > limits.blankLines)
      throw new AppError('invalid_input', `the body holds more than ${limits.blankLines} empty lines; send one record a line`);
    return null;
  };
  for await (const chunk of source) {
    let from = 0;
    for (let nl = chunk.indexOf(10); nl >= 0; nl = chunk.indexOf(10, from)) {
      const line = await whole(chunk.subarray(from, nl));
      if (line !== null) yield await incoming(line, limits);
      from = nl + 1;
      await turns.pause();
    }
    if (from < chunk.length) {
      holding.take(chunk.length - from);
      parts.push(Buffer.from(chunk.subarray(from)));
      size += chunk.length - from;
      if (size > limits.lineBytes)
        throw new AppError(
          'payload_too_large',
          `a line exceeds ${sizeText(limits.lineBytes)}; send shorter traces or packed samples`,
        );
    }
    await turns.pause();
  }
  const last = await whole(Buffer.alloc(0));
  if (last !== null) yield await incoming(last, limits);
}

const isBlank = (line: Buffer): boolean => {
  for (const b of line) if (b !== 32 && b !== 9 && b !== 13) return false;
  return true;
};

export interface ParsedBody {
  readonly records: AsyncIterable<Incoming>;
  /** Set in the JSON form of a batch; NDJSON says it in the query. */
  readonly mode: 'partial' | 'atomic' | null;
}

/**
 * One record, `{mode?, records: [...]}`, a bare array, or NDJSON; `use` gets its records, whose memory is given back when it ends.
 * JSON is read whole and refused whole when any of it is no JSON; NDJSON is a stream.
 * @throws AppError `unsupported_media_type`, `payload_too_large`, `invalid_input`, `time_limit`, `rate_limited`.
 */
export async function withBody<T>(
  req: Request,
  use: (body: ParsedBody) => Promise<T>,
  limits: BodyLimits = BODY_LIMITS,
): Promise<T> {
  const type = mediaType(req);
  const isStream = type === 'application/x-ndjson' || type === 'application/ndjson';
  if (!isStream && type !== 'application/json')
    throw new AppError(
      'unsupported_media_type',
      `content-type "${type}" is not accepted; send application/json or application/x-ndjson`,
    );
  const holding = new Holding();
  try {
    if (isStream) return await use({ records: lines(bodyBytes(req, limits.stream), limits, holding), mode: null });
    return await use(await batch(withoutBom(await wholeBody(req, limits.json, holding)), limits));
  } finally {
    holding.release();
  }
}

async function* each(values: readonly Incoming[]): AsyncGenerator<Incoming> {
  for (const value of values) yield value;
}

/** The records of a JSON body, parsed one after the other with pauses. */
async function batch(text: Buffer, limits: BodyLimits): Promise<ParsedBody> {
  const frame = await frameOf(text, limits);
  if (frame === null) return { records: each([{ value: await parsedRecord(text, limits), bytes: text.length }]), mode: null };
  const out: Incoming[] = [];
  const turns = new Turns();
  for (const m of frame.records) {
    checkLength(m.to - m.from, limits);
    out.push({ value: bodyJson(text.subarray(m.from, m.to)), bytes: m.to - m.from });
    await turns.pause();
  }
  return { records: each(out), mode: frame.mode };
}

const checkLength = (bytes: number, limits: BodyLimits): void => {
  if (bytes > limits.lineBytes)
    throw new AppError(
      'payload_too_large',
      `a record exceeds ${sizeText(limits.lineBytes)}; send shorter traces or packed samples`,
    );
};

async function parsedRecord(text: Buffer, limits: BodyLimits): Promise<unknown> {
  checkLength(text.length, limits);
  await checkSize(text, limits.record, 'the record');
  return bodyJson(text);
}

function bodyJson(text: Buffer): unknown {
  try {
    return parseJson(text);
  } catch (e) {
    if (!(e instanceof AppError)) throw e;
    throw new AppError(e.code, `the body is ${e.message.replace(/^the text is /, '')}`, e.details, { cause: e });
  }
}

/** Where the records of a batch stand in its text; null when the body is one record. */
async function frameOf(
  text: Buffer,
  limits: BodyLimits,
): Promise<{ mode: ParsedBody['mode']; records: readonly Member[] } | null> {
  if (firstByte(text) === 91)
    return { mode: null, records: (await members(text, limits.record, limits.records, tooMany(limits)))!.members };
  // The outer object's own members are few; the one that holds the records is cut further and has its limits there.
  const outer = await members(
    text,
    { ...limits.record, values: Number.POSITIVE_INFINITY, containers: Number.POSITIVE_INFINITY },
    1_000,
    'the object has more than 1000 members',
  );
  const list = outer?.members.filter((m) => m.key === 'records') ?? [];
  if (outer === null || list.length === 0) return null;
  if (list.length > 1) throw new AppError('invalid_input', 'records is sent twice');
  const unknown = outer.members.find((m) => m.key !== 'records' && m.key !== 'mode')?.key;
  if (unknown !== undefined)
    throw new AppError('invalid_input', `unknown field "${unknown}" beside records; accepted: mode, records`);
  const said = outer.members.find((m) => m.key === 'mode');
  const mode = said === undefined ? null : bodyJson(text.subarray(said.from, said.to));
  if (mode !== null && mode !== 'partial' && mode !== 'atomic')
    throw new AppError('invalid_input', 'mode must be "partial" or "atomic"');
  const inner = text.subarray(list[0]!.from, list[0]!.to);
  const records = firstByte(inner) === 91 ? await members(inner, limits.record, limits.records, tooMany(limits)) : null;
  if (records === null) throw new AppError('invalid_input', 'records must be an array');
  const shift = list[0]!.from;
  return { mode, records: records.members.map((m) => ({ key: null, from: m.from + shift, to: m.to + shift })) };
}

const firstByte = (text: Buffer): number | undefined => text.find((b) => b !== 32 && b !== 9 && b !== 10 && b !== 13);

/**
 * A request's JSON body, at most 1 MiB unless said otherwise.
 * @throws AppError as {@link withBody}.
 */
export async function readJson(req: Request, limitBytes = 2 ** 20): Promise<unknown> {
  const holding = new Holding();
  try {
    const text = withoutBom(await wholeBody(req, small(limitBytes), holding));
    await checkSize(text, RECORD_LIMITS, 'the body');
    return bodyJson(text);
  } finally {
    holding.release();
  }
}

/** Lists and values of a computation's input: its thread reads it, but its memory is bounded here. */
const COMPUTE_LIMITS: JsonLimits = { depth: 32, values: 8_000_000, containers: 1_100_000 };

/**
 * A request's JSON body as text, at most `limitBytes`, for those who parse it elsewhere.
 * @throws AppError as {@link withBody}.
 */
export async function readText(req: Request, limitBytes: number): Promise<string> {
  const type = mediaType(req);
  if (type !== 'application/json')
    throw new AppError('unsupported_media_type', `content-type "${type}" is not accepted; send application/json`);
  const holding = new Holding();
  try {
    const text = withoutBom(await wholeBody(req, small(limitBytes), holding));
    await checkSize(text, COMPUTE_LIMITS, 'the input');
    return utf8(text);
  } finally {
    holding.release();
  }
}
