import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AppError } from '@/lib/errors';
import { joined } from '@/lib/formats/turns';

export interface ByteLimits {
  /** Bytes as they come over the wire, and after unzipping. */
  readonly wireBytes: number;
  readonly bytes: number;
  /** A sender that is silent for this long is given up. */
  readonly stallMs: number;
  /** Time that may be spent waiting for the sender in all, plus what its bytes take at the slowest rate that is accepted. */
  readonly waitMs: number;
  readonly slowestBytesPerS: number;
}

export const BYTE_LIMITS: ByteLimits = {
  wireBytes: 512 * 2 ** 20,
  bytes: 2 * 2 ** 30,
  stallMs: 10_000,
  waitMs: 30_000,
  slowestBytesPerS: 16 * 1024,
};

const LET_GO_MS = 10_000;
/** What is read and dropped of a body that is given up: so much, for so long, of a sender whose bytes come at a pace; the first moment is given to all. */
const DRAIN_BYTES = 64 * 2 ** 20;
const DRAIN_MS = 5_000;
const DRAIN_FIRST_MS = 250;
const DRAIN_BYTES_PER_MS = 2 ** 20 / 250;

/** Bytes of bodies that this process holds at a time, all requests together. */
const HELD_LIMIT = 384 * 2 ** 20;
const holder = globalThis as typeof globalThis & { driftlessHeldBytes?: { now: number } };
holder.driftlessHeldBytes ??= { now: 0 };
const held = holder.driftlessHeldBytes;

/**
 * A share in the memory for bodies.
 * @throws AppError `rate_limited` when all bodies together would exceed it.
 */
export class Holding {
  private mine = 0;
  take(bytes: number): void {
    if (held.now + bytes > HELD_LIMIT)
      throw new AppError('rate_limited', 'too many large bodies are being read at once; send again in a few seconds');
    held.now += bytes;
    this.mine += bytes;
  }
  give(bytes: number): void {
    const b = Math.min(bytes, this.mine);
    held.now -= b;
    this.mine -= b;
  }
  release(): void {
    this.give(this.mine);
  }
}

const tooLarge = (bytes: number) => new AppError('payload_too_large', `the body exceeds ${sizeText(bytes)}; send less at a time`);
export const sizeText = (bytes: number): string =>
  bytes >= 2 ** 30
    ? `${+(bytes / 2 ** 30).toFixed(1)} GiB`
    : bytes >= 2 ** 20
      ? `${+(bytes / 2 ** 20).toFixed(1)} MiB`
      : `${Math.round(bytes / 1024)} KiB`;

/** Waits for the next chunk no longer than the sender's allowance; what we take to work on a chunk does not count. */
async function* patiently(source: ReadableStream<Uint8Array>, limits: ByteLimits, stated: number): AsyncGenerator<Buffer> {
  const reader = source.getReader();
  let isWhole = false;
  let waited = 0;
  let total = 0;
  try {
    if (stated > limits.wireBytes) throw tooLarge(limits.wireBytes);
    for (;;) {
      const allowance = limits.waitMs + (1000 * total) / limits.slowestBytesPerS - waited;
      const started = performance.now();
      const { done, value } = await within(reader.read(), Math.min(limits.stallMs, allowance));
      waited += performance.now() - started;
      if (done) {
        isWhole = true;
        return;
      }
      total += value.length;
      if (total > limits.wireBytes) throw tooLarge(limits.wireBytes);
      yield Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
  } finally {
    if (!isWhole) await letGo(reader, stated - total);
  }
}

/**
 * Disconnects a sender that is given up. Bytes already on their way are read and dropped, since a sender that is still writing reads no answer, and closing
 * a connection with unread bytes would lose the answer; the rest is cancelled a moment later.
 * @param left - bytes that are still to come by what the sender stated; of more than is dropped nothing is read.
 */
async function letGo(reader: ReadableStreamDefaultReader<Uint8Array>, left: number): Promise<void> {
  const begun = Date.now();
  const allowance = (dropped: number): number =>
    Math.min(DRAIN_MS, DRAIN_FIRST_MS + dropped / DRAIN_BYTES_PER_MS) - (Date.now() - begun);
  setTimeout(() => reader.cancel().catch(() => undefined), LET_GO_MS).unref(); // the sender may be gone
  try {
    for (let dropped = 0; left <= DRAIN_BYTES && dropped < DRAIN_BYTES && allowance(dropped) > 0; ) {
      const { done, value } = await within(reader.read(), allowance(dropped));
      if (done) return;
      dropped += value.length;
    }
  } catch {
    // nothing more comes in time, or the connection is gone: the answer goes out now
  }
}

function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, refuse) => {
    timer = setTimeout(
      () =>
        refuse(new AppError('time_limit', 'the body comes too slowly or not at all; send it in one go, or in smaller batches')),
      Math.max(0, ms),
    );
  });
  work.catch(() => undefined); // once it is late nobody is waiting for it
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/**
 * The body's bytes, unzipped where the sender says so; every endpoint reads through this.
 * @throws AppError `invalid_input` (no body, cut short, not gzip), `unsupported_media_type`, `payload_too_large`, `time_limit`.
 */
export async function* bodyBytes(req: Request, limits: ByteLimits): AsyncGenerator<Buffer> {
  if (req.body === null) throw new AppError('invalid_input', 'the request has no body');
  // names of codings are the same in any case, and x-gzip is gzip (RFC 9110, 8.4.1)
  const encoding = (req.headers.get('content-encoding') ?? 'identity')
    .trim()
    .toLowerCase()
    .replace(/^x-gzip$/, 'gzip');
  if (!['identity', 'gzip'].includes(encoding))
    throw new AppError('unsupported_media_type', `content-encoding "${encoding}" is not accepted; send gzip or none`);
  const wire = patiently(req.body, limits, Number(req.headers.get('content-length') ?? 0));
  let total = 0;
  try {
    for await (const chunk of encoding === 'gzip' ? unzipped(wire) : wire) {
      total += chunk.length;
      if (total > limits.bytes) throw tooLarge(limits.bytes);
      yield chunk;
    }
  } catch (e) {
    if (e instanceof AppError) throw e;
    const code = (e as { code?: string }).code ?? '';
    if (code.startsWith('Z_'))
      throw new AppError('invalid_input', `the body is not whole gzip data (${code})`, { code }, { cause: e });
    throw new AppError('invalid_input', 'the body ended before it was complete', { code }, { cause: e });
  } finally {
    await wire.return(undefined); // where reading stopped early, the sender is disconnected before the answer
  }
}

/** An error on either side ends both, and is what the reader sees. */
function unzipped(wire: AsyncGenerator<Buffer>): AsyncIterable<Buffer> {
  const gunzip = createGunzip({ chunkSize: 64 * 1024 });
  pipeline(Readable.from(wire, { objectMode: true, highWaterMark: 1 }), gunzip, () => undefined);
  return gunzip;
}

/** A whole body of at most `limits.bytes`, held in the process's share for bodies until `holding` is released. */
export async function wholeBody(req: Request, limits: ByteLimits, holding: Holding): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of bodyBytes(req, limits)) {
    holding.take(chunk.length);
    parts.push(chunk);
  }
  return joined(parts);
}

/** Limits of an endpoint that takes one body of at most `bytes`, zipped or not. */
export const small = (bytes: number): ByteLimits => ({ ...BYTE_LIMITS, wireBytes: bytes, bytes });

/** The content type without its parameters, in lower case. */
export const mediaType = (req: Request): string => (req.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
