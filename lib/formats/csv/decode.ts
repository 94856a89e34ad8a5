import { AppError } from '@/lib/errors';

/** UTF-16 by its byte-order mark (as spreadsheets write it), or without one where every other byte is 0; null: neither. */
function utf16(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const [a, b] = [bytes[0], bytes[1]];
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (bytes.length < 4 || bytes.length % 2 !== 0) return null;
  const head = Array.from(bytes.subarray(0, 64));
  const zeros = (from: number): boolean => head.every((v, i) => i % 2 !== from || v === 0);
  const letters = (from: number): boolean => head.every((v, i) => i % 2 !== from || v !== 0);
  if (zeros(1) && letters(0)) return 'utf-16le';
  return zeros(0) && letters(1) ? 'utf-16be' : null;
}

/**
 * Text of a file: UTF-16 if detected, else UTF-8. The byte-order mark is removed.
 * @param isHead - the bytes are the beginning of a file: a character that is cut at their end is left out.
 * @throws AppError `invalid_input` naming the line that is neither: a file in an older code page would give wrong letters.
 */
export function decodeText(bytes: Uint8Array, isHead = false): string {
  const encoding = utf16(bytes) ?? 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: isHead });
  } catch (e) {
    const name = encoding.toUpperCase();
    throw new AppError(
      'invalid_input',
      `${encoding === 'utf-8' ? `line ${firstOddLine(bytes)} is` : 'the text is'} not ${name}; save the file as UTF-8 ("CSV UTF-8" in a spreadsheet)`,
      { field: 'input' },
      { cause: e },
    );
  }
}

/** Line (from 1) of the first bytes that are not UTF-8. */
function firstOddLine(bytes: Uint8Array): number {
  const shown = new TextDecoder('utf-8').decode(bytes);
  // undecodable bytes become U+FFFD; a U+FFFD in the file itself is three valid bytes, and rare
  const before = shown.slice(0, Math.max(0, shown.indexOf('\uFFFD')));
  return before.split(/\r\n|\r|\n/).length;
}
