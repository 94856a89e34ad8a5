/** Columns of numbers as they travel in JSON: the bytes of a typed array in base64, so that NaN arrives as NaN and nothing is rounded. */
const KINDS = { f64: Float64Array, f32: Float32Array, u16: Uint16Array } as const;
type Kind = keyof typeof KINDS;
interface Packed {
  readonly kind: Kind;
  readonly base64: string;
}

const isPacked = (v: unknown): v is Packed =>
  typeof v === 'object' &&
  v !== null &&
  Object.keys(v).length === 2 &&
  'base64' in v &&
  'kind' in v &&
  (v.kind as string) in KINDS;

/** A part of a string conversion, bytes: more arguments than this overflow the stack. */
const PART = 8192;

function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += PART) text += String.fromCharCode(...bytes.subarray(i, i + PART));
  return btoa(text);
}

/** JSON of plain data with typed arrays anywhere in it. */
export const packedJson = (value: unknown): string =>
  JSON.stringify(value, (_, v: unknown) => {
    const kind = (Object.keys(KINDS) as Kind[]).find((k) => v instanceof KINDS[k]);
    if (kind === undefined) return v;
    const { buffer, byteOffset, byteLength } = v as Float64Array;
    return { kind, base64: base64Of(new Uint8Array(buffer, byteOffset, byteLength)) } satisfies Packed;
  });

/** What `packedJson` was made of. */
export const unpackedJson = <T>(text: string): T =>
  JSON.parse(text, (_, v: unknown) =>
    isPacked(v) ? new KINDS[v.kind](Uint8Array.from(atob(v.base64), (c) => c.charCodeAt(0)).buffer) : v,
  ) as T;
