import { AppError } from '@/lib/errors';
import { Turns } from '@/lib/formats/turns';

/** What one JSON text may hold, so that reading it neither blocks the process nor fills its memory. */
export interface JsonLimits {
  readonly depth: number;
  /** Values, counted by their separators: numbers cost most to read. */
  readonly values: number;
  readonly containers: number;
}

/** One record, or one small document: some 50 ms of reading at most. */
export const RECORD_LIMITS: JsonLimits = { depth: 32, values: 200_000, containers: 20_000 };

/** Other work gets its turn after this many bytes. */
export const STEP_BYTES = 256 * 1024;

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const COLON = 58;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** Walks over JSON text byte by byte and keeps count; it judges sizes, not grammar, which the parser does afterwards. */
export class JsonCounter {
  depth = 0;
  inString = false;
  private escaped = false;
  private values = 0;
  private containers = 0;

  constructor(
    private readonly limits: JsonLimits,
    private readonly what: string,
  ) {}

  /** Starts the counts anew (a new record); the depth stays. */
  reset(): void {
    this.values = 0;
    this.containers = 0;
  }

  /** @throws AppError `invalid_input` beyond a limit. */
  step(byte: number): void {
    if (this.inString) {
      if (this.escaped) this.escaped = false;
      else if (byte === BACKSLASH) this.escaped = true;
      else if (byte === QUOTE) this.inString = false;
      return;
    }
    if (byte === QUOTE) this.inString = true;
    else if (byte === COMMA || byte === COLON) {
      if (++this.values > this.limits.values)
        throw this.beyond(`more than ${this.limits.values} values`, 'send packed samples ({"f32": base64}), or less in one');
    } else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      if (++this.depth > this.limits.depth)
        throw this.beyond(`lists nested deeper than ${this.limits.depth}`, 'see the API description for its form');
      if (++this.containers > this.limits.containers)
        throw this.beyond(`more than ${this.limits.containers} lists and objects`, 'see the API description for its form');
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) this.depth--;
  }

  private beyond(many: string, remedy: string): AppError {
    return new AppError('invalid_input', `${this.what} holds ${many}; ${remedy}`);
  }
}

/** Checks a whole text against the limits, in slices. @throws AppError `invalid_input` beyond a limit. */
export async function checkSize(text: Buffer, limits: JsonLimits, what: string): Promise<void> {
  const counter = new JsonCounter(limits, what);
  const turns = new Turns();
  for (let from = 0; from < text.length; from += STEP_BYTES) {
    const to = Math.min(text.length, from + STEP_BYTES);
    for (let i = from; i < to; i++) counter.step(text[i]!);
    await turns.pause();
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of bytes. @throws AppError `invalid_input` where they are not UTF-8: a replaced character would be stored as if it had been sent. */
export function utf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (e) {
    throw new AppError('invalid_input', 'the text is not UTF-8; send UTF-8', {}, { cause: e });
  }
}

/** A byte order mark at the start of a body carries no information and is skipped. */
export const withoutBom = (b: Buffer): Buffer => (b[0] === 0xef && b[1] === 0xbb && b[2] === 0xbf ? b.subarray(3) : b);

/** @throws AppError `invalid_input` with what is wrong and the remedy. */
export function parseJson(bytes: Uint8Array): unknown {
  const text = utf8(bytes);
  try {
    return JSON.parse(text);
  } catch (e) {
    throw new AppError(
      'invalid_input',
      `not JSON (${(e as Error).message}); NaN and Infinity are not JSON numbers: send null where nothing was measured`,
    );
  }
}

const isSpace = (b: number) => b === 32 || b === 9 || b === 10 || b === 13;

/** A member of a list, or of an object with its key, as a range of bytes. */
export interface Member {
  readonly key: string | null;
  readonly from: number;
  readonly to: number;
}

/**
 * Cuts the list or object that fills `text` into its members, each within the limits, in slices of time.
 * @param most - members at most; one more is refused.
 * @returns null when the text is no list or object.
 * @throws AppError `invalid_input` where the frame is no JSON or a member exceeds the limits, `payload_too_large` for too many members.
 */
export async function members(
  text: Buffer,
  limits: JsonLimits,
  most: number,
  tooMany: string,
): Promise<{ list: boolean; members: Member[] } | null> {
  let at = 0;
  while (at < text.length && isSpace(text[at]!)) at++;
  const open = text[at];
  if (open !== OPEN_ARRAY && open !== OPEN_OBJECT) return null;
  const list = open === OPEN_ARRAY;
  const close = list ? CLOSE_ARRAY : CLOSE_OBJECT;
  const found: Member[] = [];
  const counter = new JsonCounter(limits, list ? 'a record' : 'a member');
  const turns = new Turns();
  const broken = () => new AppError('invalid_input', 'the body is not JSON (it is cut short, or its brackets do not match)');
  let from = at + 1;
  let key: string | null = null;
  let closed = false;
  const end = (to: number) => {
    while (from < to && isSpace(text[from]!)) from++;
    let stop = to;
    while (stop > from && isSpace(text[stop - 1]!)) stop--;
    if (stop > from || key !== null) {
      if (found.length >= most) throw new AppError('payload_too_large', tooMany);
      found.push({ key, from, to: stop });
    } else if (text[to] === COMMA || found.length > 0)
      throw new AppError('invalid_input', 'the body is not JSON (a comma too many)');
    key = null;
    counter.reset();
    from = to + 1;
  };
  for (at++; at < text.length; at++) {
    if (at % STEP_BYTES === 0) await turns.pause();
    const byte = text[at]!;
    if (counter.depth === 0 && !counter.inString) {
      if (byte === close) {
        end(at);
        closed = true;
        break;
      }
      if (byte === COMMA) {
        end(at);
        continue;
      }
      if (byte === COLON && !list && key === null) {
        key = String(parseJson(text.subarray(from, at)));
        from = at + 1;
        continue;
      }
    }
    counter.step(byte);
    if (counter.depth < 0) throw broken();
  }
  if (!closed) throw broken();
  for (at++; at < text.length; at++)
    if (!isSpace(text[at]!)) throw new AppError('invalid_input', 'the body is not JSON (text after its end)');
  return { list, members: found };
}
