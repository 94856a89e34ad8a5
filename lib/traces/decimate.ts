/**
 * Which samples of a long series to draw: first, last, the lowest and highest of each of `buckets` equal runs, and every kept sample.
 * The drawn polyline then covers the same pixels as the full one while no flagged point is lost.
 * @param y - values, any unit; NaN is a gap: it is never an extreme, and one NaN per run is kept so that the gap stays visible.
 * @param keep - flags, same length as y; a non-zero sample is always shown.
 * @param buckets - number of runs, >= 1. The result has at most 3·buckets + 2 + (number kept) entries.
 * @returns strictly increasing indices.
 * @complexity n, one pass.
 */
export function decimate(y: Float64Array | Float32Array, keep: ArrayLike<number | boolean>, buckets: number): Int32Array {
  const n = y.length;
  const b = Math.max(1, Math.floor(buckets));
  if (n <= 2 * b) return Int32Array.from({ length: n }, (_, i) => i);
  const shown = new Uint8Array(n);
  shown[0] = 1;
  shown[n - 1] = 1;
  for (let k = 0; k < b; k++) {
    const from = Math.floor((k * n) / b);
    const to = Math.floor(((k + 1) * n) / b);
    let lo = -1;
    let hi = -1;
    let gap = -1;
    for (let i = from; i < to; i++) {
      const v = y[i]!;
      if (keep[i]) shown[i] = 1;
      if (Number.isNaN(v)) gap = i;
      else {
        if (lo < 0 || v < y[lo]!) lo = i;
        if (hi < 0 || v > y[hi]!) hi = i;
      }
    }
    if (lo >= 0) shown[lo] = 1;
    if (hi >= 0) shown[hi] = 1;
    if (gap >= 0) shown[gap] = 1;
  }
  let m = 0;
  for (let i = 0; i < n; i++) m += shown[i]!;
  const out = new Int32Array(m);
  m = 0;
  for (let i = 0; i < n; i++) if (shown[i]) out[m++] = i;
  return out;
}
