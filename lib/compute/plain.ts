/**
 * A result as plain JSON values: typed arrays as arrays, non-finite numbers (not measured, not determined, infinite) as null, functions left out.
 */
export function plain(v: unknown): unknown {
  if (typeof v === 'number') return Number.isFinite(v) ? v : null;
  if (v === undefined) return null;
  if (v === null || typeof v !== 'object') return typeof v === 'bigint' ? String(v) : v;
  if (ArrayBuffer.isView(v)) return Array.from(v as Float64Array, plain);
  if (Array.isArray(v)) return v.map(plain);
  if (v instanceof Map) return Object.fromEntries([...v].map(([k, w]) => [String(k), plain(w)]));
  const out: Record<string, unknown> = {};
  // `for in` with a read, so that lazily evaluated getters are part of the result
  for (const key in v) {
    const w = (v as Record<string, unknown>)[key];
    if (typeof w !== 'function' && w !== undefined) out[key] = plain(w);
  }
  return out;
}
