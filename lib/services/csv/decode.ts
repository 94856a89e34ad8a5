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

export const isUtf16 = (bytes: Uint8Array): boolean => utf16(bytes) !== null;

/** Text of a file: UTF-16 where it is that, else UTF-8. The byte-order mark is left out. */
export const decodeText = (bytes: Uint8Array): string => decode(bytes, utf16(bytes) ?? 'utf-8');

const decode = (bytes: Uint8Array, encoding: string): string => new TextDecoder(encoding).decode(bytes);
