import { AppError } from '@/lib/errors';
import type { Incoming } from '@/lib/formats/incoming';
import { MAX_BATCH } from '@/lib/formats/wire';

/** Records and bytes per transaction: large enough to amortise the statements, small enough that a chunk's memory stays below a few MB. */
const CHUNK = 250;
const CHUNK_BYTES = 8 * 2 ** 20;

/** The records of a batch in chunks, as they arrive. @throws AppError `payload_too_large` above the record limit of a batch. */
export async function* chunks(
  incoming: AsyncIterable<Incoming>,
): AsyncGenerator<{ start: number; chunk: Incoming[]; bytes: number }> {
  let chunk: Incoming[] = [];
  let start = 0;
  let bytes = 0;
  for await (const one of incoming) {
    if (start + chunk.length >= MAX_BATCH)
      throw new AppError('payload_too_large', `a batch holds at most ${MAX_BATCH} records; send the rest in another one`);
    chunk.push(one);
    bytes += one.bytes;
    if (chunk.length === CHUNK || bytes >= CHUNK_BYTES) {
      yield { start, chunk, bytes };
      start += chunk.length;
      chunk = [];
      bytes = 0;
    }
  }
  if (chunk.length > 0) yield { start, chunk, bytes };
}
