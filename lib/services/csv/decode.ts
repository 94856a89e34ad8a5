/**
 * Text of a file: UTF-8, or UTF-16 by its byte-order mark (as spreadsheets write it), or UTF-16 without a mark where every other byte is 0.
 * The mark itself is left out.
 */
export function decodeText(bytes: Uint8Array): string {
  const [a, b] = [bytes[0], bytes[1]];
  if (a === 0xff && b === 0xfe) return decode(bytes, 'utf-16le');
  if (a === 0xfe && b === 0xff) return decode(bytes, 'utf-16be');
  if (bytes.length >= 4 && bytes.length % 2 === 0) {
    const head = Array.from(bytes.subarray(0, 64));
    const zeros = (from: number): boolean => head.every((v, i) => i % 2 !== from || v === 0);
    const letters = (from: number): boolean => head.every((v, i) => i % 2 !== from || v !== 0);
    if (zeros(1) && letters(0)) return decode(bytes, 'utf-16le');
    if (zeros(0) && letters(1)) return decode(bytes, 'utf-16be');
  }
  return decode(bytes, 'utf-8');
}

const decode = (bytes: Uint8Array, encoding: string): string => new TextDecoder(encoding).decode(bytes);
